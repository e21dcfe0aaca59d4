/**
 * Engine: one node's actors, wired to its ports.
 *
 * This is the whole node except for the outside world: given a store, gossip, an
 * executor, a clock and randomness, it schedules. `node.ts` gives it the real ones; the
 * simulator gives it fakes and moves the clock. It owns the order in which things start
 * and stop:
 *
 *     start    engines (sessions, sweeps) → digests
 *     stop     no new claims → tasks finish, until the deadline → the rest is
 *              given back → sessions are closed: goodbye
 */

import "../../protocol/limit-relations.ts";
import type { GossipMessage } from "../../protocol/gossip.ts";
import { ABORT_GRACE_MS, LEASE_TTL_MS } from "../../protocol/limits.ts";
import { Access } from "../answers/access.ts";
import { EndWatcher } from "../answers/end-watcher.ts";
import { EventFeed } from "../answers/event-feed.ts";
import { ViewWatch } from "../answers/view-watch.ts";
import { FigureKeeper } from "../duties/figure-keeper.ts";
import { Retention } from "../duties/retention.ts";
import { StatsKeeper } from "../duties/stats-keeper.ts";
import { Coroner } from "../lease/coroner.ts";
import { Drainer } from "../lease/drainer.ts";
import { HomeWord } from "../lease/home-word.ts";
import type { LiveFeed } from "../live/live-feed.ts";
import { Announcer } from "../peers/announcer.ts";
import { Arrival } from "../peers/arrival.ts";
import { Digester } from "../peers/digester.ts";
import { DutyTurns } from "../peers/duty-turns.ts";
import { Hearer } from "../peers/hearer.ts";
import { LastTurn } from "../peers/last-turn.ts";
import { PromisedLoad } from "../peers/promised-load.ts";
import { Roster, type RosterEvents } from "../peers/roster.ts";
import { SelfReport } from "../peers/self-report.ts";
import type { Api, GoodPulse, Shard } from "../ports.ts";
import { RunMeter } from "../work/run-meter.ts";
import { Runner } from "../work/runner.ts";
import { Turns } from "../work/turns.ts";
import {
	type AnsweringParts,
	answersOf,
	clusterAnswers,
	liveFeedOf,
} from "./answers.ts";
import type { EngineParts } from "./engine-parts.ts";
import { ShardEngine, type ShardEngineEvents } from "./shard-engine.ts";
import { VitalSigns } from "./vital-signs.ts";
import { Watch } from "./watch.ts";

export class Engine implements ShardEngineEvents, RosterEvents {
	readonly api: Api;
	readonly access: Access;
	readonly #parts: EngineParts;
	/**
	 * The engines of the shards, in order. Collaborators are given this list before it is
	 * filled.
	 */
	readonly #engines: ShardEngine[] = [];
	readonly #runner: Runner;
	readonly #turns: Turns;
	readonly #watcher: EndWatcher;
	readonly #report: SelfReport;
	readonly #roster: Roster;
	readonly #arrival: Arrival;
	readonly #digester: Digester;
	readonly #announcer: Announcer;
	readonly #hearer: Hearer;
	readonly #watch: Watch;
	readonly #dutyTurns: DutyTurns;
	readonly #drainer: Drainer;
	readonly #runMeter = new RunMeter();
	readonly #promised = new PromisedLoad();
	readonly #lastTurn: LastTurn;
	readonly #home = new HomeWord(this.#engines);
	readonly #coroner: Coroner;
	readonly #retention: Retention;
	readonly #stats: StatsKeeper;
	readonly #figures: FigureKeeper;
	readonly #feed: EventFeed;
	readonly #views: ViewWatch;
	readonly #live: LiveFeed;
	#stopped = false;

