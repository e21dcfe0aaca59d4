/**
 * Coroner: finds out whether a task was all that its node was running when the node was
 * lost.
 *
 * A shard knows what the node ran in it, and no more. Each shard records what it has lost
 * with a life of a node (`lives.lua`). So whoever takes a session can ask all the other
 * shards, no matter whether they have lost theirs yet, or who took them. In doubt, the
 * task was not alone: suspecting the innocent ends them for what their neighbours do,
 * while a task that really ends its nodes gives another occasion. So a shard that cannot
 * be reached, does not know the life or still hears from it speaks for the task.
 *
 * This costs nothing until a task that has lost its node again and again is the only one
 * of its node's tasks in a shard.
 */
import { type Log, type NodeLife, type Shard, StoreError } from "../ports.ts";

/** What the coroner needs of a shard. */
type LifeShard = Pick<Shard, "index" | "sessions">;

export interface CoronerParts {
	readonly shards: readonly LifeShard[];
	readonly log: Log;
}

export class Coroner {
	readonly #parts: CoronerParts;

	constructor(parts: CoronerParts) {
		this.#parts = parts;
	}

	/** Whether the life has lost, or may have lost, tasks in other shards than this one. */
	async lostElsewhere(shard: number, life: NodeLife): Promise<boolean> {
		const others = this.#parts.shards.filter(({ index }) => index !== shard);
		const losses = await Promise.all(
			others.map((other) => this.#lostIn(other, life)),
		);
		return losses.some((tasks) => tasks !== 0);
	}

	async #lostIn(shard: LifeShard, life: NodeLife): Promise<number | undefined> {
		try {
			return await shard.sessions.lostWith(life);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			const { nodeId } = life;
			const told = { err: error, shard: shard.index, nodeId };
			this.#parts.log.debug(told, "could not ask what a lost node ran");
			return undefined;
		}
	}
}
