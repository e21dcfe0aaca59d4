/**
 * What is known of access tokens: read from the store and restored to it, one step at a
 * time.
 */
import type { AccessToken } from "../../protocol/access.ts";
import { ACCESS_PUT_BACK_MAX, ACCESS_STEP_MAX } from "../../protocol/limits.ts";
import type { AccessStep, ShardAccess } from "../ports.ts";

/** The tokens, and the state of the store when the last of them was read. */
interface Read extends Omit<AccessStep, "next"> {
	readonly tokens: AccessToken[];
}

/**
 * Reads all tokens written since write number `since`. Those written meanwhile come last.
 * @throws StoreError
 */
export async function readTokens(
	home: ShardAccess,
	since: number,
): Promise<Read> {
	const tokens = new Map<string, AccessToken>();
	for (let next = since; ; ) {
		const step = await home.tokens(next, ACCESS_STEP_MAX);
		for (const token of step.tokens) tokens.set(token.name, token);
		if (step.next === undefined)
			return { ...step, tokens: [...tokens.values()] };
		next = step.next;
	}
}

/** Restores tokens. Resolves with the number of those that the store did not have. @throws StoreError */
export async function putTokensBack(
	home: ShardAccess,
	tokens: readonly AccessToken[],
): Promise<number> {
	let all = 0;
	for (let at = 0; at < tokens.length; at += ACCESS_PUT_BACK_MAX) {
		const some = tokens.slice(at, at + ACCESS_PUT_BACK_MAX);
		all += (await home.putTokensBack(some)).written;
	}
	return all;
}
