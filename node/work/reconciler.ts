/**
 * Reconciler: keeps what the store believes this node runs of one shard, and what the
 * node does run, the same.
 *
 * Tasks that the store lists and this node does not run are given back. They come from
 * claims whose answer was lost. The two lists are compared when a claim is known to be
 * lost and a later one has brought tasks, or when the store counts more tasks for the
 * session than are held, at two pulses in a row with nothing under way. Tokens rise, and
 * claims are answered in the order in which they ran, so a task whose token is at most
 * the newest one delivered has arrived here or never will. The token fences the giving
 * back, so a task that ended meanwhile is not touched.
 *
 * Tasks that this node runs and the store does not list are stopped: nothing that such a
 * run returns is accepted, and another may have begun. They come from a store that has
 * lost the claim: an older copy was restored, or a replica promoted. So the node asks
 * about everything that runs as soon as the store may be another one than before (it was
 * reached again, or its generation has changed). Keys may also disappear from a store
 * that stays. So at every pulse the node asks about the tasks that were here at the last
 * pulse or, if they are many, about half of those asked about before: it covers all of
 * them within two pulses of the moment at which they were lost. Short tasks are gone by
 * then, and cost nothing. Only tasks delivered before the question are in it, and only
 * those that still run at the answer are stopped, so claims and ends under way raise no
 * false alarms.
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
		/** Whether calls are under way whose tasks are not held yet. */
		readonly expects: boolean;
		/** The highest token that a claim has brought here. */
		readonly newestToken: number;
		/** The newest token at the time when a claim was lost; undefined if none is lost. */
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
	/** The attempts that have not been told to stop. */
	goingOn(shard: number): Iterable<AttemptName>;
	/** Stops those of these attempts that still run; returns how many nobody has asked to end. */
	letGo(
		shard: number,
		attempts: readonly AttemptName[],
		reason: string,
	): number;
}

/** The number of pulses that together ask once more about everything that was asked about before. */
const TURNS = 2;

export class Reconciler {
	#suspicions = 0;
	/** The generation of the store in which everything that ran was asked about. */
	#generation: number | undefined;
	/** The newest tokens at the last pulse, and at the one before. */
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

	/** The store can be reached (again), and may have lost what it knew. */
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

	/**
	 * Asks the store about attempts, and stops those that it does not list. Returns whether
	 * it answered.
	 */
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
							"stopping tasks that the store has under another's name, or none: they were just cancelled by force, or it has forgotten that they were claimed",
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
