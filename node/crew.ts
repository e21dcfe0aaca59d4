/**
 * Crew: the actors of one shard, put together.
 *
 * A shard has its own session, lease and queues, so every shard has a crew of
 * its own; what a node has once (slots, gossip, the roster) is shared by all
 * crews and comes in through `CrewParts`. Holds no rules of its own: which
 * event of one actor is which call of another is all that is decided here.
 */
import type { SessionName } from "../protocol/lease.ts";
import type { Route } from "../protocol/route.ts";
import type { ClaimedTask } from "../protocol/task.ts";
import type { Announced } from "./announcer.ts";
import { Claimer } from "./claimer.ts";
import { Finisher } from "./finisher.ts";
import { Hinter } from "./hinter.ts";
import {
	type Clock,
	type Generations,
	type GoodPulse,
	type Log,
	type NodeRecord,
	type Random,
	type RoutedCount,
	type Shard,
	StoreError,
} from "./ports.ts";
import { Reaper } from "./reaper.ts";
import { Reconciler } from "./reconciler.ts";
import { Renewer } from "./renewer.ts";
import { RouteSorter } from "./route-sorter.ts";
import type { Runner } from "./runner.ts";
import { ShardMemory } from "./shard-memory.ts";
import { type Sent, Submitter } from "./submitter.ts";
import { Trimmer } from "./trimmer.ts";

export interface CrewParts {
	readonly shard: Shard;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly ttlMs: number;
	readonly generations: Generations;
	readonly endedKeptMax: number;
	readonly record: () => NodeRecord;
	/** A session has been opened, by a node of this name. */
	readonly named: (shard: number, name: string) => void;
	readonly serves: (route: Route) => boolean;
	readonly runner: Runner;
	/** Tell the other nodes that tasks wait. */
	readonly announce: (
		shard: number,
		counts: readonly RoutedCount[],
	) => Announced;
	readonly pulsed: (crew: Crew, pulse: GoodPulse) => void;
	/** When this crew's lease was last renewed has changed. */
	readonly renewed: () => void;
	/** Whether tasks may still run under this crew's lease. */
	readonly trusts: (crew: Crew) => boolean;
	readonly ended: (ids: readonly string[]) => void;
	/** Whether a living node, as far as this one knows, can run tasks of the route. */
	readonly isServed: (route: Route) => boolean;
	/** Whether another crew's claimer waits for slots. */
	readonly othersWait: (crew: Crew) => boolean;
	/** What the sender announced has proved true. */
	readonly rumourProved: (from: string) => void;
	/** Slots have come free. */
	readonly freed: () => void;
	readonly superseded: (shards?: number) => void;
}

export class Crew {
	readonly renewer: Renewer;
	readonly reaper: Reaper;
	readonly claimer: Claimer;
	readonly finisher: Finisher;
	readonly submitter: Submitter;
	readonly shard: Shard;
	readonly #memory: ShardMemory;
	readonly #hinter: Hinter;
	readonly #sorter: RouteSorter;
	readonly #trimmer: Trimmer;
	readonly #reconciler: Reconciler;
	#adopting = false;
	/** The store came back once more while it was being adopted. */
	#backAgain = false;
	readonly #parts: CrewParts;

	constructor(parts: CrewParts) {
		const { shard, clock, log, runner } = parts;
		this.#parts = parts;
		this.shard = shard;
		this.#memory = new ShardMemory(clock, shard.index, parts.generations);
		this.#sorter = new RouteSorter(parts.isServed);
		this.renewer = this.#makeRenewer();
		this.reaper = new Reaper({
			shard,
			log,
			mayReap: () => this.renewer.mayReap,
			putBack: (counts) => this.hint(counts),
		});
		this.claimer = this.#makeClaimer();
		this.#hinter = this.#makeHinter();
		const keptMax = parts.endedKeptMax;
		this.#trimmer = new Trimmer({ shard, clock, log, keptMax });
		this.finisher = new Finisher({
			...{ shard, clock, log },
			share: runner.share,
			ended: parts.ended,
			kept: (endedKept) => this.#trimmer.kept(endedKept),
			putBack: (counts) => this.hint(counts),
			sent: () => parts.freed(),
		});
		this.submitter = new Submitter({
			...{ shard, clock, log },
			makeRoom: () => this.#trimmer.makeRoom(),
			submitHere: (tasks) => this.claimer.submit(tasks),
			sending: (counts) => this.hint(counts),
			isServed: parts.isServed,
			refused: (route) => this.claimer.refused(route),
		});
		this.#reconciler = this.#makeReconciler();
	}

	/** See HeldLease, in warden.ts. */
	get renewedMs(): number | undefined {
		return this.renewer.renewedMs;
	}

	trustEnded(reason: string): void {
		this.#parts.runner.abandon(this.shard.index, reason);
	}

	start(): void {
		this.renewer.start();
		this.#trimmer.start();
	}

	/** Stops renewing, trimming and trying again; the session is for the caller to close. */
	stop(): void {
		this.renewer.stop();
		this.finisher.stop();
		this.#trimmer.stop();
	}

