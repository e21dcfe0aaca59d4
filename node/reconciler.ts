/**
 * Reconciler: finds tasks of one shard that the store believes this node runs
 * and that it does not, and gives them back.
 *
 * They come from claims whose answer was lost. The pulse brings how many tasks
 * the store counts for the session; only when that number is higher than what
 * is held, at two pulses in a row and with nothing under way, are the two lists
 * compared. Giving back is fenced by the token, so a task that ended meanwhile
 * is not touched.
 */
import type { SessionName } from "../protocol/lease.ts";
import { type Log, type Shard, StoreError } from "./ports.ts";

export interface ReconcilerParts {
	readonly shard: Shard;
	readonly log: Log;
	/** Attempts of this shard that are running here, or whose end is on its way. */
	readonly held: () => number;
	readonly holds: (task: {
		readonly id: string;
		readonly token: number;
	}) => boolean;
	/** Claims are under way whose tasks are not held yet. */
	readonly claiming: () => boolean;
	/** Routes wait again; the next sweep finds which. */
	readonly givenBack: () => void;
}

export class Reconciler {
	#suspicions = 0;
	readonly #parts: ReconcilerParts;

	constructor(parts: ReconcilerParts) {
		this.#parts = parts;
	}

	/** The store counts so many tasks for the session. */
	async counted(session: SessionName, running: number): Promise<void> {
		const { held, claiming } = this.#parts;
		this.#suspicions =
			running > held() && !claiming() ? this.#suspicions + 1 : 0;
		if (this.#suspicions < 2) return;
		this.#suspicions = 0;
		await this.#compare(session);
	}

	async #compare(session: SessionName): Promise<void> {
		const { shard, log, holds, claiming, givenBack } = this.#parts;
		try {
			const listed = await shard.running(session);
			if (claiming()) return;
			const lost = listed.filter((task) => !holds(task));
			if (lost.length === 0) return;
			log.warn(
				{ shard: shard.index, tasks: lost.length },
				"giving back tasks whose claim got no answer",
			);
			await shard.giveBack(
				lost.map((task) => ({ ...task, end: "handed-back", message: "" })),
			);
			givenBack();
		} catch (error) {
			// The count stays too high, so a later pulse comes back to it.
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error, shard: shard.index }, "could not reconcile");
		}
	}
}
