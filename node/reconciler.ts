/**
 * Reconciler: keeps what the store believes this node runs of one shard and what
 * it does run the same.
 *
 * What the store lists and this node does not run it gives back. That comes from claims
 * whose answer was lost. The two lists are compared when a claim is known to be lost
 * and a later one has brought tasks, or when the store counts more tasks for the
 * session than are held, at two pulses in a row with nothing under way. Tokens rise and
 * claims are answered in the order in which they ran, so what has a token up to the
 * newest one delivered has arrived here or never will. Giving back is fenced by the
 * token, so a task that ended meanwhile is not touched.
 *
 * What this node runs and the store does not list it stops: nothing that such a run
 * returns is taken, and another may have begun. That comes from a store that has
 * forgotten the claim: an older copy was put back, or a replica promoted. So all that
 * runs is asked about at once when the store may be another one than before (it was
 * reached again, or its generation has changed). Keys may also go under a store that
 * stays; so at every pulse what was here at the last one is asked about or, if that is
 * much, half of what was asked about before: all of it within two pulses of the moment at
 * which it was forgotten. Short tasks are gone by then, and cost nothing. Only what was delivered
 * before the question is in it, and only what still runs at the answer is stopped, so
 * claims and ends under way are no false alarms.
 */
import type { SessionName } from "../protocol/lease.ts";
import { COMPLETE_BATCH_MAX, UNLISTED_BATCH_MAX } from "../protocol/limits.ts";
import { type AttemptName, type Log, type Shard, StoreError } from "./ports.ts";

export interface ReconcilerParts {
	readonly shard: Shard;
	readonly log: Log;
	/** Attempts of this shard that are running here, or whose end is on its way. */
	readonly count: () => number;
	/** These, one by one. */
	readonly held: () => readonly AttemptName[];
	/** Those that run, and have not been told to stop. */
	readonly goingOn: () => Iterable<AttemptName>;
	/** Claims are under way whose tasks are not held yet. */
	readonly claiming: () => boolean;
	/** Highest token that a claim has brought here. */
	readonly newestToken: () => number;
	/** Routes wait again; the next sweep finds which. */
	readonly givenBack: () => void;
	/** Stops those of these that still run; returns how many. */
	readonly letGo: (attempts: readonly AttemptName[]) => number;
}

/** Pulses by which all of what was asked about before is asked about again. */
const TURNS = 2;

export class Reconciler {
	#suspicions = 0;
	/** The newest token there was when a claim was lost; undefined: none is. */
	#lostAfter: number | undefined;
	/** All that ran was asked about in this generation of the store. */
	#generation: number | undefined;
	/** The newest token there was at the last pulse, and at the one before. */
	#newestAt: readonly [last: number, before: number] = [0, 0];
	#pulses = 0;
	readonly #parts: ReconcilerParts;

	constructor(parts: ReconcilerParts) {
		this.#parts = parts;
	}

	/** A claim got no answer: it may have taken tasks, or may yet. */
	claimLost(): void {
		this.#lostAfter = this.#parts.newestToken();
	}

	/** The store has answered a pulse, in this generation: it counts so many tasks for the session. */
	async pulsed(
		session: SessionName,
		running: number,
		generation: number,
	): Promise<void> {
		await Promise.all([
			this.#lookForLost(session, running),
			this.#lookForUnlisted(session, generation),
		]);
	}

	/** The store can be reached (again), and may have forgotten what it knew. */
	async storeIsBack(session: SessionName): Promise<void> {
		await this.#ask(session, [...this.#parts.goingOn()]);
	}

	async #lookForLost(session: SessionName, running: number): Promise<void> {
		const { count, claiming, newestToken } = this.#parts;
		if (this.#lostAfter !== undefined && newestToken() > this.#lostAfter) {
			await this.#compare(session);
			return;
		}
		this.#suspicions =
			running > count() && !claiming() ? this.#suspicions + 1 : 0;
		if (this.#suspicions < 2) return;
		this.#suspicions = 0;
		await this.#compare(session);
	}

	async #compare(session: SessionName): Promise<void> {
		const { shard, log, held, claiming } = this.#parts;
		const newest = this.#parts.newestToken();
		try {
			const listed = await shard.running(session);
			// The newer tasks may be on their way here.
			const arrivedUpTo = claiming() ? newest : Number.POSITIVE_INFINITY;
			const here = new Set(held().map(({ id, token }) => `${token} ${id}`));
			const lost = listed.filter(
				({ id, token }) => token <= arrivedUpTo && !here.has(`${token} ${id}`),
			);
			if (lost.length > 0) await this.#giveBack(lost);
			if (this.#lostAfter !== undefined && newest > this.#lostAfter)
				this.#lostAfter = undefined;
		} catch (error) {
			// What led here still holds, so a later pulse comes back to it.
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error, shard: shard.index }, "could not reconcile");
		}
	}

	async #giveBack(lost: readonly AttemptName[]): Promise<void> {
		const { shard, log, givenBack } = this.#parts;
		log.warn(
			{ shard: shard.index, tasks: lost.length },
			"giving back tasks whose claim got no answer",
		);
		for (const batch of batches(lost, COMPLETE_BATCH_MAX))
			await shard.giveBack(
				batch.map((task) => ({ ...task, end: "handed-back", message: "" })),
			);
		givenBack();
	}

	async #lookForUnlisted(
		session: SessionName,
		generation: number,
	): Promise<void> {
		const { goingOn, newestToken } = this.#parts;
		const [last, before] = this.#newestAt;
		this.#newestAt = [newestToken(), last];
		this.#pulses += 1;
		const all = [...goingOn()];
		if (generation !== this.#generation) {
			if (await this.#ask(session, all)) this.#generation = generation;
			return;
		}
		const stayed = all.filter(({ token }) => token <= last);
		const turn = this.#pulses % TURNS;
		const isDue = ({ token }: AttemptName) =>
			token > before || token % TURNS === turn;
		await this.#ask(
			session,
			stayed.length <= UNLISTED_BATCH_MAX ? stayed : stayed.filter(isDue),
		);
	}

	/** Asks the store about attempts, and stops those that it does not list. Returns whether it answered. */
	async #ask(
		session: SessionName,
		attempts: readonly AttemptName[],
	): Promise<boolean> {
		const { shard, log, letGo } = this.#parts;
		try {
			await Promise.all(
				batches(attempts, UNLISTED_BATCH_MAX).map(async (batch) => {
					const tasks = letGo(await shard.unlisted(session, batch));
					if (tasks > 0)
						log.warn(
							{ shard: shard.index, tasks },
							"stopping tasks that the store has under another's name, or none: it has forgotten that they were claimed",
						);
				}),
			);
			return true;
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error, shard: shard.index }, "could not reconcile");
			return false;
		}
	}
}

function batches<T>(all: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
		all.slice(i * size, (i + 1) * size),
	);
}
