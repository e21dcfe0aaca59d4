/**
 * What the page has been told by the frames of `/v1/live`, put together: a frame `first`
 * begins anew, each `next` puts what is new in its place. See `protocol/schema/live.ts`.
 *
 * Attempts get their line within a lane here, once and for all: a bar that has been drawn
 * stays where it is.
 */
import {
	LIVE_DEATHS_MAX,
	LIVE_DEATHS_MS,
	LIVE_STEPS,
} from "../../protocol/limits/live.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";

type Of<Name extends keyof LiveFrame> = NonNullable<LiveFrame[Name]>;
export type LiveNode = Of<"nodes">[number] & {
	readonly name: string;
	readonly state: NonNullable<Of<"nodes">[number]["state"]>;
};
export type LiveDeath = Of<"deaths">[number];
export type LiveEvent = Of<"events">[number];
export type LiveFigures = Of<"figures">;
export type LiveSeries = Omit<Of<"series">, "stepMs" | "untilMs">;
export type LiveQueue = Of<"queues">[number];
type Told = Of<"lanes">["attempts"][number];

export interface LaneAttempt extends Told {
	readonly key: string;
	/** Its line in the lane, from 0 at the top. */
	readonly line: number;
}

/** Of each node, how busy a second was and how many of its ends failed: 0 to 1; undefined: not known. */
export interface LaneCell {
	readonly atMs: number;
	readonly busy: string;
	readonly failed: string;
}

export interface LiveModel {
	/** The time of the last frame, by the clock of Redis. */
	readonly nowMs: number;
	readonly from: "store" | "gossip";
	readonly cluster: string;
	readonly by: string;
	readonly byName: string | undefined;
	readonly store: Of<"store">;
	readonly figures: LiveFigures | undefined;
	readonly series: LiveSeries;
	readonly nodes: ReadonlyMap<number, LiveNode>;
	readonly isByCells: boolean;
	readonly attempts: ReadonlyMap<string, LaneAttempt>;
	readonly cells: readonly LaneCell[];
	readonly deaths: readonly LiveDeath[];
	/** What happened, newest first. */
	readonly events: readonly LiveEvent[];
	readonly queues: readonly LiveQueue[];
	readonly queuesMore: number;
	/** Addresses of other nodes: the last that were told. */
	readonly elsewhere: readonly string[];
}

/** The time that a lane shows. */
export const LANE_MS = 60_000;
/** Attempts are kept a little longer than lanes show, since these hold still while somebody points at one. */
const LANE_KEPT_MS = 1.5 * LANE_MS;
/** The lines of a lane; if a node runs more, the rest share the last one. */
export const LINES_MAX = 16;
const EVENTS_KEPT = 60;

const NO_SERIES: LiveSeries = {
	...{ pending: [], started: [], slots: [] },
	...{ ended: [], failed: [], oldestMs: [] },
};

/** The model with what a frame tells; undefined as long as nothing has been told. */
export function fold(
	model: LiveModel | undefined,
	frame: LiveFrame,
): LiveModel | undefined {
	if (frame.kind === "closing" || frame.nowMs === undefined) return model;
	const before = frame.kind === "first" ? undefined : model;
	if (before === undefined && frame.kind !== "first") return undefined;
	const { nowMs } = frame;
	const nodes = foldNodes(before?.nodes, frame);
	return {
		nowMs,
		from: frame.from ?? before?.from ?? "store",
		cluster: frame.cluster ?? before?.cluster ?? "",
		by: frame.by ?? before?.by ?? "",
		byName: frame.byName ?? before?.byName,
		store: frame.store ?? before?.store ?? { up: true },
		figures: frame.figures ?? before?.figures,
		series: foldSeries(before?.series ?? NO_SERIES, frame.series),
		nodes,
		isByCells: frame.lanes
			? frame.lanes.by === "cells"
			: (before?.isByCells ?? false),
		attempts: foldAttempts(before?.attempts, frame, nodes),
		cells: [...(before?.cells ?? []), ...(frame.lanes?.cells ?? [])].filter(
			({ atMs }) => atMs > nowMs - LANE_KEPT_MS,
		),
		deaths: foldDeaths(before?.deaths ?? [], frame),
		events: [
			...(frame.events ?? []).toReversed(),
			...(before?.events ?? []),
		].slice(0, EVENTS_KEPT),
		queues: frame.queues ?? before?.queues ?? [],
		queuesMore: frame.queues
			? (frame.queuesMore ?? 0)
			: (frame.queuesMore ?? before?.queuesMore ?? 0),
		elsewhere: foldElsewhere(model?.elsewhere, frame.elsewhere),
	};
}

/**
 * A node that begins, is cut off or was just away from Redis tells of none for a moment. Nobody
 * says that the others are gone, and just then a page may need another one.
 */
function foldElsewhere(
	before: readonly string[] = [],
	told: readonly string[] = [],
): readonly string[] {
	return told.length > 0 ? told : before;
}

