/**
 * TaskWishes: what users want done with a task that is there already: that it ends, has another
 * round, is changed, or forgotten. Any node is asked, and the store decides; who else has to know
 * is told.
 */
import { parseSession } from "../../protocol/lease.ts";
import { CHANGE_TRIES_MAX } from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import type { Changes } from "../../protocol/task-change.ts";
import type {
	Cancelled,
	CancelWish,
	Changed,
	ChangeReply,
	NodeRecord,
	Removed,
	Retried,
	RetryOutcome,
	RetryWish,
	Shard,
} from "../ports.ts";

/** What wishes need of the engine of a shard. */
export interface WishedEngine {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly reviser: {
		change(task: TaskRecord, changes: Changes): Promise<ChangeReply["code"]>;
		/** Outcomes in order. */
		reopen(
			all: readonly { readonly task: TaskRecord; readonly afterMs: number }[],
		): Promise<readonly RetryOutcome[]>;
	};
	readonly renewer: {
		/** The store may have news for this node. */
		look(): void;
	};
}

export interface TaskWishesParts {
	readonly nodeId: string;
	/** In the order of their shards. */
	readonly engines: readonly WishedEngine[];
	/** See end-watcher.ts. */
	readonly watcher: {
		/** These have ended. */
		endedHere(ids: readonly string[]): void;
	};
	/** See digester.ts. */
	readonly digester: {
		/** Tells a node that the store may have news for it. */
		nudge(to: string, shard: number): void;
	};
	/** See self-report.ts. */
	readonly report: { record(): NodeRecord };
}

export class TaskWishes {
	readonly #parts: TaskWishesParts;

	constructor(parts: TaskWishesParts) {
		this.#parts = parts;
	}

	async cancel(id: string, wish: CancelWish): Promise<Cancelled | undefined> {
		const { shard, renewer } = this.#engineOf(id);
		const { nodeId, digester, report, watcher } = this.#parts;
		const { round, ...more } = wish;
		const by = report.record().name;
		const tasks = [{ id, round }];
		const [outcome] = await shard.tasks.cancel({ tasks, by, ...more });
		if (outcome === undefined || outcome.code === "none") return undefined;
		const holder = "holder" in outcome ? outcome.holder : undefined;
		if (holder !== undefined) {
			const { nodeId: to } = parseSession(holder);
			if (to === nodeId) renewer.look();
			else digester.nudge(to, shard.index);
		}
		if (outcome.code === "cancelled") watcher.endedHere([id]);
		const task = await this.#get(id);
		if (task === undefined) return undefined;
		const { code } = outcome;
		return {
			code: code === "ended" || code === "marked" ? code : "done",
			task,
		};
	}

	async retry(id: string, wish: RetryWish): Promise<Retried | undefined> {
		const { reviser } = this.#engineOf(id);
		const task = await this.#get(id);
		if (task === undefined) return undefined;
		const { round = task.round, delayMs: afterMs } = wish;
		if (round !== task.round) return { code: "same", task };
		const [outcome] = await reviser.reopen([{ task, afterMs }]);
		const now = await this.#get(id);
		if (outcome === undefined || outcome === "none" || now === undefined)
			return undefined;
		if (outcome === "not_ended" || outcome === "succeeded")
			return { code: outcome, task: now };
		return { code: outcome === "other_round" ? "same" : "done", task: now };
	}

	async patch(id: string, changes: Changes): Promise<Changed | undefined> {
		let code: ChangeReply["code"] = "other";
		// If somebody else has changed it since, once more, on top of that.
		for (let tries = 0; code === "other" && tries < CHANGE_TRIES_MAX; tries++) {
			const task = await this.#get(id);
			if (task === undefined) return undefined;
			code = await this.#engineOf(id).reviser.change(task, changes);
		}
		const task = await this.#get(id);
		if (code === "none" || task === undefined) return undefined;
		return { code, task };
	}

	async remove(id: string): Promise<Removed | undefined> {
		const task = await this.#get(id);
		if (task === undefined) return undefined;
		const { shard } = this.#engineOf(id);
		const [outcome] = await shard.tasks.remove([id]);
		if (outcome === "not_ended") return { code: outcome, task };
		return outcome === "removed" ? { code: "done", task } : undefined;
	}

	async #get(id: string): Promise<TaskRecord | undefined> {
		const [task] = await this.#engineOf(id).shard.tasks.get([id]);
		return task;
	}

	#engineOf(id: string): WishedEngine {
		const { engines } = this.#parts;
		return engines[shardOf(id, engines.length)] as WishedEngine;
	}
}
