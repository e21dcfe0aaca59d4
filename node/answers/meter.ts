/**
 * Meter: everything that this node reports about itself in numbers, except what its HTTP
 * side counts. The actors count as they go; here it is put together when somebody asks,
 * and costs nothing while nobody does. Figures of the whole cluster are read at a pace
 * (paced-read.ts).
 */
import {
	type Reading,
	type Written,
	written,
} from "../../protocol/exposition.ts";
import type { Histogram } from "../../protocol/instruments.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { NODE_STATES, type NodeState } from "../../protocol/node-state.ts";
import { TASK_STATES, type TaskState } from "../../protocol/state.ts";
import type {
	Gossip,
	HostFigures,
	MeterApi,
	QueuesView,
	Store,
} from "../ports.ts";
import { PacedRead, type PacedReadClock } from "./paced-read.ts";
import { QueueReader } from "./queue-readings.ts";

/** What is counted for one shard. */
export interface CountingEngine {
	readonly claimer: { readonly tookS: Histogram };
	readonly finisher: { readonly stale: number };
	readonly reaper: { readonly taken: Counts };
	readonly renewer: {
		readonly entry: { readonly renewals: Counts };
		/** When the lease was last renewed; undefined if no session is held. */
		readonly renewedMs: number | undefined;
	};
}

type Counts = Readonly<Record<string, number>>;

export interface MeterParts {
	readonly clock: PacedReadClock;
	readonly store: Pick<Store, "up" | "tookS">;
	readonly gossip: Pick<Gossip, "traffic">;
	readonly engines: readonly CountingEngine[];
	/** See runner.ts. */
	readonly runner: { readonly slots: number; readonly running: number };
	/** See run-meter.ts. */
	readonly runs: {
		readonly waitedS: Histogram;
		readonly byType: Iterable<
			[string, { readonly ends: Counts; readonly ranS: Histogram }]
		>;
	};
	/** See tasks.ts. */
	readonly submissions: { readonly outcomes: Counts };
	/** See roster.ts, and watch.ts. */
	readonly peers: { states(): readonly NodeState[] };
	/** See cluster.ts. */
	readonly cluster: { taskCounts(): Promise<Record<TaskState, number>> };
	readonly overview: { queues(): Promise<QueuesView> };
	readonly host: { figures(): HostFigures };
}

export class Meter implements MeterApi {
	readonly #parts: MeterParts;
	/** Readings of tasks, written when they are read: they are many, and reported more often than read. */
	readonly #tasks: PacedRead<Written[]>;
	readonly #queues: PacedRead<Written[]>;

