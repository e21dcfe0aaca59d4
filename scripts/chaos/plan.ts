/**
 * Draws the faults of a run from its seed. Pure: the same seed and settings make the same
 * plan.
 *
 * Faults come 0.4 to 2.4 s after one another and last longer than that, so they overlap.
 * Two things do not happen. A node is not struck while it still has a fault of its own.
 * And at any moment at least one node has none: a cluster all of whose nodes are gone has
 * nothing to show.
 */
import {
	CUTS,
	type FaultKind,
	isNetworkFault,
	losesStore,
	type PlannedFault,
	type RecoveredKind,
} from "./fault.ts";
import type { SeededRandom } from "./random.ts";

const GAP_MS = [400, 2_400] as const;
/** How long a process may take to be back after its fault was mended. */
const RETURN_MS = 2_000;
const LENGTH_MS: Readonly<Record<FaultKind, readonly [number, number]>> = {
	kill: [0, 6_000],
	pause: [1_000, 15_000],
	restart: [0, 0],
	"redis-restart": [0, 4_000],
	"redis-pause": [1_000, 10_000],
	partition: [2_000, 15_000],
	"one-way": [2_000, 15_000],
	// So long that peers miss one another before the second step, which outlasts a lease.
	group: [19_000, 25_000],
	vanish: [2_000, 15_000],
};
/** The length of a fault in a series: so long that the node itself is not back first. */
const SERIES_LENGTH_MS: Readonly<Record<RecoveredKind, number>> = {
	kill: 500,
	vanish: 8_000,
};
/**
 * How many tasks a node runs at once in a series: enough that a task that a fault has cut
 * short never waits for a slot. It would for as long as others use all slots, whatever
 * the fault. (With the eight of two cores, clients that send bursts and one node less,
 * the slowest 1 in 100 would wait 0.1 to 0.9 s.)
 */
export const SERIES_SLOTS = 16;
/** Keeps the faults of a series out of step with everything that a node does every second. */
const JITTER_MS_MAX = 1_000;
/** Redis is left alone for this long between its faults; otherwise nothing else would be seen. */
const REDIS_REST_MS = 8_000;

export interface PlanSettings {
	readonly nodes: number;
	readonly durationMs: number;
	readonly kinds: readonly FaultKind[];
}

export function planFaults(
	{ nodes, durationMs, kinds }: PlanSettings,
	random: SeededRandom,
): PlannedFault[] {
	if (kinds.length === 0) return [];
	const faults: PlannedFault[] = [];
	const busyUntilMs = Array.from({ length: nodes }, () => 0);
	let redisBusyUntilMs = 0;
	let networkBusyUntilMs = 0;
	let atMs = random.between(...GAP_MS);
	for (; atMs < durationMs; atMs += random.between(...GAP_MS)) {
		const kind = random.pick(kinds);
		// No fault outlasts the run by more than the time to mend it.
		const lengthMs = Math.min(
			random.between(...LENGTH_MS[kind]),
			Math.max(durationMs - atMs, 1_000),
		);
		const endMs = atMs + lengthMs + RETURN_MS;
		const free = [...busyUntilMs.keys()].filter(
			(node) => (busyUntilMs[node] ?? 0) <= atMs,
		);
		if (kind === "redis-restart" || kind === "redis-pause") {
			if (redisBusyUntilMs > atMs) continue;
			redisBusyUntilMs = endMs + REDIS_REST_MS;
			const how = random.pick(["stop", "client"] as const);
			faults.push(
				kind === "redis-pause"
					? { kind, how, atMs, lengthMs }
					: { kind, atMs, lengthMs },
			);
			continue;
		}
		if (free.length < 2) continue;
		const node = random.pick(free);
		if (isNetworkFault(kind)) {
			if (networkBusyUntilMs > atMs) continue;
			networkBusyUntilMs = endMs;
			const cut = random.pick(CUTS[kind]);
			const isGroup = kind === "group" || !losesStore(cut);
			const struck = isGroup ? drawGroup(nodes, random) : [node];
			// Nodes that only miss peers lose nothing but hints, and do not count as busy.
			if (losesStore(cut)) for (const each of struck) busyUntilMs[each] = endMs;
			faults.push({ kind, cut, nodes: struck, atMs, lengthMs });
			continue;
		}
		busyUntilMs[node] = endMs;
		faults.push({ kind, node, atMs, lengthMs });
	}
	return faults;
}

export interface Series {
	readonly kind: RecoveredKind;
	readonly count: number;
	readonly everyMs: number;
}

/**
 * Faults of one kind, one after the other, each of another node than the one before, for
 * measuring recovery.
 */
export function planSeries(
	nodes: number,
	{ kind, count, everyMs }: Series,
	random: SeededRandom,
): PlannedFault[] {
	const lengthMs = SERIES_LENGTH_MS[kind];
	let last = -1;
	return Array.from({ length: count }, (_, i) => {
		const others = Array.from({ length: nodes }, (_, node) => node).filter(
			(node) => node !== last,
		);
		const node = random.pick(others);
		last = node;
		const jitterMs = random.between(0, Math.min(everyMs / 2, JITTER_MS_MAX));
		const when = { atMs: (i + 1) * everyMs + jitterMs, lengthMs };
		return kind === "kill"
			? { kind, node, ...when }
			: { kind, cut: "host", nodes: [node], ...when };
	});
}

/** A part of the nodes: at least one, and not all. */
function drawGroup(nodes: number, random: SeededRandom): number[] {
	const size = 1 + Math.floor(random.unit() * (nodes - 1));
	const rest = Array.from({ length: nodes }, (_, node) => node);
	while (rest.length > size) {
		rest.splice(Math.floor(random.unit() * rest.length), 1);
	}
	return rest;
}
