/**
 * Fencing tokens. A token names one attempt of one task; a newer attempt of
 * the same task always has a higher one, so whoever keeps the highest token
 * seen can refuse a late writer.
 *
 *     token = generation × 2^12 + counter
 *
 * The counter is the shard's and rises with every claim. The generation rises
 * whenever the store may have forgotten writes (it restarted, or a replica was
 * promoted), so that no token repeats even when the counter fell back. The raise
 * itself may be forgotten too, and must not be made a second time to the same
 * number. So it goes above what the store and the node remember, and to the store's
 * clock, in milliseconds since SEQ_EPOCH_MS and as it would stand had it never been
 * put back; and whoever remembers the number from a raise
 * on another run of the server has it raised once more. A counter that
 * outgrows its 12 bits carries into the next generation, and a node knows of the one that
 * its newest token is in: no store gives 4,096 tokens a millisecond, so that it never
 * overtakes a clock that goes forward. Tokens
 * stay below 2^53, exact in a double, until 2095.
 */
import { SEQ_EPOCH_MS } from "./rank.ts";

export const TOKENS_PER_GENERATION = 2 ** 12;

/** As a raise made it. */
export interface Generation {
	readonly generation: number;
	/** The run of the server that raised it. The same number on two runs was raised twice. */
	readonly run: string;
}

/** What a node knows of that has seen no store yet. */
export const NO_GENERATION: Generation = { generation: 0, run: "" };

/** Above all that a clock leads to before 2060, and far below where tokens are no longer exact. */
const GENERATION_MAX = 2 ** 40;

/** Whether this is one, as far as can be told; for what comes from outside. */
export function isGeneration(value: unknown): value is Generation {
	if (typeof value !== "object" || value === null) return false;
	const { generation, run } = value as Partial<Generation>;
	return (
		typeof generation === "number" &&
		Number.isSafeInteger(generation) &&
		generation >= 0 &&
		generation < GENERATION_MAX &&
		typeof run === "string" &&
		/^\w{0,64}$/.test(run)
	);
}

/** The number below which no token of this generation lies. */
export function tokenFloor(generation: number): number {
	return generation * TOKENS_PER_GENERATION;
}

/** The generation that a store is raised to that may have forgotten writes, at least. */
export function generationAt(nowMs: number): number {
	return nowMs - SEQ_EPOCH_MS;
}

/** The generation that a token, or a counter of tokens, is in. */
export function generationOf(token: number): number {
	return Math.floor(token / TOKENS_PER_GENERATION);
}