	constructor(parts: MeterParts) {
		const { clock, cluster, overview } = parts;
		const queueReader = new QueueReader();
		this.#parts = parts;
		this.#tasks = new PacedRead(clock, async () =>
			written(taskReadings(await cluster.taskCounts())),
		);
		this.#queues = new PacedRead(clock, async () =>
			written(queueReader.readings(await overview.queues())),
		);
	}

	async read(): Promise<(Reading | Written)[]> {
		const { up } = this.#parts.store;
		const [tasks, queues] = await Promise.all([
			up ? this.#tasks.ask() : undefined,
			up ? this.#queues.ask() : undefined,
		]);
		return [
			...this.#ofHost(),
			...(tasks ?? []),
			...(queues ?? []),
			...this.#ofWork(),
			...this.#ofStore(),
			...this.#ofPeers(),
		];
	}

	*#ofWork(): Iterable<Reading> {
		const { runs, runner, submissions, engines } = this.#parts;
		yield* counted("hearsay_tasks_submitted_total", "outcome", [
			submissions.outcomes,
		]);
		for (const [type, { ends, ranS }] of runs.byType) {
			for (const [end, value] of Object.entries(ends))
				if (value > 0)
					yield {
						name: "hearsay_attempts_total",
						labels: { type, end },
						value,
					};
			yield {
				...{ name: "hearsay_task_run_seconds", labels: { type } },
				value: ranS,
			};
		}
		yield { name: "hearsay_task_wait_seconds", value: runs.waitedS };
		yield { name: "hearsay_slots", value: runner.slots };
		yield { name: "hearsay_slots_busy", value: runner.running };
		yield {
			name: "hearsay_stale_writes_total",
			value: sum(engines.map(({ finisher }) => finisher.stale)),
		};
	}

	*#ofStore(): Iterable<Reading> {
		const { store, engines, clock } = this.#parts;
		yield { name: "hearsay_store_up", value: store.up ? 1 : 0 };
		for (const [script, value] of store.tookS)
			if (value.counts.some((count) => count > 0))
				yield {
					...{ name: "hearsay_store_roundtrip_seconds", value },
					labels: { script },
				};
		yield {
			name: "hearsay_claim_seconds",
			value: together(engines.map(({ claimer }) => claimer.tookS)),
		};
		const nowMs = clock.monoMs();
		const margins = engines.map(({ renewer: { renewedMs } }) =>
			renewedMs === undefined ? 0 : renewedMs + LEASE_TTL_MS - nowMs,
		);
		yield {
			name: "hearsay_lease_margin_seconds",
			value: Math.max(0, Math.min(...margins)) / 1_000,
		};
		yield* counted(
			...(["hearsay_lease_renewals_total", "outcome"] as const),
			engines.map(({ renewer }) => renewer.entry.renewals),
		);
		yield* counted(
			...(["hearsay_sessions_revoked_total", "reason"] as const),
			engines.map(({ reaper }) => reaper.taken),
		);
	}

	*#ofPeers(): Iterable<Reading> {
		const { sent, received, dropped } = this.#parts.gossip.traffic;
		for (const [direction, counts] of Object.entries({ sent, received }))
			for (const [kind, value] of Object.entries(counts))
				yield {
					...{ name: "hearsay_gossip_messages_total", value },
					labels: { direction, kind },
				};
		yield* counted("hearsay_gossip_dropped_total", "reason", [dropped]);
		const states = this.#parts.peers.states();
		for (const state of NODE_STATES) {
			const value = states.filter((each) => each === state).length;
			yield { name: "hearsay_peers", labels: { state }, value };
		}
	}

	*#ofHost(): Iterable<Reading> {
		const { version, runtime, loop, ...figures } = this.#parts.host.figures();
		const name = "hearsay_build_info";
		yield { name, labels: { version, runtime }, value: 1 };
		for (const [figure, value] of Object.entries(figures))
			yield { name: PROCESS[figure as keyof typeof figures], value };
		for (const [quantile, value] of loop.quantiles)
			yield { name: LOOP, labels: { quantile }, value };
		yield { name: LOOP, suffix: "_sum", value: loop.sumS };
		yield { name: LOOP, suffix: "_count", value: loop.count };
	}
}

const LOOP = "hearsay_eventloop_delay_seconds";
const PROCESS = {
	cpuS: "process_cpu_seconds_total",
	residentBytes: "process_resident_memory_bytes",
	virtualBytes: "process_virtual_memory_bytes",
	openFds: "process_open_fds",
	maxFds: "process_max_fds",
	startedS: "process_start_time_seconds",
} as const;

function taskReadings(counts: Record<TaskState, number>): Reading[] {
	return TASK_STATES.map((state) => ({
		...{ name: "hearsay_tasks", labels: { state } },
		value: counts[state],
	}));
}

/** One reading for each label, with its count over all of these. */
function counted(
	name: Reading["name"],
	label: string,
	all: readonly Counts[],
): Reading[] {
	return Object.keys(all[0] ?? {}).map((value) => ({
		...{ name, labels: { [label]: value } },
		value: sum(all.map((counts) => counts[value] ?? 0)),
	}));
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, one) => total + one, 0);
}

function together(
	histograms: readonly Histogram[],
): Pick<Histogram, "bounds" | "counts" | "sum"> {
	const [{ bounds } = { bounds: [] }] = histograms;
	const counts = Array.from({ length: bounds.length + 1 }, (_, at) =>
		sum(histograms.map(({ counts }) => counts[at] ?? 0)),
	);
	return { bounds, counts, sum: sum(histograms.map((each) => each.sum)) };
}
