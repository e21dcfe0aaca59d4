/**
 * Scheduler: one node's actors, put together on its ports.
 *
 * This is the whole node but for the outside world: given a store, gossip, an
 * executor, a clock and chance, it schedules. `node.ts` gives it the real ones;
 * the simulator gives it fakes and turns the clock. Owns the order in which
 * things start and stop:
 *
 *     start    crews (sessions, sweeps) → digests
 *     stop     no new claims → tasks finish, until the deadline → the rest is
 *              given back → sessions are closed: goodbye
 */

import "../protocol/limit-relations.ts";
import {
	type Digest,
	type GossipMessage,
	shortName,
} from "../protocol/gossip.ts";
import {
	ABORT_GRACE_MS,
	DIGEST_PEERS_MAX,
	ENDED_KEPT_MAX,
	LEASE_TTL_MS,
} from "../protocol/limits.ts";
import { type Route, type Serves, servesRoute } from "../protocol/route.ts";
import { Announcer } from "./announcer.ts";
import { Crew } from "./crew.ts";
import { Desk } from "./desk.ts";
import { Digester } from "./digester.ts";
import { askToDrain } from "./drain-wish.ts";
import { Drainer } from "./drainer.ts";
import { Hearer } from "./hearer.ts";
import type {
	Api,
	Clock,
	Executor,
	Generations,
	Gossip,
	Log,
	NodeName,
	NodeRecord,
	Random,
	Shard,
	Store,
} from "./ports.ts";
import { Roster } from "./roster.ts";
import { Runner } from "./runner.ts";
import { Waiter } from "./waiter.ts";
import { Watch } from "./watch.ts";

export interface SchedulerParts {
	readonly cluster: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly store: Store;
	readonly gossip: Gossip;
	readonly executor: Executor;
	readonly generations: Generations;
	readonly concurrency: number;
	readonly serves: Serves;
	/** What the others may know of this node; its name and whether it drains are added here. */
	readonly record: () => Omit<NodeRecord, "name" | "draining">;
	readonly name: NodeName;
	/** Fraction of the last second that the event loop was busy. */
	readonly load: () => number;
	/** Somebody asked this node, through any node, to drain and stop. */
	readonly askedToDrain: () => void;
	/** Another program runs under this node's identity, or the cluster was made anew with so many shards: it cannot go on. */
	readonly superseded: (shards?: number) => void;
}

export class Scheduler {
	readonly api: Api;
	readonly #parts: SchedulerParts;
	readonly #crews: readonly Crew[];
	readonly #runner: Runner;
	readonly #roster: Roster;
	readonly #digester: Digester;
	readonly #announcer: Announcer;
	readonly #hearer: Hearer;
	readonly #watch: Watch;
	readonly #drainer: Drainer;
	#firstToKick = 0;
	#stopped = false;

