/**
 * TaskWishes: what users ask to be done with an existing task: that it ends, has another
 * round, is changed or deleted. Any node may be asked, and the store decides; others that
 * have to know are notified.
 */
import { writeAskedBy } from "../../protocol/asked-by.ts";
import { parseSession } from "../../protocol/lease.ts";
import { CHANGE_TRIES_MAX } from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import { isEnded } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import type { Changes } from "../../protocol/task-change.ts";
import type {
	Cancelled,
	CancelOutcome,
	CancelRequest,
	CancelWish,
	Changed,
	ChangeReply,
	NodeRecord,
	ReaderPlace,
	Removed,
	Retried,
	RetryOutcome,
	RetryWish,
	Shard,
	Wished,
} from "../ports.ts";
import { readInto } from "./room-read.ts";

/** A task to be reopened: as it was read, and the delay after which it is due. */
interface Reopening {
	readonly task: TaskRecord;
	readonly afterMs: number;
}

/** What is needed of the engine of a shard. */
export interface WishedEngine {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly reviser: {
		change(task: TaskRecord, changes: Changes): Promise<ChangeReply["code"]>;
		/** Reopens tasks; outcomes in order. */
		reopen(all: readonly Reopening[]): Promise<readonly RetryOutcome[]>;
	};
	/** See looks.ts. */
	readonly looks: {
		/** The store may have news for this node. */
		look(): void;
	};
}

export interface TaskWishesParts {
	readonly nodeId: string;
	/** The engines, in the order of their shards. */
	readonly engines: readonly WishedEngine[];
	/** See end-watcher.ts. */
	readonly watcher: {
		/** These tasks have ended. */
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

	async cancel(
		id: string,
		wish: CancelWish,
		place: ReaderPlace,
	): Wished<Cancelled> {
		const { round, ...more } = wish;
		const { shard } = this.#engineOf(id);
		const [code] = await this.#cancel(shard.index, [{ id, round }], more);
		if (code === undefined || code === "none") return undefined;
		const task = await this.#get(id, place);
		if (isUnknown(task)) return task;
		return {
			code: code === "ended" || code === "marked" ? code : "done",
			task,
		};
	}

	/**
	 * Cancels tasks, as they were read; if a `state` is given, only those that are still in it.
	 * Returns how many have ended because of this, or are asked to.
	 */
	async cancelAll(
		shard: number,
		tasks: readonly TaskRecord[],
		wish: Omit<CancelWish, "round"> & Pick<CancelRequest, "state">,
	): Promise<number> {
		const codes = await this.#cancel(shard, tasks, wish);
		return count(codes, ["cancelled", "marked"]);
	}

	/** Reopens tasks, as they were read. Returns how many have another round. */
	async retryAll(shard: number, tasks: readonly Reopening[]): Promise<number> {
		const outcomes = await this.#engineAt(shard).reviser.reopen(tasks);
		return outcomes.filter(
			(outcome) => outcome === "pending" || typeof outcome === "object",
		).length;
	}

	/** Deletes tasks. Returns how many were deleted by this. */
	async removeAll(
		shard: number,
		tasks: readonly TaskRecord[],
	): Promise<number> {
		const meant = tasks.map(({ id, round }) => ({ id, round }));
		const outcomes = await this.#engineAt(shard).shard.tasks.remove(meant);
		return count(outcomes, ["removed"]);
	}

	/** Cancels tasks of one shard, and notifies the nodes that hold some of them. */
	async #cancel(
		at: number,
		all: CancelRequest["tasks"],
		wish: Omit<CancelWish, "round"> & Pick<CancelRequest, "state">,
	): Promise<CancelOutcome["code"][]> {
		const { shard, looks } = this.#engineAt(at);
		const { nodeId, digester, report, watcher } = this.#parts;
		const { asker, ...how } = wish;
		const { name } = report.record();
		const by = writeAskedBy({
			by: name,
			...(asker !== undefined && { asker }),
		});
		const tasks = all.map(({ id, round }) => ({ id, round }));
		const outcomes = await shard.tasks.cancel({ tasks, by, ...how });
		const holders = new Set<string>();
		for (const outcome of outcomes)
			if ("holder" in outcome && outcome.holder !== undefined)
				holders.add(parseSession(outcome.holder).nodeId);
		for (const to of holders)
			if (to === nodeId) looks.look();
			else digester.nudge(to, at);
		const codes = outcomes.map(({ code }) => code);
		watcher.endedHere(
			tasks.filter((_, i) => codes[i] === "cancelled").map(({ id }) => id),
		);
		return codes;
	}

