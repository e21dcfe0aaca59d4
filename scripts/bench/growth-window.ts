/**
 * How claims at a depth are measured, alike for all: in so many windows, each
 * of which takes the backlog down by a part of it and is followed by as many
 * new tasks. So the depth is that of the line, within half of it at the least.
 */
export const WINDOWS = 20;
const CLAIMS_MAX = 500;

/** Tasks that one window claims. */
export function claimWindow(depth: number): number {
	return Math.min(CLAIMS_MAX, Math.ceil(depth / 2));
}
