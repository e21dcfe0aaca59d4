/**
 * StatsKeeper: adds to the store how work went on this node, every STATS_ADD_MS if there is
 * anything to add. What the store does not take is added to what comes; what it may have taken
 * is not, as it would count twice.
 */
import { STATS_ADD_MS, STATS_SERIES_ADDED } from "../../protocol/limits.ts";
import {
	type Clock,
	type Log,
	type ShardStats,
	StoreError,
	type Timer,
	type WorkSums,
} from "../ports.ts";

export interface StatsKeeperParts {
	readonly clock: Clock;
	readonly log: Log;
	/** Of the shard that all nodes use. */
	readonly stats: Pick<ShardStats, "add">;
	/** See run-meter.ts. */
	readonly meter: {
		takeSums(): WorkSums[];
		putBack(sums: readonly WorkSums[]): void;
	};
}

export class StatsKeeper {
	#timer: Timer | undefined;
	readonly #parts: StatsKeeperParts;

	constructor(parts: StatsKeeperParts) {
		this.#parts = parts;
	}

	start(): void {
		this.#timer = this.#parts.clock.after(STATS_ADD_MS, () => {
			void this.add().then(() => this.start());
		});
	}

	stop(): void {
		this.#timer?.cancel();
	}

	/** Adds what there is now. */
	async add(): Promise<void> {
		const { stats, meter, log } = this.#parts;
		const sums = meter.takeSums();
		for (let from = 0; from < sums.length; from += STATS_SERIES_ADDED) {
			try {
				await stats.add(sums.slice(from, from + STATS_SERIES_ADDED));
			} catch (error) {
				if (!(error instanceof StoreError)) throw error;
				log.debug({ err: error }, "could not add how work went");
				const unsent = error.kind === "unknown" ? STATS_SERIES_ADDED : 0;
				meter.putBack(sums.slice(from + unsent));
				return;
			}
		}
	}
}
