/**
 * A simulated cluster with which a test does what it likes, without a storm.
 */

import type { Route } from "../../protocol/route.ts";
import { shardOf } from "../../protocol/shard.ts";
import { type AttemptEnd, isEnded } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import type { StartEvent } from "../checker/task-history.ts";
import { VirtualClock } from "../clock.ts";
import { CountingMint } from "../fakes/access.ts";
import { GossipHub } from "../fakes/gossip-hub.ts";
import { SeededRandom } from "../random.ts";
import { Cluster } from "./cluster.ts";
import { Disk } from "./disk.ts";
import { Recorder } from "./recorder.ts";
import { CAPPED_TYPE, drawScenario, ROUTES } from "./scenario.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import { StoreServer } from "./store-server.ts";
import type { TaskScript } from "./task-code.ts";

const LOOK_MS = 10;
const STARTED_MS_MAX = 5_000;

/**
 * Begins a cluster in which every node serves everything and gossips, and links take as
 * long as in calm weather.
 */
export function beginCluster(
	seed: number,
	{ nodes, shards = 1, concurrency = 2, caps, storeMs = 0 }: BenchPlan,
): Bench {
	return new Bench(seed, { nodes, shards, concurrency, caps, storeMs });
}

export interface BenchPlan {
	readonly nodes: number;
	readonly shards?: number;
	/** The slots of each node. */
	readonly concurrency?: number;
	/** How many tasks each node runs at once, if all tasks are of the type that is capped. */
	readonly caps?: readonly number[] | undefined;
	/** How much longer one way to the store, or back, takes than to one next door. */
	readonly storeMs?: number;
}

export class Bench {
	readonly clock = new VirtualClock();
	readonly server: StoreServer;
	readonly hub: GossipHub;
	readonly #recorder = new Recorder(this.clock);
	readonly #cluster: Cluster;
	readonly #ids: string[] = [];
	readonly #route: Route;

	constructor(
		seed: number,
		{ nodes, shards, concurrency, caps, storeMs }: Required<BenchPlan>,
	) {
		const { clock } = this;
		this.#route =
			caps === undefined ? (ROUTES[0] ?? "") : `default|${CAPPED_TYPE}|`;
		this.server = new StoreServer(
			clock,
			shards,
			(shard) => shard,
			() => {},
		);
		this.server.number = shards;
		this.hub = new GossipHub(clock, new SeededRandom(seed ^ 0x60551b));
		const drawn = drawScenario(seed, { nodes, fault: "none" });
		const specs = drawn.nodes.map((spec, i) => ({
			...spec,
			cap: caps?.[i] ?? spec.cap,
			...{
				gossips: true,
				shards,
				concurrency,
				labels: [],
				queues: undefined,
			},
		}));
		const silent = { debug() {}, info() {}, warn() {}, error() {} };
		this.#cluster = new Cluster(
			{ ...drawn, nodes: specs, shards },
			{
				...{ clock, server: this.server, hub: this.hub, disk: new Disk() },
				...{ recorder: this.#recorder, kept: new Map() },
				mint: new CountingMint(),
				...{ storeMs, lingers: false },
				random: new SeededRandom(seed ^ 0x0c0de),
				log: () => silent,
				tamperExecutor: (executor) => executor,
			},
		);
	}

	runFor(ms: number): Promise<void> {
		return this.clock.runFor(ms);
	}

	node(index: number): SimulatedNode {
		const node = this.#cluster.alive()[index];
		if (node === undefined) throw new Error(`node ${index} is not alive`);
		return node;
	}

