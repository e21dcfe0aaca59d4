/**
 * ShardEngine: the actors of one shard, wired together.
 *
 * A shard has its own session, lease and queues, so each has an engine of its own. What a
 * node has only once (slots, gossip, the roster) is shared by all engines and comes in
 * through `ShardEngineParts`. It holds one rule of its own: how a store that came back is
 * adopted. Otherwise it only decides which event of one actor is which call of another.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { Serves } from "../../protocol/route.ts";
import { EventCutter } from "../duties/event-cutter.ts";
import { Timekeeper, type TimekeeperParts } from "../duties/timekeeper.ts";
import { Trimmer, type TrimmerParts } from "../duties/trimmer.ts";
import type { HomeWord } from "../lease/home-word.ts";
import { Looks } from "../lease/looks.ts";
import { Reaper, type ReaperParts } from "../lease/reaper.ts";
import { Renewer } from "../lease/renewer.ts";
import type { RenewerEvents } from "../lease/renewer-events.ts";
import { ShardMemory } from "../lease/shard-memory.ts";
import type { HeldLease } from "../lease/warden.ts";
import {
	type Clock,
	type Generations,
	type GoodPulse,
	type Log,
	type NodeRecord,
	type Random,
	type Shard,
	StoreError,
} from "../ports.ts";
import { BackUp, type BackUpParts } from "../work/back-up.ts";
import { BegunTeller } from "../work/begun-teller.ts";
import { Claimer } from "../work/claimer.ts";
import type { ClaimerParts } from "../work/claimer-parts.ts";
import { Finisher, type FinisherParts } from "../work/finisher.ts";
import { Heir } from "../work/heir.ts";
import { Hinter, type HinterParts } from "../work/hinter.ts";
import { Intake } from "../work/intake.ts";
import { LeftOvers } from "../work/left-overs.ts";
import { Reconciler } from "../work/reconciler.ts";
import { Reviser } from "../work/reviser.ts";
import { RouteSorter } from "../work/route-sorter.ts";
import type { Runner } from "../work/runner.ts";
import { Spreader, type SpreaderParts } from "../work/spreader.ts";
import { Submitter, type SubmitterParts } from "../work/submitter.ts";
import { Sweeper, type SweeperParts } from "../work/sweeper.ts";

export interface ShardEngineParts {
	readonly shard: Shard;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly ttlMs: number;
	readonly generations: Generations;
	readonly retention: TrimmerParts["retention"];
	readonly serves: Serves;
	/** What the node has once, shared by all its engines. */
	readonly report: { readonly atRisk: boolean; record(): NodeRecord };
	readonly runner: Runner;
	readonly turns: ClaimerParts["turns"] & FinisherParts["turns"];
	readonly announcer: HinterParts["announcer"];
	readonly hearer: ClaimerParts["rumours"];
	readonly watcher: FinisherParts["watcher"];
	readonly roster: SubmitterParts["roster"] &
		SpreaderParts["roster"] &
		ReaperParts["roster"];
	readonly arrival: SubmitterParts["arrival"] & SweeperParts["arrival"];
	readonly durations: SpreaderParts["durations"];
	readonly promised: SpreaderParts["promised"];
	readonly lastTurn: BackUpParts["lastTurn"];
	/** This node's id. */
	readonly self: string;
	readonly dutyTurns: TimekeeperParts["dutyTurns"];
	readonly watch: LeaseWatch;
	readonly home: HomeWord;
	readonly coroner: ReaperParts["coroner"];
	readonly events: ShardEngineEvents;
}

/** Who looks after leases: see watch.ts. */
export interface LeaseWatch
	extends Pick<ReaperParts["inquest"], "sightingsOf">,
		Pick<ReaperParts["takenLeases"], "takes"> {
	/** The time of the lease's last renewal has changed. */
	renewed(): void;
	/** Whether tasks may still run under the lease. */
	trusts(lease: HeldLease): boolean;
}

export interface ShardEngineEvents {
	/** A node of this name has opened a session on the shard. */
	opened(shard: number, name: string): void;
	pulsed(engine: ShardEngine, pulse: GoodPulse): void;
	/**
	 * Another program has this node's identity, or the cluster was recreated with this
	 * number of shards.
	 */
	superseded(shards?: number): void;
}

export class ShardEngine implements HeldLease, RenewerEvents {
	readonly renewer: Renewer;
	readonly looks: Looks;
	readonly reaper: Reaper;
	readonly claimer: Claimer;
	readonly finisher: Finisher;
	readonly submitter: Submitter;
	readonly intake: Intake;
	readonly reviser: Reviser;
	readonly shard: Shard;
	readonly random: Random;
	readonly #sorter: RouteSorter;
	readonly #timekeeper: Timekeeper;
	readonly #trimmer: Trimmer;
	readonly #cutter: EventCutter;
	readonly #reconciler: Reconciler;
	readonly leftOvers: LeftOvers;
	readonly #backUp: BackUp;
	readonly #sweeper: Sweeper;
	#adopting = false;
	/** The store came back once more while it was being adopted. */
	#backAgain = false;
	readonly #parts: ShardEngineParts;

