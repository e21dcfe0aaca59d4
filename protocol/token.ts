/**
 * Fencing tokens. A token names one attempt of one task. A newer attempt of the same task
 * always has a higher one, so whoever keeps the highest token seen can refuse a late
 * writer.
 *
 *     token = generation × 2^12 + counter
 *
 * The counter is the shard's and rises with every claim. The generation rises whenever
 * the store may have lost writes (it restarted, or a replica was promoted), so that no
 * token repeats even if the counter fell back. The raise itself may be lost too, and must
 * not be made a second time to the same number. So it goes above what the store and the
 * node remember, and up to the store's clock, in milliseconds since SEQ_EPOCH_MS, as that
 * would stand had it never been put back. If the clock stands below what is remembered
 * all the same, chance adds to the number: else a raise that was lost would be made again
 * by whoever remembers no more than the one before it. And a node that remembers the
 * number from a raise on another run of the server has it raised once more.
 *
 * A counter that outgrows its 12 bits carries into the next generation, and a node knows
 * about the one that its newest token is in. No store gives 4,096 tokens a millisecond,
 * so the generation never overtakes a clock that goes forward. Tokens stay below 2^53,
 * exact in a double, until 2095.
 */
import { SEQ_EPOCH_MS } from "./rank.ts";

export const TOKENS_PER_GENERATION = 2 ** 12;
/**
 * Chance adds less than this to a generation that is not led by the clock: two such raises
 * from the same number meet once in so many times. It puts the generation at most a minute
 * ahead of the clock.
 */
export const GENERATION_CHANCE = 2 ** 16;

/** A generation as a raise made it. */
export interface Generation {
	readonly generation: number;
	/** The run of the server that raised it. If two runs have the same number, it was raised twice. */
	readonly run: string;
}

/** What a node knows that has seen no store yet. */
export const NO_GENERATION: Generation = { generation: 0, run: "" };

/** A bound above all that a clock leads to before 2060, and far below where tokens are no longer exact. */
const GENERATION_MAX = 2 ** 40;

/** Whether a value from outside is a generation, as far as can be told. */
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

/** The generation to which a store that may have lost writes is raised, at least. */
export function generationAt(nowMs: number): number {
	return nowMs - SEQ_EPOCH_MS;
}

/** The generation that a token, or a counter of tokens, is in. */
export function generationOf(token: number): number {
	return Math.floor(token / TOKENS_PER_GENERATION);
}