	/** Puts a task of that length on every node, and waits until all run. */
	async startEverywhere(durationMs: number): Promise<void> {
		const nodes = this.#cluster.alive();
		for (const { api, nodeId, machine } of nodes) {
			const id = `task-of-${nodeId}`;
			const task = { id, route: this.#route, priority: 5, options: PLAIN };
			const payload = JSON.stringify([{ durationMs }]);
			this.#ids.push(id);
			machine.run(() => void api.tasks.submit([{ ...task, payload }]));
		}
		const running = () => this.#recorder.running.size === nodes.length;
		if (!(await this.clock.runUntil(running, STARTED_MS_MAX)))
			throw new Error("not all tasks have started");
	}

	/** Submits a task through the first node. */
	submit(id: string, ...script: TaskScript): void {
		this.submitAll(this.node(0), [id], ...script);
	}

	/** Submits tasks through a node, all at once. */
	submitAll(
		{ api, machine }: SimulatedNode,
		ids: readonly string[],
		...script: TaskScript
	): void {
		const task = { route: this.#route, priority: 5, options: PLAIN };
		const payload = JSON.stringify(script);
		const tasks = ids.map((id) => ({ ...task, id, payload }));
		machine.run(() => void api.tasks.submit(tasks));
	}

	/** Starts a node anew that has ended. */
	startAgain({ spec }: SimulatedNode): SimulatedNode {
		this.#cluster.start(spec);
		const life = this.#cluster.lifeOf(spec);
		if (life === undefined) throw new Error(`${spec.nodeId} does not start`);
		return life;
	}

	/** The task, once it has ended, which it must within this time. */
	async untilEnded(id: string, ms: number): Promise<TaskRecord> {
		const { truth } = this.server;
		for (const endMs = this.clock.monoMs() + ms; ; ) {
			const [task] =
				(await truth[shardOf(id, truth.length)]?.tasks.get([id])) ?? [];
			if (task !== undefined && isEnded(task.state)) return task;
			if (this.clock.monoMs() > endMs) throw new Error(`${id} has not ended`);
			await this.clock.runFor(LOOK_MS);
		}
	}

	/** The tasks whose code runs on this node. */
	running({ nodeId }: SimulatedNode): string[] {
		return [...this.#recorder.running]
			.filter(({ node }) => node === nodeId)
			.map(({ id }) => id);
	}

	/** When and where the task's code began, each time. */
	startsOf(id: string): StartEvent[] {
		return this.#recorder.events
			.filter((event) => event.kind === "start")
			.filter((event) => event.id === id);
	}

	/** How many nodes the task has ended. */
	killedBy(id: string): number {
		return this.#recorder.events.filter(
			(event) => event.kind === "kill" && event.id === id,
		).length;
	}

	/** Lets nothing pass between the two sides any more; nobody's connection closes. */
	part(some: readonly SimulatedNode[], others: readonly SimulatedNode[]): void {
		for (const a of some)
			for (const b of others) {
				this.hub.mute(a.nodeId, b.nodeId);
				this.hub.mute(b.nodeId, a.nodeId);
			}
	}

	/** Nodes that told tasks to stop: one name for each task. */
	toldToStop(): string[] {
		return this.#recorder.events
			.filter((event) => event.kind === "told-to-stop")
			.map(({ node }) => node);
	}

	/** When another node started the task of that node. */
	async untilStartedElsewhere(nodeId: string): Promise<number> {
		const start = () =>
			this.#recorder.events.find(
				(event) =>
					event.kind === "start" &&
					event.id === `task-of-${nodeId}` &&
					event.node !== nodeId,
			);
		for (let ms = 0; start() === undefined; ms += LOOK_MS) {
			if (ms > 2 * STARTED_MS_MAX) throw new Error("nobody took the task over");
			await this.clock.runFor(LOOK_MS);
		}
		const event = start();
		return event?.kind === "start" ? event.atMs : Number.POSITIVE_INFINITY;
	}

	/** Attempts that ended because their node had lost its lease. */
	async takenOver(): Promise<AttemptEnd[]> {
		const [shard] = this.server.truth;
		const tasks = (await shard?.tasks.get(this.#ids)) ?? [];
		return tasks
			.flatMap((task) => task?.attempts ?? [])
			.map(({ end }) => end)
			.filter((end) => end === "lease-lost" || end === "revoked");
	}
}
