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
import type { SessionName } from "../../protocol/lease.ts";
import {
	COMPLETE_BATCH_MAX,
	UNLISTED_BATCH_MAX,
} from "../../protocol/limits.ts";
import {
	type AttemptName,
	type Log,
	type Shard,
	StoreError,
} from "../ports.ts";

export interface ReconcilerParts {
	readonly shard: Shard;
	readonly log: Log;
	readonly runner: RunningTasks;
	/** Attempts that have ended, and whose end the store has not taken: see finisher.ts. */
	readonly finisher: {
		readonly waiting: number;
		held(): readonly AttemptName[];
	};
	/** What claims have brought: see intake.ts. */
	readonly intake: {
		/** Calls are under way whose tasks are not held yet. */
		readonly expects: boolean;
		/** Highest token that a claim has brought here. */
		readonly newestToken: number;
		/** The newest token there was when a claim was lost; undefined: none is. */
		lostAfter: number | undefined;
	};
	/** See renewer.ts. */
	readonly renewer: {
		/** Routes wait again; the next pulse finds which. */
		hurry(): void;
	};
}

/** What the node runs, by shard: see runner.ts. */
export interface RunningTasks {
	runningIn(shard: number): number;
	held(shard: number): Iterable<AttemptName>;
	/** Those that have not been told to stop. */
	goingOn(shard: number): Iterable<AttemptName>;
	/** Stops those of these that still run; returns how many. */
	letGo(
		shard: number,
		attempts: readonly AttemptName[],
		reason: string,
	): number;
}

/** Pulses by which all of what was asked about before is asked about again. */
const TURNS = 2;

export class Reconciler {
	#suspicions = 0;
	/** All that ran was asked about in this generation of the store. */
	#generation: number | undefined;
	/** The newest token there was at the last pulse, and at the one before. */
	#newestAt: readonly [last: number, before: number] = [0, 0];
	#pulses = 0;
	readonly #parts: ReconcilerParts;

	constructor(parts: ReconcilerParts) {
		this.#parts = parts;
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
		await this.#ask(session, this.#goingOn());
	}

	async #lookForLost(session: SessionName, running: number): Promise<void> {
		const { shard, runner, finisher, intake } = this.#parts;
		const { lostAfter, newestToken, expects } = intake;
		if (lostAfter !== undefined && newestToken > lostAfter) {
			await this.#compare(session);
			return;
		}
		const count = runner.runningIn(shard.index) + finisher.waiting;
		this.#suspicions = running > count && !expects ? this.#suspicions + 1 : 0;
		if (this.#suspicions < 2) return;
		this.#suspicions = 0;
		await this.#compare(session);
	}

	async #compare(session: SessionName): Promise<void> {
		const { shard, log, intake } = this.#parts;
		const newest = intake.newestToken;
		try {
			const listed = await shard.sessions.running(session);
			// The newer tasks may be on their way here.
			const arrivedUpTo = intake.expects ? newest : Number.POSITIVE_INFINITY;
			const here = new Set(
				this.#held().map(({ id, token }) => `${token} ${id}`),
			);
			const lost = listed.filter(
				({ id, token }) => token <= arrivedUpTo && !here.has(`${token} ${id}`),
			);
			if (lost.length > 0) await this.#giveBack(lost);
			if (intake.lostAfter !== undefined && newest > intake.lostAfter)
				intake.lostAfter = undefined;
		} catch (error) {
			// What led here still holds, so a later pulse comes back to it.
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error, shard: shard.index }, "could not reconcile");
		}
	}

	async #giveBack(lost: readonly AttemptName[]): Promise<void> {
		const { shard, log, renewer } = this.#parts;
		log.warn(
			{ shard: shard.index, tasks: lost.length },
			"giving back tasks whose claim got no answer",
		);
		for (const batch of batches(lost, COMPLETE_BATCH_MAX))
			await shard.tasks.giveBack(
				batch.map((task) => ({ ...task, end: "not-begun", message: "" })),
			);
		renewer.hurry();
	}

	async #lookForUnlisted(
		session: SessionName,
		generation: number,
	): Promise<void> {
		const [last, before] = this.#newestAt;
		this.#newestAt = [this.#parts.intake.newestToken, last];
		this.#pulses += 1;
		const all = this.#goingOn();
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
		const { shard, log, runner } = this.#parts;
		try {
			await Promise.all(
				batches(attempts, UNLISTED_BATCH_MAX).map(async (batch) => {
					const tasks = runner.letGo(
						shard.index,
						await shard.sessions.unlisted(session, batch),
						"the store no longer has the task under this node's name",
					);
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

	/** Attempts of this shard that are running here, or whose end is on its way. */
	#held(): AttemptName[] {
		const { shard, runner, finisher } = this.#parts;
		return [...runner.held(shard.index), ...finisher.held()];
	}

	#goingOn(): AttemptName[] {
		return [...this.#parts.runner.goingOn(this.#parts.shard.index)];
	}
}

function batches<T>(all: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
		all.slice(i * size, (i + 1) * size),
	);
}
