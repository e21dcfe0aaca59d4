/**
 * The runs of ids in one shard of the store's twin: which tasks were submitted as further
 * runs of an id, the last number that each id has given, and which of them are kept.
 */
import type { SubmitOutcome } from "../../node/ports.ts";
import { READ_TASKS_MAX } from "../../protocol/limits.ts";
import type { NewTask, TaskRecord } from "../../protocol/task.ts";

interface RunsOfId {
	readonly last: number;
	/** Includes the id itself, if it was the first. */
	readonly kept: ReadonlySet<string>;
}

type Find = (id: string) => TaskRecord | undefined;

export class Runs {
	readonly #runs = new Map<string, RunsOfId>();

	copy(): Runs {
		const copy = new Runs();
		for (const [id, runs] of this.#runs) copy.#runs.set(id, runs);
		return copy;
	}

	/** Adds a task, under its own id or as another run of it. */
	add(
		task: NewTask,
		find: Find,
		add: (task: NewTask) => SubmitOutcome,
	): SubmitOutcome {
		const runs = this.#runs.get(task.id);
		const isFree = runs === undefined && find(task.id) === undefined;
		if (!task.again || isFree) return add(task);
		const { last, kept } = runs ?? { last: 1, kept: new Set([task.id]) };
		let number = last + 1;
		for (let step = 1; find(`${task.id}~${number}`); step *= 2) number += step;
		const id = `${task.id}~${number}`;
		const outcome = add({ ...task, id });
		if (!outcome.ok || !outcome.created) return outcome;
		this.#runs.set(task.id, { last: number, kept: new Set([...kept, id]) });
		return { ...outcome, id };
	}

	forget(ids: readonly string[]): void {
		const gone = new Set(ids);
		for (const [id, { last, kept }] of this.#runs) {
			const left = new Set([...kept].filter((run) => !gone.has(run)));
			if (left.size === 0) this.#runs.delete(id);
			else this.#runs.set(id, { last, kept: left });
		}
	}

	newest(id: string, find: Find): TaskRecord | undefined {
		const { last, kept } = this.#runs.get(id) ?? { last: 1, kept: new Set() };
		const own = find(id);
		const lowest = Math.max(2, last - READ_TASKS_MAX + 1);
		for (let number = last; number >= lowest; number--) {
			const run = `${id}~${number}`;
			const task = kept.has(run) ? find(run) : undefined;
			if (task !== undefined) return task.seq > (own?.seq ?? 0) ? task : own;
		}
		return own;
	}

	places() {
		return {
			runs: new Map(
				[...this.#runs].map(([id, { last, kept }]) => [
					id,
					{ last, count: kept.size, kept: [...kept].sort() },
				]),
			),
		};
	}
}
