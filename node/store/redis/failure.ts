/**
 * What the failure of a command means: which `StoreError` it is, by the word with which
 * Redis's answer begins, or because there was no answer. And what the failure of a
 * connection means. Pure.
 */
import { ReplyError } from "ioredis";
import { StoreError } from "../../ports.ts";

/** How errors begin by which Redis says that it takes no writes now. */
const FULL = ["OOM", "MISCONF", "NOREPLICAS"];
/** How errors begin by which Redis says that it cannot serve at all now, or is no longer the primary. */
const AWAY = [
	"LOADING",
	"BUSY",
	"MASTERDOWN",
	"CLUSTERDOWN",
	"READONLY",
	"TRYAGAIN",
];

/** The error itself if Redis does not know the script: that is expected, see `connection.ts`. */
export function meaningOf(error: Error): Error {
	const { message } = error;
	if (!(error instanceof ReplyError))
		return new StoreError("unknown", `Redis did not answer: ${message}`, error);
	// Only its text is passed on: the error also holds the arguments, which are users' payloads.
	const word = wordOf(error);
	if (FULL.includes(word))
		return new StoreError("full", `Redis does not take writes: ${message}`);
	if (word === "NOSCRIPT") return error;
	return AWAY.includes(word)
		? new StoreError("unreachable", `Redis cannot serve: ${message}`)
		: new StoreError("refused", `Redis refused a command: ${message}`);
}

/** How errors of connections begin, in the words of Node and ioredis, and what they mean. */
const ABSENCES: readonly (readonly [RegExp, (...parts: string[]) => string])[] =
	[
		// The host took the connection, and nothing came.
		[/^Socket timeout/, () => "it takes connections and does not answer"],
		[
			/^All sentinels are unreachable\.(?:.* Last error: (.*))?/,
			(last) =>
				`none of its Sentinels leads to a primary${last ? ` (${last})` : ""}`,
		],
		[/^(?:read|write) E/, () => "it is not reachable (the connection closed)"],
	];

/** Why Redis is away, by the error that ended a connection or kept it from being made: one clause. */
export function absenceOf({ name, message }: Error): string {
	for (const [form, clause] of ABSENCES) {
		const [found, ...parts] = form.exec(message) ?? [];
		if (found !== undefined) return clause(...parts);
	}
	return `it is not reachable (${message || name})`;
}

/** A former primary has answered. */
export function isReadOnly(error: Error): boolean {
	return error instanceof ReplyError && wordOf(error) === "READONLY";
}

function wordOf({ message }: Error): string {
	const [word = ""] = message.split(" ");
	return word;
}
