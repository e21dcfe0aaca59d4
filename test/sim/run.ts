/**
 * One run: a cluster lives through what its seed has in store, first in trouble and then
 * in peace, and its history is judged.
 *
 *     storm      work comes in, trouble comes and goes
 *     peace      everything has healed; accepted tasks must end in bounded time
 *     reading    all tasks are read back; some time later they are again, and
 *                must be as they were
 *
 * Everything in a run follows from its seed: two runs of one seed are the same to the
 * last event, which their fingerprints show.
 */

import type { Executor, Log } from "../../node/ports.ts";
import {
	AT_RISK_MS,
	ELAPSE_OVERDUE_MS,
	LEASE_TTL_MS,
	PULSE_MS_MAX,
} from "../../protocol/limits.ts";
import { SEQ_SPAN } from "../../protocol/rank.ts";
import type { Route } from "../../protocol/route.ts";
import { isEnded } from "../../protocol/state.ts";
import type { Attempt, TaskRecord } from "../../protocol/task.ts";
import { judge, type Terms, type Verdict } from "../checker/checker.ts";
import { type HistoryEvent, setBackMsOf } from "../checker/history.ts";
import { VirtualClock } from "../clock.ts";
import { CountingMint } from "../fakes/access.ts";
import { GossipHub } from "../fakes/gossip-hub.ts";
import { SeededRandom } from "../random.ts";
import { watchBooks } from "./books.ts";
import { Cluster } from "./cluster.ts";
import { Disk } from "./disk.ts";
import { Listing } from "./listing.ts";
import { LiveWatchers } from "./live-watchers.ts";
import { Missing } from "./missing.ts";
import { Numbers } from "./numbers.ts";
import { observe } from "./observer.ts";
import { Overdue } from "./overdue.ts";
import { recommend } from "./recommendations.ts";
import { Recorder } from "./recorder.ts";
import { DRIFT_MAX, drawScenario, type Scenario } from "./scenario.ts";
import { type Agreeing, StoreServer, type Tamper } from "./store-server.ts";
import { Storm } from "./storm.ts";
import { Tokens } from "./tokens.ts";
import { serves, Waiting } from "./waiting.ts";
import { Watchers } from "./watchers.ts";
import { DURATION_MS_MAX, startWorkload, type Workload } from "./workload.ts";

/** A rule of the system that is broken on purpose. */
export interface Mutant {
	readonly shard?: Tamper;
	readonly agreeing?: Agreeing;
	readonly executor?: (executor: Executor) => Executor;
	readonly hub?: (hub: GossipHub) => void;
	/** Whether a process does not end while tasks of it are in calls that nothing ends. */
	readonly lingers?: true;
}

export interface RunOptions {
	readonly seed: number;
	readonly nodes?: number | undefined;
	/** The only kind of trouble; undefined for all kinds. */
	readonly fault?: string | undefined;
	readonly mutant?: Mutant;
	/** Gets the logs of the nodes, each line with its virtual time. */
	readonly trace?: ((line: string) => void) | undefined;
}

export interface Run {
	readonly seed: number;
	readonly scenario: Scenario;
	readonly verdict: Verdict;
	readonly events: readonly HistoryEvent[];
	readonly fingerprint: number;
	readonly virtualMs: number;
	/** How many faults were made, by name. */
	readonly faults: ReadonlyMap<string, number>;
}

/**
 * How long peace lasts at least: long enough for a session's lease to expire, and for a node
 * to have seen the store as long before it reaps.
 */
const PEACE_MS = 4 * LEASE_TTL_MS;
const NODES_BACK_MS = 60_000;
const LOOK_MS = 250;
/** The time from the first reading to the second. */
const LATER_MS = LEASE_TTL_MS + 2_000;
/** The time of a sweep, by a clock that runs slow; plus a claim, or two if one is under way. */
const SWEEP_MS = PULSE_MS_MAX * (1 + DRIFT_MAX) + 100;
/** The time after which nodes that can tell have taken what a vanished host held. */
const MISSED_MS = 3_500;
/** The kinds of trouble that keep nobody from the store: nothing may be stopped or taken over because of them. */
const HARMLESS = ["partition", "one-way partition"];
/** The time from one task's end to the next one's start, if there is no trouble. */
const CLAIM_MS = 5;

