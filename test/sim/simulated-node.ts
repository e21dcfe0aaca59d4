/**
 * A simulated node: the real engine on a machine, with a link to the store, a place in
 * the hub and an executor. It starts and ends as in `node/node.ts`; a node that starts
 * again is a new life of the same identity.
 */

import assert from "node:assert/strict";
import { Engine } from "../../node/engine/engine.ts";
import type { NodeHost } from "../../node/engine/engine-parts.ts";
import { agree } from "../../node/lease/agreement.ts";
import {
	type Api,
	type Executor,
	type Generations,
	type Log,
	type NodeName,
	StoreMismatch,
	type TokenMint,
} from "../../node/ports.ts";
import { STOP_BOUND_MS } from "../../protocol/limits.ts";
import type { VirtualClock } from "../clock.ts";
import { KeptInMemory } from "../fakes/generations.ts";
import type { GossipHub } from "../fakes/gossip-hub.ts";
import { NameInMemory } from "../fakes/node-name.ts";
import { createSilence } from "../fakes/silence.ts";
import type { SeededRandom } from "../random.ts";
import type { Disk } from "./disk.ts";
import { GossipLink } from "./gossip-link.ts";
import { Machine } from "./machine.ts";
import type { Recorder } from "./recorder.ts";
import { type NodeSpec, TYPES } from "./scenario.ts";
import { StoreLink } from "./store-link.ts";
import type { StoreServer } from "./store-server.ts";
import { RecordingExecutor } from "./task-code.ts";

/** A node that is asked to drain takes at most this long. */
const DRAIN_ASKED_MS = 5_000;
const LINGERS_MS = 30_000;

/** What all nodes of a simulated cluster share. */
export interface World {
	readonly clock: VirtualClock;
	readonly random: SeededRandom;
	readonly server: StoreServer;
	readonly hub: GossipHub;
	readonly recorder: Recorder;
	readonly disk: Disk;
	/** How long one way to the store takes if nothing is wrong. */
	readonly storeMs: number;
	/** What each node has kept of the store, by the node's id: its own disk outlives it. */
	readonly kept: Map<string, Kept>;
	readonly log: (node: string) => Log;
	readonly mint: TokenMint;
	/** Breaks a rule of what runs task code, to see whether that is found out. */
	readonly tamperExecutor: (executor: Executor) => Executor;
	/** Breaks a rule of how a process ends: it waits for tasks that do not end. */
	readonly lingers: boolean;
}

interface Kept {
	readonly generations: Generations;
	readonly name: NodeName;
}

/** Events of its process that whoever looks after it has to know. */
export interface Fates {
	/** The code of a task ends the process. */
	killedByTask(): void;
	/** The store has said that the cluster has this number of shards, which is not the node's. */
	outnumbered(shards: number): void;
	/** The node has ended because its number of shards is not the cluster's, or the cluster's is lost. */
	refused(): void;
}

export class SimulatedNode {
	readonly spec: NodeSpec;
	readonly machine: Machine;
	readonly link: StoreLink;
	readonly executor: RecordingExecutor;
	draining = false;
	/** Whether the store has said that it is the store of this node's cluster. */
	agreed = false;
	/** When the node's host vanished silently. */
	vanishedMs: number | undefined;
	readonly #world: World;
	readonly #fates: Fates;
	readonly #engine: Engine;

	constructor(spec: NodeSpec, world: World, fates: Fates) {
		const { clock, random, server, hub, recorder } = world;
		this.spec = spec;
		this.#world = world;
		this.#fates = fates;
		this.machine = new Machine(clock, spec.clockRate);
		this.link = new StoreLink({
			clock,
			random,
			machine: this.machine,
			server,
			shards: spec.shards,
			awayMs: this.#world.storeMs,
			stepped: (name) => {
				recorder.stepped(`${spec.nodeId} ${name}`);
				if (name === "open")
					recorder.record({ kind: "opened", node: spec.nodeId });
			},
			misplaced: (step, shards) =>
				recorder.record({
					...{ kind: "misplaced", node: spec.nodeId, step },
					...{ own: spec.shards, shards },
				}),
			broken: (error) => recorder.flaw(`the store broke: ${String(error)}`),
		});
		this.executor = new RecordingExecutor(spec, this.machine, recorder, () =>
			fates.killedByTask(),
		);
		const place = spec.gossips
			? hub.join(spec.nodeId)
			: createSilence(spec.nodeId);
		const gossip = new GossipLink(place, this.machine);
		this.#engine = this.#makeEngine(gossip);
		void gossip.start();
		void this.#startWithStore();
	}

	get nodeId(): string {
		return this.spec.nodeId;
	}

	get api(): Api {
		return this.#engine.api;
	}

	/** Whether the node runs, is its own master, reaches the store, and believes itself ready. */
	get canBeAsked(): boolean {
		const { machine, link, draining } = this;
		const disturbed = machine.paused || draining || link.cut || !link.isCalm;
		return !disturbed && this.api.cluster.readiness().ready;
	}

