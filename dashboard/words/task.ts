/** What is said of one task, as sentences, and how it is asked for on a command line. */
import { firstLineOf } from "../../protocol/first-line.ts";
import { OPTION_NAMES } from "../../protocol/option-names.ts";
import type { TaskAsListed, TaskAsRead } from "../../protocol/schema.ts";
import { counted } from "./times.ts";

type TaskError = NonNullable<TaskAsRead["error"]>;

/** Why a task has not begun; `until` is added where that is shown. */
export function whyWaits({
	waiting,
	failures,
}: Pick<TaskAsListed, "waiting" | "failures">): string | undefined {
	if (waiting === undefined) return undefined;
	const { missing, ahead } = waiting;
	const lacks =
		missing === undefined ? "" : `; then, no live node has ${missing}`;
	switch (waiting.for) {
		case "due":
			return `It waits for the time that it asked for${lacks}.`;
		case "retry":
			return `It failed ${failures === 1 ? "once" : `${failures} times`}, and waits for its next try${lacks}.`;
		case "unserved":
			return `No live node has ${missing ?? "what it needs"}. Start one that has, or cancel it.`;
		default:
			return `It waits for a free slot${
				ahead === undefined
					? ""
					: ahead === 0
						? "; none is before it"
						: `; ${counted(ahead, "task")} ${ahead === 1 ? "is" : "are"} before it`
			}.`;
	}
}

/** Why the task ended as it did, in one line; empty if there is nothing to say. */
export function reasonLine({
	state,
	error,
	cancel,
}: Pick<TaskAsListed, "state" | "error" | "cancel">): string {
	if (error !== undefined)
		return firstLineOf(error.message) || `(${error.code})`;
	if (state === "CANCELLED" || cancel !== undefined)
		return cancel?.reason ?? "";
	return "";
}

/** What the stack adds to the message, so that nothing is shown twice. */
export function stackOf({ message, stack }: TaskError): string | undefined {
	if (stack === undefined) return undefined;
	const at = message === "" ? -1 : stack.indexOf(message);
	const rest = at < 0 ? stack : stack.slice(at + message.length);
	return rest.trim() === "" ? undefined : rest.replace(/^\s*\n/, "");
}

/** The options that the task was submitted with, in the order of the manual; undefined for those not given. */
export function optionsOf(
	task: TaskAsListed,
): readonly (readonly [name: string, value: string])[] {
	return OPTION_NAMES.flatMap((name) => {
		const value = task[name];
		if (value === undefined || name === "tags") return [];
		const text = typeof value === "string" ? value : JSON.stringify(value);
		return [[titleOf(name), text] as const];
	});
}

/** `expiresIn` is "Expires in". */
export function titleOf(name: string): string {
	const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter}`);
	return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** The task as the JSON fields of another submission, with its payload as it was written. */
export function againOf(
	task: TaskAsListed,
	payload: string | undefined,
): string {
	const { type, queue, labels, priority } = task;
	const fields: Record<string, unknown> = { type, queue, priority };
	if (labels.length > 0) fields.labels = labels;
	for (const name of OPTION_NAMES)
		if (task[name] !== undefined && !TRACES.includes(name))
			fields[name] = task[name];
	return submissionOf(fields, payload);
}

/** Options that say where a submission came from, and do not fit another one. */
const TRACES: readonly string[] = ["traceparent", "tracestate"];

export function submissionOf(
	fields: Readonly<Record<string, unknown>>,
	payload: string | undefined,
): string {
	const text = JSON.stringify(fields);
	if (payload === undefined) return text;
	return `${text.slice(0, -1)}${text === "{}" ? "" : ","}"payload":${payload}}`;
}

/** A command that submits the task. It never contains the token, but reads it from the environment. */
export function curlOf(url: string, body: string, needsToken: boolean): string {
	const token = needsToken
		? ` \\\n  -H "Authorization: Bearer $HEARSAY_TOKEN"`
		: "";
	return `curl -X POST ${quoted(`${url}/v1/tasks`)}${token} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(body)}`;
}

/** Quotes a text for a shell, so that no character in it has a meaning. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
