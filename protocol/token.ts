/**
 * Fencing tokens. A token names one attempt of one task; a newer attempt of
 * the same task always has a higher one, so whoever keeps the highest token
 * seen can refuse a late writer.
 *
 *     token = generation × 2^40 + counter
 *
 * The counter is the shard's and rises with every claim. The generation rises
 * whenever the store may have forgotten writes (it restarted, or a replica was
 * promoted), so that no token repeats even when the counter fell back. A
 * counter that outgrows its 40 bits carries into the generation, which is
 * harmless: only the order of whole tokens matters.
 */
export const TOKENS_PER_GENERATION = 2 ** 40;

/** The number below which no token of this generation lies. */
export function tokenFloor(generation: number): number {
	return generation * TOKENS_PER_GENERATION;
}

/** The generation that a token, or a counter of tokens, is in. */
export function generationOf(token: number): number {
	return Math.floor(token / TOKENS_PER_GENERATION);
}
