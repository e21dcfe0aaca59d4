/**
 * StatsKeeper: adds to the store how work went on this node, every STATS_ADD_MS if there is
 * anything to add. Sums that the store does not take are added next time; those that it may
 * have taken are not, as they would count twice.
 */
import { STATS_ADD_MS, STATS_ADDED_MAX } from "../../protocol/limits.ts";
import { writeSums } from "../../protocol/work-sums.ts";
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
	/** The statistics of the shard that all nodes use. */
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

	/** Adds the sums that there are now. */
	async add(): Promise<void> {
		const { stats, meter, log } = this.#parts;
		let left = meter.takeSums();
		while (left.length > 0) {
			const some = left.slice(0, countOf(left));
			left = left.slice(some.length);
			try {
				await stats.add(some);
			} catch (error) {
				if (!(error instanceof StoreError)) throw error;
				log.debug({ err: error }, "could not add how work went");
				meter.putBack(error.kind === "unknown" ? left : [...some, ...left]);
				return;
			}
		}
	}
}

/** How many of these sums fit into one call; at least one. */
function countOf(sums: readonly WorkSums[]): number {
	let amounts = 0;
	const over = sums.findIndex((each) => {
		amounts += writeSums(each).length;
		return amounts > STATS_ADDED_MAX;
	});
	return over < 0 ? sums.length : Math.max(1, over);
}
