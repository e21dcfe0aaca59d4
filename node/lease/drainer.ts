/**
 * Drainer: how a node leaves. It takes no new work, lets its tasks finish until a
 * deadline, stops the rest and gives them back, brings all ends to the store, and closes
 * its sessions, so that nobody has to wait for a lease to expire.
 *
 * A node is gone STOP_BOUND_MS after its deadline, whatever its tasks do and wherever the
 * store is: each step has its share of that time, and is not waited for beyond it. A task
 * that does not heed its signal is ended by force, with all processes that tasks have
 * started. A task in a call that nothing ends (it sits in the system, or computes in a
 * library) runs none of its own code any more, and goodbye puts it back. The process then
 * ends at once, and the call with it.
 *
 * A store that is away cannot be told goodbye. Then the lease expires by itself, as if
 * the node had died, and nothing is lost. Tasks may finish all the same, since the store
 * may be back before they have; unless there is nobody who would bring it back.
 */

import type { SessionName } from "../../protocol/lease.ts";
import {
	ABORT_GRACE_MS,
	END_BY_FORCE_MS,
	FAREWELL_AT_ONCE_MS,
	FAREWELL_MS,
	GOODBYE_MS,
	HAND_BACK_MS,
	REVOKE_BATCH_MAX,
} from "../../protocol/limits.ts";
import {
	type Clock,
	type Executor,
	type Log,
	type NodeRecord,
	type Shard,
	type ShardSessions,
	StoreError,
} from "../ports.ts";

/** What the drainer needs of the engine of a shard. */
export interface DrainedEngine {
	readonly shard: Pick<Shard, "sessions">;
	readonly claimer: { stop(): void };
	readonly intake: {
		/** Whether calls are under way that may bring tasks. */
		readonly expects: boolean;
	};
	readonly finisher: { readonly idle: boolean };
	readonly renewer: { readonly session: SessionName | undefined };
}

export interface DrainerParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly runner: { readonly running: number; giveUp(reason: string): void };
	readonly executor: Pick<Executor, "stop">;
	readonly engines: readonly DrainedEngine[];
	readonly store: { readonly up: boolean };
	/** Tells the other nodes about the drain: see self-report.ts. */
	readonly report: { draining: boolean; record(): NodeRecord };
}

const LOOK_MS = 5;

export class Drainer {
	#farewellMs = FAREWELL_MS;
	/** Until when tasks may go on, on the monotonic clock. */
	#endMs = Number.POSITIVE_INFINITY;
	readonly #parts: DrainerParts;

	constructor(parts: DrainerParts) {
		this.#parts = parts;
	}

	/** Drains the node. Stops waiting for a store that has been away for `awayMsMax`. */
	async drain(deadlineMs: number, awayMsMax: number): Promise<void> {
		const { clock, runner, log, report } = this.#parts;
		this.#endMs = clock.monoMs() + deadlineMs;
		const forsaken = this.#watchStore(awayMsMax);
		this.#takeNoMore();
		// Nobody waits for this: a store that does not answer has its share of the time
		// later.
		void this.#eachSession(async (sessions, session) => {
			await sessions.describe(session, report.record());
		});
		const isLate = () => clock.monoMs() >= this.#endMs;
		await this.#until(
			() => this.#settled || forsaken() || isLate(),
			deadlineMs,
		);
		if (!this.#settled) {
			log.warn(
				{ running: runner.running },
				"tasks did not finish in time and are handed back",
			);
			runner.giveUp("the node is stopping");
			await this.#until(() => this.#settled, ABORT_GRACE_MS);
			await this.#endByForce();
		}
		const patienceMs = Math.max(this.#endMs - clock.monoMs(), 0) + HAND_BACK_MS;
		await this.#until(
			() => this.#handedBack || forsaken(),
			Math.min(GOODBYE_MS, patienceMs),
		);
	}

	/** Shortens a drain under way: tasks have no longer than this from now on. */
	hurry(withinMs: number): void {
		const { clock } = this.#parts;
		this.#endMs = Math.min(this.#endMs, clock.monoMs() + withinMs);
	}

	/** Ends all tasks at once, and gives them back. */
	async drop(): Promise<void> {
		this.#farewellMs = FAREWELL_AT_ONCE_MS;
		this.#takeNoMore();
		this.#parts.runner.giveUp("the node is stopping at once");
		await this.#endByForce();
		await this.#until(() => this.#handedBack, END_BY_FORCE_MS);
	}

	/**
	 * Ends the sessions, and with them all tasks that are still theirs, as far as the store
	 * hears it in time. What else it is told last has no longer than that.
	 */
	async sayGoodbye(told: Promise<void>): Promise<void> {
		const ended = this.#eachSession(async (sessions, session) => {
			let putBack = 0;
			for (let left = 1; left > 0; ) {
				const closed = await sessions.close(session, REVOKE_BATCH_MAX);
				for (const { count } of closed.putBack) putBack += count;
				left = closed.left;
			}
			if (putBack > 0)
				this.#parts.log.warn(
					{ session, tasks: putBack },
					"left with tasks that could not be handed back before; they wait again",
				);
		});
		await new Promise<void>((resolve, reject) => {
			Promise.all([told, ended]).then(() => resolve(), reject);
			this.#parts.clock.after(this.#farewellMs, resolve);
		});
	}

	#takeNoMore(): void {
		this.#parts.report.draining = true;
		for (const { claimer } of this.#parts.engines) claimer.stop();
	}

	get #settled(): boolean {
		const { runner, engines } = this.#parts;
		return (
			runner.running === 0 && engines.every(({ intake }) => !intake.expects)
		);
	}

	get #handedBack(): boolean {
		return this.#parts.engines.every(({ finisher }) => finisher.idle);
	}

	async #endByForce(): Promise<void> {
		const { runner, executor, log } = this.#parts;
		if (runner.running === 0) return;
		void executor.stop();
		await this.#until(() => runner.running === 0, END_BY_FORCE_MS);
		if (runner.running > 0)
			log.warn(
				{ running: runner.running },
				"tasks are in a call that cannot be ended; they end with this process",
			);
	}

	/**
	 * Returns a function that says whether the store has been away for so long; it is to be
	 * called all the time.
	 */
	#watchStore(awayMsMax: number): () => boolean {
		const { clock, store } = this.#parts;
		let seenMs = clock.monoMs();
		return () => {
			if (store.up) seenMs = clock.monoMs();
			return clock.monoMs() - seenMs >= awayMsMax;
		};
	}

	async #eachSession(
		act: (sessions: ShardSessions, session: SessionName) => Promise<void>,
	): Promise<void> {
		const { engines, log } = this.#parts;
		await Promise.all(
			engines.map(async (engine) => {
				const { session } = engine.renewer;
				if (session === undefined) return;
				try {
					await act(engine.shard.sessions, session);
				} catch (error) {
					if (!(error instanceof StoreError)) throw error;
					log.warn(
						{ why: error.message, session },
						"the store could not be told that the node is leaving",
					);
				}
			}),
		);
	}

	/** Waits for a condition that no single event announces, for at most `ms`. */
	#until(holds: () => boolean, ms: number): Promise<void> {
		const { clock } = this.#parts;
		const endMs = clock.monoMs() + ms;
		return new Promise((resolve) => {
			const look = () => {
				if (holds() || clock.monoMs() >= endMs) resolve();
				else clock.after(LOOK_MS, look);
			};
			look();
		});
	}
}
