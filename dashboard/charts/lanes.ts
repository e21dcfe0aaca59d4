/**
 * The geometry of handover lanes: where bars, cells and marks are, in CSS pixels, so that a bar
 * of 4 px has a shape: finished ones are plain, one that runs is open at its right end, one that
 * failed is notched, one that was cut off is dashed.
 *
 * A bar's place is counted from a fixed moment: as time passes, the group of all bars is moved,
 * and none of them changes.
 */
import {
	LANE_MS,
	type LaneAttempt,
	type LaneCell,
	LINES_MAX,
	shareAt,
} from "../words/live-model.ts";

export const LINE_PX = 4;
/** The distance from one line of a lane to the next. */
const STEP_PX = 5;
/** A shorter bar could not be seen. */
const BAR_PX_MIN = 2;
const NOTCH_PX = 3;
const LINES_SHOWN_MIN = 2;

export type BarKind = "done" | "runs" | "failed" | "cut" | "back";

export interface Bar {
	readonly key: string;
	readonly kind: BarKind;
	readonly x: number;
	readonly y: number;
	readonly width: number;
	/** Its outline, for the `d` of a `path`. */
	readonly d: string;
	/** The key of the attempt that was cut off elsewhere, if this one runs its task again. */
	readonly movedFrom: string | undefined;
	readonly attempt: LaneAttempt;
}

/** How time is laid out: pixels for what a lane shows, counted from a moment. */
export interface Scale {
	readonly widthPx: number;
	readonly baseMs: number;
}

export const xOf = (ms: number, { widthPx, baseMs }: Scale): number =>
	((ms - baseMs) / LANE_MS) * widthPx;

/** How far the bars are moved, so that `nowMs` is at the right edge. */
export const shiftOf = (nowMs: number, scale: Scale): number =>
	round(scale.widthPx - xOf(nowMs, scale));

const linesOf = (slots: number): number =>
	Math.max(LINES_SHOWN_MIN, Math.min(slots, LINES_MAX));

export const laneHeight = (slots: number): number =>
	linesOf(slots) * STEP_PX + 1;

/** Bars of one lane that can be seen at `nowMs`, in the order in which they began. */
export function barsOf(
	attempts: Iterable<LaneAttempt>,
	nowMs: number,
	scale: Scale,
): Bar[] {
	return [...attempts]
		.filter(({ endedMs = nowMs }) => endedMs > nowMs - LANE_MS)
		.sort((a, b) => a.claimedMs - b.claimedMs)
		.map((attempt) => barOf(attempt, nowMs, scale));
}

function barOf(attempt: LaneAttempt, nowMs: number, scale: Scale): Bar {
	const kind = kindOf(attempt);
	const x = xOf(attempt.claimedMs, scale);
	const end = attempt.endedMs ?? beyond(attempt.claimedMs, nowMs);
	const width = Math.max(BAR_PX_MIN, xOf(end, scale) - x - 1);
	const y = attempt.line * STEP_PX + 1;
	const { moved, shard } = attempt;
	return {
		...{ key: attempt.key, kind, attempt },
		...{ x: round(x), y, width: round(width) },
		d: outline(kind, round(x), y, round(width)),
		movedFrom: moved === undefined ? undefined : `${shard} ${moved.token}`,
	};
}

/** Where what runs seems to end: so far beyond the edge that it need not be drawn anew each second. */
function beyond(claimedMs: number, nowMs: number): number {
	const turnMs = 10 * LANE_MS;
	const turns = Math.floor((nowMs - claimedMs + LANE_MS) / turnMs) + 1;
	return claimedMs + turns * turnMs;
}

export function kindOf({ end, endedMs }: LaneAttempt): BarKind {
	if (endedMs === undefined) return "runs";
	if (end === "lease-lost" || end === "revoked") return "cut";
	if (end === "failure" || end === "timeout" || end === "crashed")
		return "failed";
	return end === "success" ? "done" : "back";
}

function outline(kind: BarKind, x: number, y: number, width: number): string {
	const right = round(x + width);
	const bottom = y + LINE_PX;
	if (kind === "failed" && width > 2 * NOTCH_PX) {
		const inner = round(right - NOTCH_PX);
		return `M${x} ${y}H${right}L${inner} ${y + LINE_PX / 2}L${right} ${bottom}H${x}Z`;
	}
	return `M${x} ${y}H${right}V${bottom}H${x}Z`;
}

/** Hundredths of a pixel are enough, and short. */
const round = (px: number): number => Math.round(px * 100) / 100;

/**
 * Cells of a lane as two outlines: how busy each second was, from below, and how much of it
 * failed. They are as high as the lane.
 */
export function cellsOf(
	cells: readonly LaneCell[],
	n: number,
	scale: Scale,
	heightPx: number,
): { readonly busy: string; readonly failed: string } {
	const wide = round((1_000 / LANE_MS) * scale.widthPx);
	let busy = "";
	let failed = "";
	for (const cell of cells) {
		const share = shareAt(cell.busy, n) ?? 0;
		if (share === 0) continue;
		const x = round(xOf(cell.atMs, scale));
		const high = round(Math.max(1, share * (heightPx - 1)));
		busy += `M${x} ${heightPx}v${-high}h${wide}v${high}z`;
		const lost = round(high * (shareAt(cell.failed, n) ?? 0));
		if (lost > 0) failed += `M${x} ${heightPx}v${-lost}h${wide}v${lost}z`;
	}
	return { busy, failed };
}

/** The curve from where an attempt was cut off to where its task began again. */
export function curveOf(
	from: readonly [x: number, y: number],
	to: readonly [x: number, y: number],
): string {
	const [x1, y1] = from.map(round) as [number, number];
	const [x2, y2] = to.map(round) as [number, number];
	const bend = round(Math.max(24, Math.abs(x2 - x1) / 2));
	return `M${x1} ${y1}C${round(x1 + bend)} ${y1} ${round(x2 - bend)} ${y2} ${x2} ${y2}`;
}

/** How many nodes are drawn how. */
const LANES_MAX = 12;
const HEAT_MAX = 60;

export type Layout = "lanes" | "heat" | "tiles";

export const layoutOf = (nodes: number): Layout =>
	nodes <= LANES_MAX ? "lanes" : nodes <= HEAT_MAX ? "heat" : "tiles";