	record(): NodeRecord {
		return this.#parts.record();
	}

	/** The store can be reached (again): see whether it restarted, and renew at once. */
	async storeIsBack(): Promise<void> {
		this.#backAgain = this.#adopting;
		if (this.#adopting) return;
		this.#adopting = true;
		const { session } = this.renewer;
		// Asked even where it takes no writes, and so cannot be adopted.
		if (session !== undefined) void this.#reconciler.storeIsBack(session);
		try {
			await this.renewer.adopt();
			this.#backAgain = false;
			this.renewer.hurry();
			this.claimer.retry();
		} catch (error) {
			// Gone again; the next time it comes back brings us here again.
			if (!(error instanceof StoreError)) throw error;
			this.#parts.log.debug(
				{ err: error, shard: this.shard.index },
				"could not take up with the store",
			);
		} finally {
			this.#adopting = false;
		}
		if (this.#backAgain) await this.storeIsBack();
	}

	/** Tasks wait here, or are on their way. */
	hint(counts: readonly RoutedCount[]): Sent {
		return this.#hinter.hint(counts);
	}

	#makeHinter(): Hinter {
		const { shard, clock, serves, announce, runner } = this.#parts;
		return new Hinter({
			clock,
			serves,
			claimer: this.claimer,
			announce: (counts) => announce(shard.index, counts),
			slots: () => (this.renewer.trusted ? runner.freeSlots : 0),
		});
	}

	#makeReconciler(): Reconciler {
		const { shard, log, runner } = this.#parts;
		return new Reconciler({
			shard,
			log,
			count: () => runner.runningIn(shard.index) + this.finisher.waiting,
			held: () => [...runner.held(shard.index), ...this.finisher.held()],
			goingOn: () => runner.goingOn(shard.index),
			letGo: (attempts) =>
				runner.letGo(
					shard.index,
					attempts,
					"the store no longer has the task under this node's name",
				),
			claiming: () => this.claimer.inFlight,
			newestToken: () => this.claimer.newestToken,
			givenBack: () => this.renewer.hurry(),
		});
	}

	#makeRenewer(): Renewer {
		const {
			shard,
			clock,
			random,
			log,
			ttlMs,
			record,
			runner,
			renewed,
			superseded,
		} = this.#parts;
		return new Renewer({
			shard,
			clock,
			random,
			log,
			ttlMs,
			memory: this.#memory,
			record,
			pulse: (session) => shard.pulse(session, ttlMs, this.#sorter.known),
			events: {
				opened: (previous, name) => {
					this.#parts.named(shard.index, name);
					this.#sorter.opened();
					if (previous !== undefined)
						void this.reaper.reap(previous, { when: "expired", expiresMs: 0 });
					this.claimer.retry();
				},
				renewed,
				pulsed: (pulse) => this.#pulsed(pulse),
				revoked: () => runner.abandon(shard.index, "the lease was taken over"),
				superseded: (shards) => {
					runner.abandon(shard.index, "another program has the lease");
					superseded(shards);
				},
			},
		});
	}

	#makeClaimer(): Claimer {
		const { shard, clock, log, serves, runner } = this.#parts;
		return new Claimer({
			shard,
			clock,
			log,
			serves,
			lease: () => {
				const { session, generation, trusted } = this.renewer;
				return trusted && session !== undefined
					? { session, generation }
					: undefined;
			},
			reserve: (slotsMax, orNone) => runner.reserve(slotsMax, orNone),
			reserveAll: (slots) => runner.reserveAll(slots),
			release: (slots) => runner.release(slots),
			deliver: (tasks, session) => this.#deliver(tasks, session),
			staleGeneration: () => void this.storeIsBack(),
			noLease: () => this.renewer.hurry(),
			claimLost: () => this.#reconciler.claimLost(),
			othersWait: () => this.#parts.othersWait(this),
			rumourProved: this.#parts.rumourProved,
		});
	}

	/** Claimed tasks run, unless the lease that they were claimed under went meanwhile. */
	#deliver(tasks: readonly ClaimedTask[], session: SessionName): void {
		const { shard, runner, trusts } = this.#parts;
		this.#memory.toldToken(this.claimer.newestToken);
		if (session === this.renewer.session && trusts(this)) {
			runner.deliver(shard.index, tasks);
			return;
		}
		for (const task of tasks)
			this.finisher.giveBack({ ...task, end: "handed-back", message: "" });
		runner.release(tasks.length);
	}

	#pulsed(pulse: GoodPulse): void {
		this.#parts.pulsed(this, pulse);
		void this.reaper.expired(pulse.expired);
		for (const route of this.#sorter.pulsed(pulse)) this.claimer.hint(route);
		// What is only rumoured must not try again what failed, but the store has just answered.
		this.claimer.retry();
		const { session } = this.renewer;
		if (session !== undefined)
			void this.#reconciler.pulsed(
				session,
				pulse.running,
				this.renewer.generation,
			);
	}
}
