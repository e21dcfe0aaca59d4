/**
 * Drainer: how a node leaves. It takes no new work, lets its tasks finish until
 * a deadline, stops the rest and gives them back, brings all ends to the store,
 * and closes its sessions, so that nobody has to wait for a lease to run out.
 *
 * A store that is away cannot be told goodbye; then the lease runs out by
 * itself, as if the node had died, and nothing is lost. Tasks are let finish all
 * the same, since it may be back before they have; unless there is nobody who would
 * bring it back.
 */

import type { SessionName } from "../protocol/lease.ts";
import { ABORT_GRACE_MS, GOODBYE_MS } from "../protocol/limits.ts";
import {
	type Clock,
	type Log,
	type NodeRecord,
	type Shard,
	StoreError,
} from "./ports.ts";

/** What the drainer needs of the crew of a shard. */
export interface DrainedCrew {
	readonly shard: Shard;
	readonly claimer: { stop(): void; readonly inFlight: boolean };
	readonly finisher: { readonly idle: boolean };
	readonly renewer: { readonly session: SessionName | undefined };
	record(): NodeRecord;
}

export interface DrainerParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly runner: { readonly running: number; giveUp(reason: string): void };
	readonly crews: readonly DrainedCrew[];
	readonly store: { readonly up: boolean };
}

const LOOK_MS = 5;

export class Drainer {
	draining = false;
	readonly #parts: DrainerParts;

	constructor(parts: DrainerParts) {
		this.#parts = parts;
	}

	/** Waits no longer for a store that is away for `awayMsMax`. */
	async drain(deadlineMs: number, awayMsMax: number): Promise<void> {
		const { runner, crews, log } = this.#parts;
		const forsaken = this.#watchStore(awayMsMax);
		this.draining = true;
		for (const { claimer } of crews) claimer.stop();
		await this.#eachSession((shard, session, crew) =>
			shard.describe(session, crew.record()),
		);
		const settled = () =>
			runner.running === 0 && crews.every(({ claimer }) => !claimer.inFlight);
		await this.#until(() => settled() || forsaken(), deadlineMs);
		if (!settled()) {
			log.warn(
				{ running: runner.running },
				"tasks did not finish in time and are handed back",
			);
			runner.giveUp("the node is stopping");
			await this.#until(settled, 2 * ABORT_GRACE_MS);
		}
		await this.#until(
			() => crews.every(({ finisher }) => finisher.idle) || forsaken(),
			GOODBYE_MS,
		);
	}

	async sayGoodbye(): Promise<void> {
		await this.#eachSession(async (shard, session) => {
			const outcome = await shard.close(session);
			if (outcome === "has_tasks")
				this.#parts.log.warn(
					{ session },
					"left with tasks that could not be handed back; their lease will run out",
				);
		});
	}

	/** Whether the store has been away for so long; to be asked all the time. */
	#watchStore(awayMsMax: number): () => boolean {
		const { clock, store } = this.#parts;
		let seenMs = clock.monoMs();
		return () => {
			if (store.up) seenMs = clock.monoMs();
			return clock.monoMs() - seenMs >= awayMsMax;
		};
	}

	async #eachSession(
		act: (
			shard: Shard,
			session: SessionName,
			crew: DrainedCrew,
		) => Promise<void>,
	): Promise<void> {
		for (const crew of this.#parts.crews) {
			const { session } = crew.renewer;
			if (session === undefined) continue;
			try {
				await act(crew.shard, session, crew);
			} catch (error) {
				if (!(error instanceof StoreError)) throw error;
				this.#parts.log.warn(
					{ err: error, session },
					"the store could not be told that the node is leaving",
				);
			}
		}
	}

	/** Waits for a condition that no single event tells of, for at most `ms`. */
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
