/**
 * Reconciler: finds tasks of one shard that the store believes this node runs
 * and that it does not, and gives them back.
 *
 * They come from claims whose answer was lost. The two lists are compared when
 * a claim is known to be lost and a later one has brought tasks, or when the
 * store counts more tasks for the session than are held, at two pulses in a row
 * with nothing under way. Tokens rise and claims are answered in the order in
 * which they ran, so what has a token up to the newest one delivered has arrived
 * here or never will. Giving back is fenced by the token, so a task that ended meanwhile is
 * not touched.
 */
import type { SessionName } from "../protocol/lease.ts";
import { COMPLETE_BATCH_MAX } from "../protocol/limits.ts";
import { type Log, type Shard, StoreError } from "./ports.ts";

export interface ReconcilerParts {
	readonly shard: Shard;
	readonly log: Log;
	/** Attempts of this shard that are running here, or whose end is on its way. */
	readonly count: () => number;
	/** These, one by one. */
	readonly held: () => readonly {
		readonly id: string;
		readonly token: number;
	}[];
	/** Claims are under way whose tasks are not held yet. */
	readonly claiming: () => boolean;
	/** Highest token that a claim has brought here. */
	readonly newestToken: () => number;
	/** Routes wait again; the next sweep finds which. */
	readonly givenBack: () => void;
}

export class Reconciler {
	#suspicions = 0;
	/** The newest token there was when a claim was lost; undefined: none is. */
	#lostAfter: number | undefined;
	readonly #parts: ReconcilerParts;

	constructor(parts: ReconcilerParts) {
		this.#parts = parts;
	}

	/** A claim got no answer: it may have taken tasks, or may yet. */
	claimLost(): void {
		this.#lostAfter = this.#parts.newestToken();
	}

	/** The store counts so many tasks for the session. */
	async counted(session: SessionName, running: number): Promise<void> {
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

	async #giveBack(
		lost: readonly { readonly id: string; readonly token: number }[],
	): Promise<void> {
		const { shard, log, givenBack } = this.#parts;
		log.warn(
			{ shard: shard.index, tasks: lost.length },
			"giving back tasks whose claim got no answer",
		);
		for (let i = 0; i < lost.length; i += COMPLETE_BATCH_MAX)
			await shard.giveBack(
				lost
					.slice(i, i + COMPLETE_BATCH_MAX)
					.map((task) => ({ ...task, end: "handed-back", message: "" })),
			);
		givenBack();
	}
}
