/**
 * FigureKeeper: sees to it that the figures at the end of each step are kept in the store, so
 * that somebody who looks at the cluster later sees how it came to be as it is. Nodes take
 * turns; a node that comes second finds it done, and has asked one short question. A node that
 * starts keeps the figures of the step before, if nobody has: then what ends in its first
 * moments shows against these.
 *
 * Since when the oldest task waits is looked for only if that takes one step of reading. With
 * more queues it is not known, unless somebody watches: then the node of whoever does says it.
 */
import {
	LIVE_STEP_MS,
	LIVE_TURN_MS,
	QUEUES_STEP_MAX,
} from "../../protocol/limits.ts";
import {
	type Clock,
	type Log,
	type RegisteredNode,
	type ShardLive,
	type ShardTasks,
	StoreError,
	type Timer,
} from "../ports.ts";

export interface FigureKeeperParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly shards: readonly {
		readonly live: Pick<ShardLive, "sample">;
		readonly tasks: Pick<ShardTasks, "queues">;
	}[];
	/** The engines of the shards, in their order; may still be filled, as long as nothing runs. */
	readonly engines: readonly {
		/** The time on the shard's clock, as this node estimates it. */
		readonly renewer: { storeNowMs(): number };
	}[];
	/** See duty-turns.ts. */
	readonly dutyTurns: {
		/** How many nodes have their turn at this before this one; undefined if it is left to others. */
		turnAt(matter: string): number | undefined;
	};
	/** See runner.ts. */
	readonly runner: { readonly slots: number };
	/** See roster.ts. */
	readonly roster: {
		readonly others: readonly Pick<RegisteredNode, "record" | "expiresMs">[];
	};
}

/** How far the store's clock may be behind what this node takes for its time. */
const SURE_MS = 25;

export class FigureKeeper {
	#timer: Timer | undefined;
	#beginning: Timer | undefined;
	#stopped = false;
	readonly #parts: FigureKeeperParts;

	constructor(parts: FigureKeeperParts) {
		this.#parts = parts;
	}

	start(): void {
		void this.#begin();
		this.#follow();
	}

	/** Keeps the figures of the step before, again and again until the store is there. */
	async #begin(): Promise<void> {
		if (this.#stopped || (await this.#keep(false))) return;
		this.#beginning = this.#parts.clock.after(LIVE_TURN_MS, () =>
			this.#begin(),
		);
	}

	#follow(): void {
		if (this.#stopped) return;
		const { clock, engines } = this.#parts;
		const nowMs = engines[0]?.renewer.storeNowMs() ?? 0;
		const endMs = nowMs - (nowMs % LIVE_STEP_MS) + LIVE_STEP_MS;
		// Certainly past the end, as what is left of a step may be less than the clock can tell.
		const ms = endMs - nowMs + SURE_MS;
		this.#timer = clock.after(ms, () => this.#stepOver(endMs));
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
		this.#beginning?.cancel();
	}

	/** The slots of all nodes that hold a lease. */
	get slots(): number {
		const { roster, runner } = this.#parts;
		return roster.others
			.filter(({ expiresMs = 0 }) => expiresMs > 0)
			.reduce((sum, { record }) => sum + record.slots, runner.slots);
	}

	#stepOver(endMs: number): void {
		const { clock, dutyTurns } = this.#parts;
		const turn = dutyTurns.turnAt(`figures ${endMs}`);
		if (turn === undefined) {
			this.#follow();
			return;
		}
		this.#timer = clock.after(turn * LIVE_TURN_MS, () => {
			void this.#keep(turn === 0).then(() => this.#follow());
		});
	}

	/** Keeps the figures; returns whether it could. */
	async #keep(isFirst: boolean): Promise<boolean> {
		const { shards, log } = this.#parts;
		try {
			const oldestMs = isFirst ? await this.#oldest() : undefined;
			const figures = { slots: this.slots, oldestMs };
			await Promise.all(shards.map(({ live }) => live.sample(figures)));
			return true;
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error }, "could not keep the figures of a step");
			return false;
		}
	}

	/** Since when the oldest task waits; 0 if none does, undefined if there are too many queues to look at. */
	async #oldest(): Promise<number | undefined> {
		const request = { above: -1, limit: QUEUES_STEP_MAX };
		const replies = await Promise.all(
			this.#parts.shards.map(({ tasks }) => tasks.queues(request)),
		);
		const isAll = replies.every(
			({ next, highest }) => next === undefined || next >= highest,
		);
		const since = replies.flatMap(({ queues }) =>
			queues.map(({ oldestMs }) => oldestMs),
		);
		if (!isAll) return undefined;
		return since.length === 0 ? 0 : Math.min(...since);
	}
}
