/**
 * One time axis for all that became of a task, from its left edge (0) to its right (1).
 *
 * An hour between two attempts of a tenth of a second would leave nothing of them to be seen.
 * So time in which nothing ran is drawn shorter if it is much longer than all that ran, and the
 * axis says where; all else is to one scale.
 */

export interface Span {
	readonly fromMs: number;
	readonly toMs: number;
}

export interface TimeAxis {
	/** The place of a moment on the axis, from 0 to 1. */
	readonly shareOf: (ms: number) => number;
	/** The middle of each stretch that is drawn shorter than it was, from 0 to 1. */
	readonly breaks: readonly number[];
	readonly ticks: readonly Tick[];
}

export interface Tick {
	readonly share: number;
	readonly ms: number;
}

/** An idle time is never drawn longer than so many times what ran. */
const IDLE_MAX = 0.9;
/** Nearer than this to the one before, a tick could not be read. */
const TICK_SHARE_MIN = 0.22;
/** The length of the axis of a task that has never run. */
const NOTHING_MS = 1;

/** `busy`: when something ran, in order. `whole`: what is to be shown. */
export function timeAxis(whole: Span, busy: readonly Span[]): TimeAxis {
	const ranMs = busy.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
	const idleMs =
		ranMs === 0 ? Infinity : Math.max(NOTHING_MS, ranMs * IDLE_MAX);
	const pieces: { fromMs: number; toMs: number; drawnMs: number }[] = [];
	let atMs = whole.fromMs;
	const addIdle = (toMs: number) => {
		if (toMs <= atMs) return;
		const drawnMs = Math.min(toMs - atMs, idleMs);
		pieces.push({ fromMs: atMs, toMs, drawnMs });
		atMs = toMs;
	};
	for (const { fromMs, toMs } of busy) {
		addIdle(fromMs);
		if (toMs > atMs) pieces.push({ fromMs: atMs, toMs, drawnMs: toMs - atMs });
		atMs = Math.max(atMs, toMs);
	}
	addIdle(whole.toMs);
	const drawnMs = pieces.reduce((sum, each) => sum + each.drawnMs, 0);
	const shareOf = (ms: number): number => {
		let sum = 0;
		for (const piece of pieces) {
			if (ms >= piece.toMs) sum += piece.drawnMs;
			else if (ms > piece.fromMs)
				sum +=
					((ms - piece.fromMs) / (piece.toMs - piece.fromMs)) * piece.drawnMs;
		}
		return drawnMs === 0 ? 0 : sum / drawnMs;
	};
	return {
		shareOf,
		breaks: pieces
			.filter((piece) => piece.drawnMs < piece.toMs - piece.fromMs)
			.map(
				({ fromMs, toMs }) =>
					shareOf(fromMs) + (shareOf(toMs) - shareOf(fromMs)) * 0.85,
			),
		ticks: ticksOf([whole.fromMs, ...pieces.map(({ toMs }) => toMs)], shareOf),
	};
}

/** Where something began or ended, as many as have room; the first always, the last as well. */
function ticksOf(
	moments: readonly number[],
	shareOf: (ms: number) => number,
): Tick[] {
	const ticks: Tick[] = [];
	const all = moments.map((ms) => ({ ms, share: shareOf(ms) }));
	const last = all.at(-1);
	for (const tick of all) {
		const before = ticks.at(-1);
		const isFar =
			before === undefined || tick.share - before.share >= TICK_SHARE_MIN;
		const leavesLast =
			tick === last ||
			1 - tick.share >= 2 * TICK_SHARE_MIN ||
			before === undefined;
		if (isFar && leavesLast) ticks.push(tick);
	}
	return ticks;
}

/** Where the words of a stretch stand: in it or behind it, or before it if there is more room. */
export interface Said {
	readonly side: "in" | "behind" | "before";
	/** Where they begin, from 0 to 1. */
	readonly from: number;
	readonly to: number;
}

/** The share of the axis in which words have room. */
const WORDS_SHARE = 0.22;

/** Where the words of one of several stretches stand; these are from 0 to 1, in order and apart. */
export function saidOf(
	own: readonly [from: number, to: number],
	before: number,
	next: number,
): Said {
	const [from, to] = own;
	if (to - from >= WORDS_SHARE) return { side: "in", from, to };
	if (next - to >= WORDS_SHARE || next - to >= from - before)
		return { side: "behind", from: to, to: next };
	return { side: "before", from: before, to: from };
}