export async function runSeed(options: RunOptions): Promise<Run> {
	const { seed, mutant } = options;
	const scenario = drawScenario(seed, options);
	const clock = new VirtualClock();
	const recorder = new Recorder(clock);
	const server = new StoreServer(
		clock,
		scenario.shards,
		mutant?.shard ?? ((shard) => shard),
		(id, why) => recorder.record({ kind: "forgotten", id, why }),
	);
	if (mutant?.agreeing !== undefined) server.agreeing = mutant.agreeing;
	if (!scenario.isNew) server.number = scenario.shards;
	const hub = new GossipHub(clock, new SeededRandom(seed ^ 0x60551b));
	const disk = new Disk();
	const world = {
		...{ clock, server, hub, recorder, disk, kept: new Map() },
		mint: new CountingMint(),
		storeMs: scenario.storeMs,
		random: new SeededRandom(seed ^ 0x0c0de),
		log: logTo(clock, options.trace),
		lingers: mutant?.lingers ?? false,
		tamperExecutor: mutant?.executor ?? ((executor: Executor) => executor),
	};
	if (scenario.losesWrites) disk.spin(clock, server);
	const cluster = new Cluster(scenario, world);
	mutant?.hub?.(hub);
	const crashed = (error: unknown) =>
		recorder.flaw(`a node crashed: ${(error as Error).stack}`);
	process.on("unhandledRejection", crashed);
	try {
		const terms = await live(cluster, new SeededRandom(seed ^ 0x570a1));
		return {
			...{ seed, scenario, events: recorder.events },
			verdict: judge(recorder.events, terms),
			fingerprint: recorder.fingerprint,
			virtualMs: clock.monoMs(),
			faults: recorder.faults,
		};
	} finally {
		process.off("unhandledRejection", crashed);
	}
}

async function live(cluster: Cluster, random: SeededRandom): Promise<Terms> {
	const { scenario, world } = cluster;
	const { clock, recorder } = world;
	const storm = new Storm(cluster, random);
	const workload = startWorkload(cluster, random);
	const tokens = new Tokens(cluster);
	watchBooks(clock, world.server.shards, recorder);
	cluster.workload = workload;
	observe(clock, new Waiting(cluster));
	observe(clock, new Overdue(cluster));
	observe(clock, new Numbers(cluster));
	observe(clock, new Missing(cluster));
	new Listing(clock, world.server, recorder).watch();
	const { seed, watchers: count } = scenario;
	const watchers = new Watchers(
		...([cluster, count, new SeededRandom(seed ^ 0x3a7c4)] as const),
	);
	const pages = new LiveWatchers(
		...([cluster, count, new SeededRandom(seed ^ 0x11fe)] as const),
	);
	if (scenario.kind === "storm") storm.next();
	const calm = recommend(cluster, new SeededRandom(scenario.seed ^ 0xec2));
	await clock.runFor(scenario.stormMs);
	storm.end();
	calm();
	const back = await clock.runUntil(() => cluster.whole, NODES_BACK_MS);
	if (!back) recorder.flaw("a node that was told to drain never ended");
	recorder.record({ kind: "healed" });
	pages.settle();
	const drainMs = PEACE_MS + workload.workMs;
	await drain(cluster, workload, drainMs + setBackMsOf(recorder.events));
	await readBack(cluster, workload);
	await clock.runFor(LATER_MS);
	// A store that has lost writes may have lost executions that go on.
	const quiet = await clock.runUntil(
		() => recorder.running.size === 0,
		DURATION_MS_MAX,
	);
	if (!quiet) recorder.flaw(`${recorder.running.size} executions never end`);
	await watchers.finish();
	await pages.finish();
	await findLeaks(cluster);
	for (const flaw of tokens.flaws()) recorder.flaw(flaw);
	await readBack(cluster, workload);
	return {
		...{ drainMs, stopMs: { paused: 1_000, "cut-off": 4_000, gone: 0 } },
		startWithinMs: SWEEP_MS + 6 * scenario.storeMs,
		dueWithinMs: SWEEP_MS + ELAPSE_OVERDUE_MS + 6 * scenario.storeMs,
		missedWithinMs: MISSED_MS + 6 * scenario.storeMs,
		...(scenario.kind === "calm"
			? { oneAtATimeWithinMs: CLAIM_MS + 4 * scenario.storeMs }
			: {}),
		...(scenario.kind === "fair" ? { lastTurn: lastTurnOf(scenario) } : {}),
		isUndisturbed:
			scenario.kind !== "storm" || HARMLESS.includes(scenario.fault ?? ""),
	};
}