	constructor(parts: SchedulerParts) {
		const { clock, log, store, gossip, executor } = parts;
		this.#parts = parts;
		this.#runner = new Runner({
			clock,
			executor,
			concurrency: parts.concurrency,
			abortGraceMs: ABORT_GRACE_MS,
			storeNowMs: (shard) => this.#crew(shard).renewer.storeNowMs(),
			finish: (shard, end) => this.#crew(shard).finisher.finish(end),
			giveBack: (shard, { id, token, route, priority }, how) =>
				this.#crew(shard).finisher.giveBack({
					id,
					token,
					route,
					priority,
					...how,
				}),
			leaving: () =>
				this.#crews.reduce((sum, { finisher }) => sum + finisher.unsent, 0),
			clogged: () => this.#crews.some(({ finisher }) => finisher.clogged),
			freed: () => this.#slotsFreed(),
		});
		const waiter = new Waiter({ clock, log, shards: store.shards });
		this.#crews = store.shards.map((shard) => this.#makeCrew(shard, waiter));
		this.#roster = new Roster({
			self: gossip.nodeId,
			home: this.#crew(0).shard,
			clock,
			log,
			admit: (peers) => gossip.admit(peers),
			connected: () => gossip.connected(),
			read: () => this.#watch.registryRead(),
			askedToDrain: parts.askedToDrain,
		});
		this.#digester = new Digester({
			clock,
			gossip,
			epoch: () => this.#crew(0).renewer.epoch,
			content: () => this.#digest(),
			nodes: () => this.#roster.nodes,
		});
		this.#announcer = new Announcer({
			clock,
			publish: (routes) => this.#digester.publish({ kind: "announce", routes }),
		});
		this.#hearer = this.#makeHearer();
		this.#watch = new Watch({
			...{ clock, log, gossip, crews: this.#crews },
			...{ roster: this.#roster, digester: this.#digester },
		});
		this.#drainer = this.#makeDrainer();
		this.api = this.#makeDesk(waiter);
	}

	/** Gossip has been started, and the store may be away. */
	start(): void {
		if (this.#stopped) return;
		const { store, gossip } = this.#parts;
		gossip.onMessage((message) => this.#heard(message));
		gossip.onStranger(() => this.#roster.strangerKnocked());
		gossip.onPeer((nodeId, connected) =>
			this.#watch.peerChanged(nodeId, connected),
		);
		store.onChange((up) => {
			if (!up) return;
			this.#roster.storeIsBack();
			for (const crew of this.#crews) void crew.storeIsBack();
		});
		for (const crew of this.#crews) crew.start();
		this.#digester.start();
	}

	/**
	 * Takes no new work, lets tasks finish for `deadlineMs`, gives the rest back, says
	 * goodbye. It does not wait for a store that is away for `awayMsMax`. Resolves with how
	 * many tasks are in calls that nothing ends: others may run them from now on.
	 */
	async stop(deadlineMs: number, awayMsMax = Infinity): Promise<number> {
		this.#stopped = true;
		await this.#drainer.drain(deadlineMs, awayMsMax);
		return await this.#leave();
	}

	/** As `stop`, but tasks are ended at once. */
	async drop(): Promise<number> {
		this.#stopped = true;
		await this.#drainer.drop();
		return await this.#leave();
	}

	async #leave(): Promise<number> {
		this.#announcer.stop();
		this.#digester.stop();
		this.#watch.stop();
		this.#roster.stop();
		for (const crew of this.#crews) crew.stop();
		await this.#drainer.sayGoodbye();
		return this.#runner.running;
	}

	#crew(shard: number): Crew {
		return this.#crews[shard] as Crew;
	}

	#makeCrew(shard: Shard, waiter: Waiter): Crew {
		const { clock, random, log, serves, store, name, superseded } = this.#parts;
		return new Crew({
			shard,
			clock,
			random,
			log,
			ttlMs: LEASE_TTL_MS,
			generations: this.#parts.generations,
			endedKeptMax: Math.ceil(ENDED_KEPT_MAX / store.shards.length),
			record: () => ({
				...this.#parts.record(),
				name: name.current,
				...(name.wished !== name.current && { wishedName: name.wished }),
				draining: this.#drainer.draining,
			}),
			// Every shard names the nodes that it knows; the first one's registry is read.
			named: (index, given) => {
				if (index !== 0) return;
				name.give(given);
				this.#roster.sessionOpened();
			},
			serves: (route) => servesRoute(serves, route),
			runner: this.#runner,
			announce: (index, counts) => this.#announcer.announce(index, counts),
			pulsed: (crew, pulse) => {
				this.#watch.pulsed(crew, pulse);
				if (crew.shard.index === 0)
					this.#roster.registryAt(pulse.registryVersion, pulse.opens);
			},
			renewed: () => this.#watch.renewed(),
			trusts: (crew) => this.#watch.trusts(crew),
			ended: (ids) => waiter.endedHere(ids),
			isServed: (route) => this.#isServed(route),
			othersWait: (crew) =>
				this.#crews.some(
					(other) => other !== crew && other.claimer.waitsForSlots,
				),
			rumourProved: (from) => this.#hearer.proved(from),
			freed: () => this.#slotsFreed(),
			superseded,
		});
	}

	#makeDrainer(): Drainer {
		const { clock, log, store, executor } = this.#parts;
		const [runner, crews] = [this.#runner, this.#crews];
		return new Drainer({ clock, log, runner, executor, crews, store });
	}

	#makeHearer(): Hearer {
		const { clock, gossip } = this.#parts;
		return new Hearer({
			clock,
			self: gossip.nodeId,
			freeSlots: () => this.#runner.freeSlots,
			claimer: (shard) => this.#crews[shard]?.claimer,
			nodes: () => this.#roster.nodes,
			candidates: (route) => this.#roster.candidates(route),
		});
	}

	#makeDesk(waiter: Waiter): Desk {
		const { cluster, clock, random, store, gossip, name } = this.#parts;
		return new Desk({
			cluster,
			nodeId: gossip.nodeId,
			store,
			clock,
			random,
			crews: this.#crews,
			waiter,
			nodes: async () => {
				await this.#roster.refresh();
				return this.#roster.views(this.#digester.current(), (nodeId) =>
					this.#watch.suspects(nodeId),
				);
			},
			isServed: (route) => this.#isServed(route),
			nameOf: (nodeId) =>
				nodeId === gossip.nodeId ? name.current : this.#roster.nameOf(nodeId),
			// Every node reads the registry of the first shard.
			drain: (node) => askToDrain(this.#crew(0).shard, node),
			connected: () => gossip.connected(),
			stopping: () => this.#drainer.draining,
		});
	}

	#isServed(route: Route): boolean {
		return (
			servesRoute(this.#parts.serves, route) || this.#roster.isServed(route)
		);
	}

	/** All shards in turn get a chance at the slots, each time another one first. */
	#slotsFreed(): void {
		const count = this.#crews.length;
		this.#firstToKick = (this.#firstToKick + 1) % count;
		for (let i = 0; i < count; i++)
			this.#crew((this.#firstToKick + i) % count).claimer.kick();
	}

	#heard(message: GossipMessage): void {
		this.#watch.heard(message);
		if (message.kind === "announce") this.#hearer.heard(message);
		else if (message.kind === "digest") this.#roster.hear(message);
	}

	#digest(): Omit<Digest, "from" | "epoch" | "seq" | "kind"> {
		const { store, gossip, load } = this.#parts;
		return {
			freeSlots: this.#drainer.draining ? 0 : this.#runner.freeSlots,
			running: this.#runner.running,
			load: load(),
			storeUp: store.up && this.#crews.every(({ renewer }) => !renewer.away),
			draining: this.#drainer.draining,
			peers: gossip.connected().slice(0, DIGEST_PEERS_MAX).map(shortName),
		};
	}
}
