/**
 * The arithmetic of the bench, pure: sums, medians, percentiles, and the rate at which a
 * backlog went down, from samples of how much of it was left.
 */

export function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const upper = sorted[sorted.length >> 1] ?? Number.NaN;
	const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
	return (lower + upper) / 2;
}

/** The median of the ratios of each figure to the other one of its turn. */
export function medianRatio(
	own: readonly number[],
	others: readonly number[],
): number {
	return median(own.map((figure, i) => figure / (others[i] ?? Number.NaN)));
}

/** The percentile by nearest rank: the smallest value that `percent` of all do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	// 99.9 is not quite 99.9 in binary: a rank is whole before it is rounded up.
	const rank = Math.ceil((percent * sorted.length) / 100 - 1e-9);
	return sorted[Math.max(rank, 1) - 1] ?? Number.NaN;
}

/** How many tasks had not ended at a moment. */
export interface Sample {
	readonly atMs: number;
	readonly unfinished: number;
}

/**
 * When the last task ended. That lies between the last sample with tasks left and the
 * first with none; the pace just before tells where.
 */
export function finishedMs(samples: readonly Sample[]): number {
	const last = samples.at(-1);
	if (last?.unfinished !== 0) {
		throw new RangeError("the last sample must be the first with no task left");
	}
	const before = samples.at(-2);
	const earlier = samples.at(-3);
	if (before === undefined || earlier === undefined) return last.atMs;
	const perMs =
		(earlier.unfinished - before.unfinished) / (before.atMs - earlier.atMs);
	if (perMs <= 0) return last.atMs;
	return Math.min(last.atMs, before.atMs + before.unfinished / perMs);
}

/**
 * Tasks a second at which a prepared backlog went down. The first half is warm-up and not
 * counted. Nor is the time before the first task: how long a process takes to start, and
 * to compile what it runs, is not the question. (A backlog that is over within a sample
 * or two is counted from the last sample at which it was not; such a figure is rough.)
 */
export function drainRate(samples: readonly Sample[], backlog: number): number {
	const start =
		samples.find(
			({ unfinished }) => unfinished > 0 && unfinished <= backlog / 2,
		) ?? samples.findLast(({ unfinished }) => unfinished > 0);
	if (start === undefined) throw new RangeError("no sample to start from");
	return (start.unfinished / (finishedMs(samples) - start.atMs)) * 1_000;
}
