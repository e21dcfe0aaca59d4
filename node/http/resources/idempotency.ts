/**
 * `Idempotency-Key`: tasks without an id get one derived from the key, so that the rule
 * "same id, same task" covers keys, too. In a request with many tasks each has its own
 * id, from the key and its position.
 *
 * The id is `idem-` and 130 bits of SHA-256, so no two meet by chance.
 */
import { createHash } from "node:crypto";
import { IDEMPOTENCY_KEY_CHARS_MAX } from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { Submitted } from "../../ports.ts";

/** Crockford's base 32, lower case, as in generated ids. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const ID_CHARS = 26;

export function checkKey(key: string): Problem | undefined {
	if (key !== "" && key.length <= IDEMPOTENCY_KEY_CHARS_MAX) return;
	return {
		code: "invalid",
		detail: `The Idempotency-Key must have 1 to ${IDEMPOTENCY_KEY_CHARS_MAX} characters.`,
		field: "Idempotency-Key",
	};
}

/** The id that a key stands for. `index`: the task's position among many; undefined if it came alone. */
export function idOfKey(key: string, index: number | undefined): string {
	// A header cannot hold a line break, so keys and places cannot be confused.
	const text = index === undefined ? key : `${key}\n${index}`;
	const hash = createHash("sha256").update(text).digest();
	let id = "idem-";
	for (let bit = 0; bit < ID_CHARS * 5; bit += 5) {
		const window = hash.readUInt16BE(bit >> 3);
		id += ALPHABET.charAt((window >> (11 - (bit & 7))) & 31);
	}
	return id;
}

/** The outcome in the words of keys: an id that is taken means that the key was used for another task. */
export function inWordsOfKey(outcome: Submitted): Submitted {
	if (outcome.ok || outcome.problem.code !== "conflict") return outcome;
	const problem: Problem = {
		code: "idempotency_conflict",
		detail:
			"This Idempotency-Key was used for a different task; use a new key for a new task.",
		field: "Idempotency-Key",
	};
	return { ok: false, problem };
}