function foldNodes(
	before: LiveModel["nodes"] = new Map(),
	{ nodes = [], nodesGone = [] }: LiveFrame,
): LiveModel["nodes"] {
	if (nodes.length === 0 && nodesGone.length === 0) return before;
	const next = new Map(before);
	for (const each of nodes) {
		const known = next.get(each.n);
		const name = each.name ?? known?.name ?? each.id ?? `${each.n}`;
		const state = each.state ?? known?.state ?? "up";
		const merged = { ...known, ...each, name, state };
		// A dead node has no lease, though nothing says so.
		if (state === "dead") delete merged.leaseLeftMs;
		next.set(each.n, merged);
	}
	for (const n of nodesGone) next.delete(n);
	return next;
}

function foldSeries(before: LiveSeries, told: LiveFrame["series"]): LiveSeries {
	if (told === undefined) return before;
	const join = (name: keyof LiveSeries) =>
		[...before[name], ...told[name]].slice(-LIVE_STEPS);
	return {
		...{ pending: join("pending"), started: join("started") },
		...{ slots: join("slots"), ended: join("ended") },
		...{ failed: join("failed"), oldestMs: join("oldestMs") },
	};
}

/** Two sessions may be lost in the same millisecond, and have the same number in two shards. */
export function deathKey({
	node,
	shard,
	epoch,
}: Pick<LiveDeath, "node" | "shard" | "epoch">): string {
	return `${node} ${shard} ${epoch}`;
}

/** Drops deaths that are too old, or too many: nothing more is told of them. */
function foldDeaths(
	before: readonly LiveDeath[],
	{ deaths = [], nowMs = 0 }: LiveFrame,
): readonly LiveDeath[] {
	if (deaths.length === 0 && before.length === 0) return before;
	const all = new Map(
		[...before, ...deaths].map((each) => [deathKey(each), each]),
	);
	return [...all.values()]
		.filter(({ atMs }) => atMs > nowMs - LIVE_DEATHS_MS)
		.sort((a, b) => b.atMs - a.atMs)
		.slice(0, LIVE_DEATHS_MAX);
}

function foldAttempts(
	before: LiveModel["attempts"] = new Map(),
	{ lanes, nowMs = 0 }: LiveFrame,
	nodes: LiveModel["nodes"],
): LiveModel["attempts"] {
	const next = new Map<string, LaneAttempt>();
	for (const [key, attempt] of before)
		if ((attempt.endedMs ?? nowMs) > nowMs - LANE_KEPT_MS)
			next.set(key, attempt);
	const told = (lanes?.attempts ?? []).map((each) => ({
		...each,
		key: `${each.shard} ${each.token}`,
	}));
	// First the attempts that have ended, since they make room.
	for (const each of told) {
		const known = next.get(each.key);
		if (known !== undefined) next.set(each.key, { ...each, line: known.line });
	}
	const lines = linesOf(next);
	const isNew = told.filter(({ key }) => !next.has(key));
	for (const each of isNew.sort((a, b) => a.claimedMs - b.claimedMs)) {
		const line = freeLine(lines, each, nodes.get(each.n)?.slots ?? 1);
		next.set(each.key, { ...each, line });
		takeLine(lines, { ...each, line });
	}
	return next;
}

const endOf = ({ endedMs }: { readonly endedMs?: number }) =>
	endedMs ?? Infinity;

/** The time until which each line of each lane is taken. */
function linesOf(attempts: LiveModel["attempts"]): Map<string, number> {
	const lines = new Map<string, number>();
	for (const each of attempts.values()) takeLine(lines, each);
	return lines;
}

function takeLine(
	lines: Map<string, number>,
	attempt: {
		readonly n: number;
		readonly line: number;
		readonly endedMs?: number;
	},
): void {
	const line = `${attempt.n} ${attempt.line}`;
	lines.set(line, Math.max(endOf(attempt), lines.get(line) ?? 0));
}

/** The uppermost line that is free when it begins; if none is, the one that is free first. */
function freeLine(
	lines: ReadonlyMap<string, number>,
	{ n, claimedMs }: Told,
	slots: number,
): number {
	const count = Math.max(1, Math.min(slots, LINES_MAX));
	let first = 0;
	let firstMs = Infinity;
	for (let line = 0; line < count; line++) {
		const untilMs = lines.get(`${n} ${line}`) ?? 0;
		// A slot is taken again at the moment that it comes free, and clocks differ a little.
		if (untilMs <= claimedMs + 2) return line;
		if (untilMs < firstMs) [first, firstMs] = [line, untilMs];
	}
	return first;
}

/** What a cell says of a node: 0 to 1, undefined if it is not known. */
export function shareAt(digits: string, n: number): number | undefined {
	const digit = digits.charCodeAt(n) - 48;
	return digit >= 0 && digit <= 9 ? digit / 9 : undefined;
}