	/** Marks the node at risk, as when its cloud recommends to replace it. */
	markAtRisk(): void {
		this.#world.recorder.record({ kind: "at-risk", node: this.nodeId });
		this.machine.run(() => this.#engine.markAtRisk());
	}

	/** Kills the node as by kill -9: its host closes its connections, and refuses new ones. */
	kill(): void {
		this.machine.kill();
		this.#world.hub.kill(this.nodeId);
	}

	/** Lets the node's host vanish: nobody closes anything. */
	vanish(): void {
		this.machine.kill();
		this.#world.hub.vanish(this.nodeId);
		this.vanishedMs = this.#world.clock.monoMs();
	}

	/**
	 * Drains, as on SIGTERM; the process ends when it has said goodbye. `blocked`: what
	 * runs when its time is over is in calls that nothing ends.
	 */
	drain(deadlineMs: number, blocked = false): void {
		if (this.draining) return;
		this.draining = true;
		const { recorder, lingers } = this.#world;
		const withinMs = deadlineMs + STOP_BOUND_MS;
		recorder.record({ kind: "stopping", node: this.nodeId, withinMs });
		this.machine.onDeath(() =>
			recorder.record({ kind: "stopped", node: this.nodeId }),
		);
		if (blocked) this.#block(deadlineMs);
		this.machine.run(() => {
			void this.#engine.stop(deadlineMs).then((left) => {
				if (!(lingers && left > 0)) this.kill();
				else this.machine.after(LINGERS_MS, () => this.kill());
			});
		});
	}

	/**
	 * Blocks what runs after a time: such calls run no code of their tasks any more, and
	 * belong to nobody until the process ends.
	 */
	#block(afterMs: number): void {
		const { clock, recorder } = this.#world;
		this.machine.after(afterMs, () => {
			this.executor.block();
			const fromMs = clock.monoMs();
			this.machine.onDeath(() =>
				recorder.add({
					...{ kind: "impaired", node: this.nodeId, why: "gone" },
					...{ fromMs, untilMs: clock.monoMs() },
				}),
			);
		});
	}

	/** Waits until the store says that it is the cluster's, before the node schedules. */
	async #startWithStore(): Promise<void> {
		try {
			const simulated = this;
			this.agreed = await agree({
				...{ store: this.link, clock: this.machine },
				log: this.#world.log(this.nodeId),
				node: {
					get isStopping() {
						return simulated.draining;
					},
				},
			});
		} catch (error) {
			if (!(error instanceof StoreMismatch)) throw error;
			this.kill();
			this.#fates.refused();
		}
		if (this.agreed) this.#engine.start();
	}

	/** Another node has made the cluster anew, with this number of shards. */
	#outnumbered(shards: number): void {
		this.#fates.outnumbered(shards);
		this.machine.onDeath(() => this.#fates.refused());
		this.drain(0);
	}

	/** What the node has kept, in this life and those before. All nodes wish for one name. */
	#kept(): Kept {
		const { kept } = this.#world;
		const own = kept.get(this.nodeId) ?? {
			generations: new KeptInMemory(),
			name: new NameInMemory("node"),
		};
		kept.set(this.nodeId, own);
		return own;
	}

	#makeEngine(gossip: GossipLink): Engine {
		const { random, log, tamperExecutor } = this.#world;
		const { nodeId, concurrency, labels, queues } = this.spec;
		return new Engine({
			cluster: "simulated",
			clock: this.machine,
			random,
			log: log(nodeId),
			store: this.link,
			gossip,
			executor: tamperExecutor(this.executor),
			...this.#kept(),
			concurrency,
			serves: {
				types: new Set(TYPES),
				queues: queues === undefined ? undefined : new Set(queues),
				labels: new Set(labels),
			},
			host: this.#host(gossip),
			given: { secrets: [] },
			mint: this.#world.mint,
		});
	}

	#host(gossip: GossipLink): NodeHost {
		const { nodeId, concurrency, labels, queues } = this.spec;
		const startedMs = this.machine.wallMs();
		return {
			record: () => ({
				...{ nodeId, pid: 1, host: nodeId, http: "", p2p: gossip.address },
				...{ version: "0", startedMs, slots: concurrency },
				...{ types: TYPES, labels },
				...(queues === undefined ? {} : { queues }),
			}),
			figures: () => assert.fail("nobody asks"),
			load: () => 0,
			memoryBytes: () => 0,
			askedToDrain: () => this.drain(DRAIN_ASKED_MS),
			superseded: (shards) => {
				if (shards !== undefined) {
					this.#outnumbered(shards);
					return;
				}
				this.#world.recorder.flaw(
					`${nodeId} ended: another one has its identity`,
				);
				this.kill();
			},
		};
	}
}
