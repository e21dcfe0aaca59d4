/**
 * Runner: the tasks in this node's hands, and its slots.
 *
 * A slot is one task running. Claimers reserve slots before they ask for tasks,
 * so a node never takes more than it can start at once, and priorities hold.
 * Guarantees that every task delivered leaves by exactly one door: its result
 * goes to the finisher of its shard, it is given back, or, where its lease was
 * taken, it is let go without a word, since whatever is said would be refused.
 */
import { typeOf } from "../protocol/route.ts";
import type { ClaimedTask, TaskEnd } from "../protocol/task.ts";
import type { Clock, Executor, GiveBack, JobOutcome } from "./ports.ts";

export interface RunnerParts {
	readonly clock: Clock;
	readonly executor: Executor;
	readonly concurrency: number;
	readonly abortGraceMs: number;
	/** Store's clock of a shard. */
	readonly storeNowMs: (shard: number) => number;
	readonly finish: (shard: number, end: TaskEnd) => void;
	readonly giveBack: (
		shard: number,
		task: ClaimedTask,
		how: Pick<GiveBack, "end" | "message">,
	) => void;
	/** True while ends of tasks wait for the store in such numbers that no more should be made. */
	readonly congested: () => boolean;
	/** Slots have come free. */
	readonly freed: () => void;
}

interface Held {
	readonly key: string;
	readonly task: ClaimedTask;
	readonly shard: number;
	/** What becomes of it should it end now. */
	fate: "report" | "give-back" | "let-go";
}

export class Runner {
	readonly #held = new Map<string, Held>();
	#reserved = 0;
	#freedSoon = false;
	readonly #parts: RunnerParts;

	constructor(parts: RunnerParts) {
		this.#parts = parts;
	}

	get running(): number {
		return this.#held.size;
	}

	get freeSlots(): number {
		if (this.#parts.congested()) return 0;
		return Math.max(
			0,
			this.#parts.concurrency - this.#held.size - this.#reserved,
		);
	}

	/**
	 * Takes up to so many free slots; returns how many it got. No more than half
	 * of all at once: while one half runs the other is claimed, so that node and
	 * store work at the same time instead of in turn (a fifth more throughput of
	 * no-op tasks with 100 slots).
	 */
	reserve(slotsMax: number): number {
		const half = Math.ceil(this.#parts.concurrency / 2);
		const slots = Math.min(slotsMax, half, this.freeSlots);
		this.#reserved += slots;
		return slots;
	}

	/** Gives reserved slots back unused. */
	release(slots: number): void {
		this.#reserved -= slots;
		if (slots > 0) this.#tellFreed();
	}

	/** Starts tasks, each in a slot reserved before. */
	deliver(shard: number, tasks: readonly ClaimedTask[]): void {
		for (const task of tasks) {
			this.#reserved -= 1;
			const key = keyOf(task);
			const held: Held = { key, task, shard, fate: "report" };
			this.#held.set(key, held);
			void this.#run(held);
		}
	}

	runningIn(shard: number): number {
		let running = 0;
		for (const held of this.#held.values())
			if (held.shard === shard) running += 1;
		return running;
	}

	/** Whether the attempt is in this node's hands. */
	holds(task: { readonly id: string; readonly token: number }): boolean {
		return this.#held.has(keyOf(task));
	}

	/** The lease of these tasks is lost, or can no longer be trusted: stop them. */
	abandon(shard: number, reason: string): void {
		this.#stopAll((held) => held.shard === shard, "let-go", reason);
	}

	/** The node is stopping and its time is over: stop the tasks and give them back. */
	giveUp(reason: string): void {
		this.#stopAll(() => true, "give-back", reason);
	}

	#stopAll(
		which: (held: Held) => boolean,
		fate: Held["fate"],
		reason: string,
	): void {
		const { executor, abortGraceMs } = this.#parts;
		for (const held of this.#held.values()) {
			if (!which(held)) continue;
			if (held.fate === "report") held.fate = fate;
			executor.abort(held.task.id, held.task.token, reason, abortGraceMs);
		}
	}

	async #run(held: Held): Promise<void> {
		const { task } = held;
		const outcome = await this.#parts.executor.run({
			id: task.id,
			type: typeOf(task.route),
			payload: task.payload,
			token: task.token,
			attempt: task.attempt,
			priority: task.priority,
			createdMs: task.createdMs,
			alone: task.crashes > 0,
		});
		this.#held.delete(held.key);
		if (held.fate !== "let-go") this.#leave(held, outcome);
		this.#tellFreed();
	}

	#leave({ task, shard }: Held, outcome: JobOutcome): void {
		const { finish, giveBack, storeNowMs } = this.#parts;
		const { id, token } = task;
		switch (outcome.kind) {
			case "success": {
				const startedMs = storeNowMs(shard) - outcome.ranMs;
				finish(shard, {
					id,
					token,
					startedMs,
					state: "SUCCESS",
					result: outcome.result,
				});
				return;
			}
			case "failure": {
				const startedMs = storeNowMs(shard) - outcome.ranMs;
				finish(shard, {
					id,
					token,
					startedMs,
					state: "FAILURE",
					end: "failure",
					error: outcome.error,
				});
				return;
			}
			case "crashed":
				giveBack(shard, task, { end: "crashed", message: outcome.message });
				return;
			case "displaced":
				// A suspect counts as crashed, so that it runs alone next, where the
				// worker's end can be laid to one task.
				giveBack(shard, task, {
					end: outcome.suspect ? "crashed" : "handed-back",
					message: "The worker that ran it with other tasks died.",
				});
				return;
			case "aborted":
				giveBack(shard, task, { end: "handed-back", message: "" });
		}
	}

	/** Once for all slots that come free in one burst. */
	#tellFreed(): void {
		if (this.#freedSoon) return;
		this.#freedSoon = true;
		this.#parts.clock.soon(() => {
			this.#freedSoon = false;
			this.#parts.freed();
		});
	}
}

function keyOf({
	id,
	token,
}: {
	readonly id: string;
	readonly token: number;
}): string {
	return `${id} ${token}`;
}
