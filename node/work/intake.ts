/**
 * Intake: what claims bring to this node from one shard.
 *
 * Claimed tasks run. They are handed back if the lease that they were claimed under was
 * lost while the answer was on its way, or if their slots have been given to others. The
 * intake also knows what shows which tasks have arrived: the newest token, whether
 * answers are still out, and whether one was lost.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { Route } from "../../protocol/route.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { LastRoutes } from "./last-routes.ts";

export interface IntakeParts {
	/** The index of the shard. */
	readonly shard: number;
	/** The session that is held now, and whether tasks may run under its lease. */
	readonly lease: {
		readonly session: SessionName | undefined;
		trusts(): boolean;
	};
	/** Remembers the newest token, so that a store that loses writes is raised above it. */
	readonly memory: { toldToken(token: number): void };
	/** See runner.ts. */
	readonly runner: {
		/** Runs tasks in slots reserved for them. */
		deliver(shard: number, tasks: readonly ClaimedTask[]): void;
		/** Gives tasks back, and so many slots that were reserved for them. */
		handBack(shard: number, tasks: readonly ClaimedTask[], slots: number): void;
	};
}

export class Intake {
	/** The highest token that a claim has brought. */
	newestToken = 0;
	/** The newest token at the time when a claim was lost; undefined if none is lost. */
	lostAfter: number | undefined;
	#underWay = 0;
	readonly #lastRoutes = new LastRoutes();
	readonly #parts: IntakeParts;

	constructor(parts: IntakeParts) {
		this.#parts = parts;
	}

	/** Whether calls are under way that may bring tasks. */
	get expects(): boolean {
		return this.#underWay > 0;
	}

	/** The routes of the tasks that came last. */
	get lastRoutes(): readonly Route[] {
		return this.#lastRoutes.all;
	}

	/** A call has been sent that may bring tasks; `over` follows once. */
	begin(): void {
		this.#underWay += 1;
	}

	/** The call was answered, and what it brought delivered; or it failed. */
	over(): void {
		this.#underWay -= 1;
	}

	/** A call got no answer: it may have taken tasks, or may yet take some. */
	lost(): void {
		this.lostAfter = this.newestToken;
	}

	/** Runs tasks claimed under the session. A slot is reserved for each of the first `slots` of them. */
	deliver(
		tasks: readonly ClaimedTask[],
		session: SessionName,
		slots: number,
	): void {
		const { shard, lease, memory, runner } = this.#parts;
		for (const { token } of tasks)
			this.newestToken = Math.max(this.newestToken, token);
		memory.toldToken(this.newestToken);
		this.#lastRoutes.came(tasks);
		if (session !== lease.session || !lease.trusts())
			runner.handBack(shard, tasks, slots);
		else if (slots === tasks.length) runner.deliver(shard, tasks);
		else {
			runner.deliver(shard, tasks.slice(0, slots));
			runner.handBack(shard, tasks.slice(slots), 0);
		}
	}
}