function lastTurnOf({ nodes }: Scenario): Required<Terms>["lastTurn"] {
	const able = (route: Route) =>
		nodes
			.filter((spec) => spec.gossips && serves(spec, route))
			.map(({ nodeId }) => nodeId);
	return { able, leftOverMs: AT_RISK_MS };
}

/** Lets time pass until nothing is left to do, within the bound. */
async function drain(
	{ world: { clock, server } }: Cluster,
	workload: Workload,
	withinMs: number,
): Promise<void> {
	for (let ms = 0; ms < withinMs; ms += LOOK_MS) {
		await clock.runFor(LOOK_MS);
		const tasks = await readAll(server);
		if (workload.asking === 0 && tasks.every(({ state }) => isEnded(state)))
			return;
	}
}

async function readAll(server: StoreServer): Promise<TaskRecord[]> {
	const request = { state: undefined, beforeSeq: SEQ_SPAN, limit: 1e6 };
	const pages = await Promise.all(
		server.shards.map(async (shard) => (await shard.tasks.list(request)).tasks),
	);
	return pages.flat();
}

async function readBack(
	{ world: { server, recorder } }: Cluster,
	{ ids }: Workload,
): Promise<void> {
	const missing = new Set(ids);
	for (const task of await readAll(server)) {
		missing.delete(task.id);
		const { id, state, attempts, result, error } = task;
		const { dueMs, expiresMs, finishedMs, round, options } = task;
		recorder.record({
			...{ kind: "read", id, state, round },
			...(dueMs !== undefined && { dueMs }),
			...(expiresMs !== undefined && { expiresMs }),
			...(finishedMs !== undefined && { finishedMs }),
			...(options.tags !== undefined && { tags: options.tags }),
			attempts: attempts.map(readAttempt),
			...(result === undefined ? {} : { resultToken: tokenIn(result) }),
			...(error === undefined ? {} : { errorCode: error.code }),
		});
	}
	for (const id of missing) recorder.record({ kind: "absent", id });
}

function readAttempt(attempt: Attempt) {
	const { token, nodeId, claimedMs, startedMs, end, round, why = "" } = attempt;
	return {
		...{ token, round, node: nodeId, claimedMs, why },
		...(startedMs !== undefined && { startedMs }),
		...(end !== undefined && { end }),
	};
}

function tokenIn(result: string): number {
	return (JSON.parse(result) as { token: number }).token;
}

/**
 * Finds leaks. With nothing to do, every slot of every node is free, and each node has a
 * name of its own.
 */
async function findLeaks(cluster: Cluster): Promise<void> {
	const { clock, recorder } = cluster.world;
	for (const { nodeId, spec, api } of cluster.alive()) {
		let free: number | undefined;
		let names: string[] = [];
		api.cluster.nodes().then(
			({ nodes: views }) => {
				const own = views.find(({ record }) => record.nodeId === nodeId);
				free = own?.digest?.freeSlots;
				names = views
					.filter(({ state }) => state !== "dead")
					.map(({ record }) => record.name);
			},
			(error) => recorder.flaw(`${nodeId} is not well: ${error}`),
		);
		await clock.runFor(LOOK_MS);
		if (new Set(names).size < names.length)
			recorder.flaw(`nodes that live have one name: ${names.join(", ")}`);
		if (free !== spec.concurrency)
			recorder.flaw(
				`${nodeId} has ${free} of ${spec.concurrency} slots free with nothing to do`,
			);
	}
}

function logTo(
	clock: VirtualClock,
	trace: RunOptions["trace"],
): (node: string) => Log {
	return (node) => {
		const write = (fields: object, message: string) =>
			trace?.(
				`${clock.monoMs().toFixed(3)} ${node} ${message} ${JSON.stringify(fields)}`,
			);
		return { debug: write, info: write, warn: write, error: write };
	};
}