	constructor(parts: EngineParts) {
		const { clock, log, store, gossip, executor, host, name, serves } = parts;
		const { shards } = store;
		const engines = this.#engines;
		this.#parts = parts;
		this.#turns = new Turns(clock, engines);
		this.#runner = new Runner({
			...{ clock, executor, concurrency: parts.concurrency },
			...{ abortGraceMs: ABORT_GRACE_MS, exits: engines, turns: this.#turns },
			meter: this.#runMeter,
		});
		const runner = this.#runner;
		const tasks = shards.map((shard) => shard.tasks);
		this.#watcher = new EndWatcher({ clock, log, home: this.#home, tasks });
		this.#report = new SelfReport({
			...{ host, name, gossip, store, executor, runner, engines },
		});
		const report = this.#report;
		this.#coroner = new Coroner({ shards, log });
		// Every node reads the registry of the first shard.
		const [{ sessions: registry, access: home, stats }] = shards as [Shard];
		const { given, mint } = parts;
		this.access = new Access({ home, clock, log, given, mint });
		this.#stats = new StatsKeeper({ clock, log, stats, meter: this.#runMeter });
		const { nodeId: self } = gossip;
		const promised = this.#promised;
		this.#roster = new Roster({
			...{ self, registry, serves, clock, log, gossip, promised },
			events: this,
		});
		const roster = this.#roster;
		this.#lastTurn = new LastTurn({ report, roster });
		const lastTurn = this.#lastTurn;
		this.#arrival = new Arrival({ clock, gossip, roster });
		this.#dutyTurns = new DutyTurns({ self, roster });
		const retained = { report, shards: shards.length, clock, roster };
		this.#retention = new Retention(retained);
		this.#digester = new Digester({ clock, gossip, engines, report, roster });
		const digester = this.#digester;
		this.#announcer = new Announcer({ clock, digester });
		const heard = { clock, self, runner, engines, roster, lastTurn, promised };
		this.#hearer = new Hearer(heard);
		this.#watch = new Watch({ clock, log, gossip, engines, roster, digester });
		for (const shard of shards) engines.push(this.#makeShardEngine(shard));
		this.#drainer = new Drainer({
			...{ clock, log, runner, executor, engines, store, report },
		});
		this.#figures = new FigureKeeper({
			...{ clock, log, shards, engines, runner, roster },
			dutyTurns: this.#dutyTurns,
		});
		this.#feed = new EventFeed({ clock, log, shards, roster });
		const answering = this.#answering;
		const cluster = clusterAnswers(answering);
		const seen = { store, feed: this.#feed, cluster, watch: this.#watch };
		this.#views = new ViewWatch({ nodeId: gossip.nodeId, clock, ...seen });
		this.#live = liveFeedOf(answering, cluster);
		this.api = answersOf(answering, cluster, this.#live);
	}

	get signs(): VitalSigns {
		return new VitalSigns(this.#engines, this.#runner);
	}

	/** The node's machine may soon be taken away: others get new work first. */
	markAtRisk(): void {
		this.#report.atRisk = true;
		this.describe();
	}

	/** What the node says about itself has changed: tells the others soon. */
	describe(): void {
		for (const { renewer } of this.#engines) renewer.hurry();
	}

	/** Called once gossip has been started. The store may be away. */
	start(): void {
		if (this.#stopped) return;
		const { store, gossip } = this.#parts;
		gossip.onMessage((message) => this.#heard(message));
		gossip.onStranger(() => this.#roster.strangerKnocked());
		gossip.onPeer((nodeId, connected) => {
			this.#watch.peerChanged(nodeId, connected);
			if (connected) this.#digester.greet(nodeId);
		});
		store.onChange((up) => {
			if (!up) return;
			this.#roster.storeIsBack();
			this.access.storeIsBack();
			for (const engine of this.#engines) void engine.storeIsBack();
		});
		for (const engine of this.#engines) engine.start();
		this.#digester.start();
		this.#stats.start();
		this.#figures.start();
		this.#views.start();
	}

	/**
	 * Takes no new work, lets tasks finish for `deadlineMs`, gives the rest back, and says
	 * goodbye. It waits for an absent store for `awayMsMax` at most. Resolves with the
	 * number of tasks in calls that nothing ends: others may run them from now on.
	 */
	async stop(deadlineMs: number, awayMsMax = Infinity): Promise<number> {
		this.#stopped = true;
		await this.#drainer.drain(deadlineMs, awayMsMax);
		return await this.#leave();
	}

	/** While it stops: tasks have no longer than this from now on. */
	hurry(withinMs: number): void {
		this.#drainer.hurry(withinMs);
	}

	/** Stops like `stop`, but ends tasks at once. */
	async drop(): Promise<number> {
		this.#stopped = true;
		await this.#drainer.drop();
		return await this.#leave();
	}

	/**
	 * Every shard gives a name to the nodes that it knows; only the first one's registry is
	 * read.
	 */
	opened(shard: number, name: string): void {
		if (shard !== 0) return;
		this.#parts.name.give(name);
		this.#roster.sessionOpened();
	}

	pulsed(engine: ShardEngine, pulse: GoodPulse): void {
		this.#watch.pulsed(engine, pulse);
		if (engine.shard.index > 0) return;
		this.#roster.registryAt(pulse.registryVersion, pulse.opens);
		this.access.pulsed(pulse);
	}

	superseded(shards?: number): void {
		this.#parts.host.superseded(shards);
	}

	registryRead(sinceLossMs: number): void {
		this.#arrival.registryRead();
		this.#retention.registryRead();
		this.#watch.registryRead();
		this.#promised.keep(this.#roster.others);
		this.#runner.nodeLost(sinceLossMs);
	}

	askedToDrain(): void {
		this.#parts.host.askedToDrain();
	}

	async #leave(): Promise<number> {
		this.#feed.stop();
		this.#live.stop();
		this.#views.stop();
		this.#turns.stop();
		this.#stats.stop();
		this.#figures.stop();
		this.#announcer.stop();
		this.#digester.stop();
		this.#watch.stop();
		this.#roster.stop();
		this.#arrival.stop();
		for (const engine of this.#engines) engine.stop();
		await this.#drainer.sayGoodbye(this.#stats.add());
		return this.#runner.running;
	}

	#makeShardEngine(shard: Shard): ShardEngine {
		const { clock, random, log, serves, generations, gossip } = this.#parts;
		return new ShardEngine({
			...{ shard, clock, random, log, ttlMs: LEASE_TTL_MS, generations },
			retention: this.#retention,
			...{ serves, report: this.#report, runner: this.#runner },
			...{ turns: this.#turns, announcer: this.#announcer },
			...{ hearer: this.#hearer, watcher: this.#watcher, roster: this.#roster },
			arrival: this.#arrival,
			...{ watch: this.#watch, home: this.#home, coroner: this.#coroner },
			...{ dutyTurns: this.#dutyTurns, events: this },
			...{ durations: this.#runMeter, promised: this.#promised },
			...{ self: gossip.nodeId, lastTurn: this.#lastTurn },
		});
	}

	get #answering(): AnsweringParts {
		return {
			...{ parts: this.#parts, engines: this.#engines, access: this.access },
			...{ digester: this.#digester, feed: this.#feed, report: this.#report },
			...{ roster: this.#roster, runner: this.#runner, runs: this.#runMeter },
			...{ watch: this.#watch, watcher: this.#watcher, home: this.#home },
		};
	}

	#heard(message: GossipMessage): void {
		this.#watch.heard(message);
		if (message.kind === "announce") this.#hearer.heard(message);
		else if (message.kind === "nudge") this.#hearer.nudged(message);
		else if (message.kind === "digest") {
			this.#roster.hear(message);
			this.#arrival.heard(message.from);
		}
	}
}