	constructor(parts: ShardEngineParts) {
		const { shard, clock, random, log, ttlMs, serves, lastTurn, watch } = parts;
		const { runner, turns, announcer, watcher, roster, home, report } = parts;
		const { index } = shard;
		this.#parts = parts;
		this.shard = shard;
		this.random = random;
		const memory = new ShardMemory(clock, index, parts.generations);
		const sorter = new RouteSorter(roster);
		this.#sorter = sorter;
		const teller = new BegunTeller({ shard: index, clock, runner });
		this.renewer = new Renewer({
			...{ shard, clock, random, log, ttlMs, memory, report, sorter, teller },
			...{ home, events: this },
		});
		this.looks = new Looks({ clock, renewer: this.renewer });
		this.intake = new Intake({ shard: index, lease: this, memory, runner });
		this.leftOvers = new LeftOvers({ ...parts, engine: this });
		const { renewer, intake, leftOvers } = this;
		this.claimer = new Claimer({
			...{ shard, clock, log, serves, lease: renewer, slots: runner },
			...{ caps: runner.caps, intake, turns, rumours: parts.hearer },
			...{ lastTurn, leftOvers, adopter: this },
		});
		const { claimer } = this;
		const { self, durations, promised, dutyTurns, arrival } = parts;
		const spreader = new Spreader({
			...{ self, serves, durations, roster, promised, claimer, renewer },
			...{ runner, report },
		});
		this.#backUp = new BackUp({ clock, claimer, lastTurn, leftOvers });
		this.#sweeper = new Sweeper({ ...parts, claimer, leftOvers });
		const hinter = new Hinter({
			...{ shard: index, clock, serves, claimer, announcer, renewer, runner },
			...{ spreader, backUp: this.#backUp, lastTurn },
		});
		this.reaper = new Reaper({
			...{ shard, clock, log, renewer, hinter, roster, runner, self },
			...{ coroner: parts.coroner, inquest: watch, takenLeases: watch },
			heir: new Heir({ intake, spreader, claimer }),
		});
		this.#trimmer = new Trimmer({ ...parts, shard, clock, log });
		const timekeeper = new Timekeeper({
			...{ shard, clock, log, renewer, hinter, watcher, dutyTurns },
		});
		this.#timekeeper = timekeeper;
		this.#cutter = new EventCutter({ shard, clock, log, renewer, dutyTurns });
		this.finisher = new Finisher({
			...{ shard, clock, log, watcher, hinter, turns, timekeeper },
			...{ share: runner.share, trimmer: this.#trimmer },
		});
		this.submitter = new Submitter({
			...{ shard, clock, log, claimer, hinter, roster, home, timekeeper },
			...{ spreader, arrival, trimmer: this.#trimmer },
		});
		this.reviser = new Reviser({ shard, hinter, timekeeper });
		this.#reconciler = new Reconciler({
			...{ shard, log, runner, intake, renewer, finisher: this.finisher },
		});
	}

	get session(): SessionName | undefined {
		return this.renewer.session;
	}

	get renewedMs(): number | undefined {
		return this.renewer.renewedMs;
	}

	/** Whether tasks may run under this engine's lease now. */
	trusts(): boolean {
		return this.#parts.watch.trusts(this);
	}

	trustEnded(reason: string): void {
		this.#parts.runner.distrust(this.shard.index, reason);
	}

	start(): void {
		this.renewer.start();
		this.#trimmer.start();
		this.#cutter.start();
	}

	/** Stops renewing, trimming and retrying. Closing the session is left to the caller. */
	stop(): void {
		this.renewer.stop();
		this.looks.stop();
		this.finisher.stop();
		this.#timekeeper.stop();
		this.leftOvers.stop();
		this.#backUp.stop();
		this.#sweeper.stop();
		this.#trimmer.stop();
		this.#cutter.stop();
	}

	/**
	 * The store can be reached (again): finds out whether it restarted, and renews at once.
	 */
	async storeIsBack(): Promise<void> {
		this.#backAgain = this.#adopting;
		if (this.#adopting) return;
		this.#adopting = true;
		// Asked even if the store takes no writes, and so cannot be adopted.
		if (this.session !== undefined)
			void this.#reconciler.storeIsBack(this.session);
		try {
			await this.renewer.adopt();
			this.#backAgain = false;
			this.renewer.hurry();
			this.claimer.retry();
		} catch (error) {
			// Gone again. This is called once more when it comes back.
			if (!(error instanceof StoreError)) throw error;
			this.#parts.log.debug(
				{ err: error, shard: this.shard.index },
				"could not adopt the store",
			);
		} finally {
			this.#adopting = false;
		}
		if (this.#backAgain) await this.storeIsBack();
	}

	opened(previous: SessionName | undefined, name: string): void {
		this.#parts.events.opened(this.shard.index, name);
		this.#sorter.opened();
		if (previous !== undefined)
			void this.reaper.reap(previous, { when: "expired", expiresMs: 0 });
		this.claimer.retry();
	}

	renewed(): void {
		this.#parts.watch.renewed();
		this.#parts.home.renewed(this.shard.index);
	}

	pulsed(pulse: GoodPulse): void {
		this.#parts.events.pulsed(this, pulse);
		void this.reaper.expired(pulse.expired);
		this.#sweeper.found(this.#sorter.pulsed(pulse));
		// Only after this renewal: there are more routes than one pulse reports.
		if (pulse.routes.more) this.#parts.clock.soon(() => this.renewer.hurry());
		this.#timekeeper.pulsed(pulse.nextTimeMs);
		this.#parts.runner.cancel(this.shard.index, pulse.marks);
		// A mere rumour must not retry what failed; but here the store itself has just
		// answered.
		this.claimer.retry();
		if (this.session !== undefined)
			void this.#reconciler.pulsed(
				this.session,
				pulse.running,
				this.renewer.generation,
			);
	}

	revoked(): void {
		this.#parts.runner.abandon(this.shard.index, "the lease was taken over");
	}

	superseded(shards?: number): void {
		this.#parts.runner.abandon(
			this.shard.index,
			"another program has the lease",
		);
		this.#parts.events.superseded(shards);
	}
}
