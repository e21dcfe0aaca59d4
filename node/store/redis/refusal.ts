/**
 * What Redis means when it answers and lets nobody in: one clause for whoever gave its
 * address. Only what does not pass by itself: in all other cases Redis is simply away.
 * Pure.
 */
import type { FullError, StoreError } from "../../ports.ts";

const REFUSALS: readonly (readonly [RegExp, string])[] = [
	[
		/^ERR (DB index is out of range|invalid DB index)/,
		'Redis has no database of the number at the end of its address; give a lower one, or raise "databases" in its settings',
	],
	[
		/^(WRONGPASS|ERR invalid password)/,
		"Redis does not accept the user and password in its address; correct them",
	],
	[
		/^DENIED/,
		"Redis is in protected mode and takes connections from its own host only; give it a password",
	],
	[
		/^NOAUTH/,
		"Redis wants a password; give it in its address, like redis://:PASSWORD@host:6379",
	],
];

/**
 * What keeps a node from reaching Redis until an operator mends it, in Node's codes or
 * ioredis's words.
 */
const OBSTACLES: readonly (readonly [RegExp, (message: string) => string])[] = [
	[
		/All sentinels.*(WRONGPASS|invalid password|invalid username)/,
		() =>
			"its Sentinels do not accept the sentinel_user and sentinel_password in its address; correct them",
	],
	[
		/All sentinels.*(NOAUTH|NOPERM|Authentication required)/,
		() =>
			"its Sentinels want a password; put ?sentinel_password=PASSWORD at the end of its address",
	],
	[
		/CERT|ALTNAME|SELF_SIGNED|UNABLE_TO_VERIFY/,
		(message) =>
			`its TLS certificate is not accepted (${message}); give Node the authority that signed it with NODE_EXTRA_CA_CERTS, and an address that it names`,
	],
	[
		/EPROTO|WRONG_VERSION_NUMBER/,
		() => "it does not speak TLS there; give a redis:// address",
	],
];

/** For an error while connecting; undefined if it may pass. */
export function obstacleOf(error: Error): string | undefined {
	const { code = "" } = error as { code?: string };
	const text = `${code} ${error.message}`;
	return OBSTACLES.find(([form]) => form.test(text))?.[1](error.message);
}

/** For an error while connecting; undefined if it is not a refusal. */
export function refusalOf(error: Error): string | undefined {
	const known = REFUSALS.find(([form]) => form.test(error.message))?.[1];
	if (known !== undefined) return known;
	// Whatever the reason: otherwise ioredis would go on with the first database.
	const { command } = error as { command?: { name?: string } };
	return command?.name === "select"
		? `Redis does not let this node use the database in its address: ${error.message}`
		: undefined;
}

/** A replica has said so; or something else that does not pass by itself. */
export function isRefusal({ kind, message }: StoreError): boolean {
	return kind === "refused" || message.includes("READONLY");
}

/** By the word with which Redis begins such an answer. */
const FULL: Readonly<Record<string, string>> = {
	OOM: "its memory is full; raise its maxmemory",
	MISCONF:
		"it cannot write to its disk, which may be full; its own log says why",
	NOREPLICAS:
		"it has fewer replicas than min-replicas-to-write asks for; bring them back",
};

/** What Redis means by a refusal of the kind `full`. */
export function fullOf(message: string): FullError {
	const [word = ""] = /\b(OOM|MISCONF|NOREPLICAS)\b/.exec(message) ?? [];
	return { why: FULL[word] ?? message, lacksMemory: word === "OOM" };
}