	async retry(
		id: string,
		wish: RetryWish,
		place: ReaderPlace,
	): Wished<Retried> {
		const { reviser } = this.#engineOf(id);
		const { delayMs: afterMs } = wish;
		let { round } = wish;
		return await readily(async () => {
			const task = await this.#get(id, place);
			if (isUnknown(task)) return task;
			round ??= task.round;
			if (round !== task.round) return { code: "same", task };
			const [outcome] = await reviser.reopen([{ task, afterMs }]);
			const now = await this.#get(id, place);
			if (isUnknown(now)) return now;
			if (outcome === undefined || outcome === "none") return undefined;
			if (outcome === "not_ended" || outcome === "succeeded")
				return { code: outcome, task: now };
			return { code: outcome === "other_round" ? "same" : "done", task: now };
		});
	}

	async patch(
		id: string,
		changes: Changes,
		place: ReaderPlace,
	): Wished<Changed> {
		return await readily(async () => {
			let code: ChangeReply["code"] = "other";
			// If somebody else has changed it since, tries once more, on top of that.
			for (
				let tries = 0;
				code === "other" && tries < CHANGE_TRIES_MAX;
				tries++
			) {
				const task = await this.#get(id, place);
				if (isUnknown(task)) return task;
				code = await this.#engineOf(id).reviser.change(task, changes);
			}
			const task = await this.#get(id, place);
			if (isUnknown(task)) return task;
			return code === "none" ? undefined : { code, task };
		});
	}

	async remove(id: string, place: ReaderPlace): Wished<Removed> {
		const { shard } = this.#engineOf(id);
		return await readily(async () => {
			const task = await this.#get(id, place);
			if (isUnknown(task)) return task;
			const { round, state } = task;
			if (!isEnded(state)) return { code: "not_ended", task };
			// In that round nothing happens to it any more: what was read is what is deleted.
			const [outcome] = await shard.tasks.remove([{ id, round }]);
			if (outcome === "removed") return { code: "done", task };
			if (outcome === "none") return undefined;
			const now = await this.#get(id, place);
			return isUnknown(now) ? now : { code: "not_ended", task: now };
		});
	}

	/** Reads the task, which every answer contains, once there is room for it. */
	async #get(id: string, place: ReaderPlace): Wished<TaskRecord> {
		const { tasks } = this.#engineOf(id).shard;
		const found = await readInto(place, async (bytesMax) => {
			const [task] = await tasks.get([id], bytesMax);
			return task;
		});
		return found === undefined ? "unread" : found.record;
	}

	#engineOf(id: string): WishedEngine {
		return this.#engineAt(shardOf(id, this.#parts.engines.length));
	}

	#engineAt(shard: number): WishedEngine {
		return this.#parts.engines[shard] as WishedEngine;
	}
}

/**
 * If a task was not in the state for what was asked, but is by the time that is to be
 * reported: tries once more. Otherwise a user would read that the task is FAILURE, and
 * can be deleted only once it has ended.
 */
async function readily<
	T extends { readonly code: string; readonly task: TaskRecord },
>(wish: () => Wished<T>): Wished<T> {
	for (let tries = 1; ; tries++) {
		const done = await wish();
		if (isUnknown(done) || tries === CHANGE_TRIES_MAX) return done;
		const { state } = done.task;
		const waits = state === "PENDING" || state === "SCHEDULED";
		const isReady =
			(done.code === "not_ended" && isEnded(state)) ||
			(done.code === "not_waiting" && waits);
		if (!isReady) return done;
	}
}

function isUnknown<T>(
	task: T | "unread" | undefined,
): task is "unread" | undefined {
	return task === undefined || task === "unread";
}

function count<T>(all: readonly T[], wanted: readonly T[]): number {
	return all.filter((each) => wanted.includes(each)).length;
}
