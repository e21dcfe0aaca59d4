/**
 * The records of one shard of the store's twin, their moves from state to state, each held
 * against the one table in `moves.ts`, and the order in which they ended.
 *
 * A record is never changed, only replaced, so what was handed out stays as it was.
 */
import assert from "node:assert/strict";
import { TRIM_BATCH_MAX } from "../../protocol/limits.ts";
import { isMove } from "../../protocol/moves.ts";
import {
	ENDED_STATES,
	isEnded,
	TASK_STATES,
	type TaskState,
} from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { Ends } from "./shard-ends.ts";

export class Records {
	readonly #records = new Map<string, TaskRecord>();
	#ended = new Ends();

	copy(): Records {
		const copy = new Records();
		for (const [id, record] of this.#records) copy.#records.set(id, record);
		copy.#ended = this.#ended.copy();
		return copy;
	}

	get isEmpty(): boolean {
		return this.#records.size === 0;
	}

	get endedKept(): number {
		return this.#ended.size;
	}

	get all(): TaskRecord[] {
		return [...this.#records.values()];
	}

	get(id: string): TaskRecord | undefined {
		return this.#records.get(id);
	}

	/** Of a task that must be there. */
	known(id: string): TaskRecord {
		const record = this.#records.get(id);
		assert(record !== undefined, `there is a task ${id}`);
		return record;
	}

	add(record: TaskRecord): void {
		this.#records.set(record.id, record);
	}

	move(
		task: TaskRecord,
		state: TaskState,
		changes: Partial<TaskRecord>,
	): TaskRecord {
		const end = changes.attempts?.at(-1)?.end;
		assert(
			isMove(task.state, state, end),
			`no task goes from ${task.state} to ${state} by ${end ?? "no end of an attempt"}`,
		);
		const moved = { ...task, ...changes, state };
		this.#records.set(task.id, moved);
		if (isEnded(state)) this.#ended.add(task.id);
		return moved;
	}

	/** STARTED → PENDING, of a task as it was before. */
	unclaim(before: TaskRecord): TaskRecord {
		assert(isMove(before.state, "PENDING", undefined));
		const waiting: TaskRecord = { ...before, state: "PENDING" };
		this.#records.set(before.id, waiting);
		return waiting;
	}

	/** A step is over, by which tasks may have ended. */
	closeStep(nowMs: number): void {
		this.#ended.close(nowMs);
	}

	/** Forgets ended tasks: past their time, then the oldest beyond `keptMax`. */
	trim(keptMax: number, keptMs: number, nowMs: number): string[] {
		const beyond = Math.max(0, this.endedKept - keptMax);
		const forgotten = this.#ended.take(nowMs - keptMs, beyond, TRIM_BATCH_MAX);
		for (const id of forgotten) this.#records.delete(id);
		return forgotten;
	}

	countsByState(): Record<TaskState, number> {
		const states = Object.fromEntries(
			TASK_STATES.map((state) => [state, 0]),
		) as Record<TaskState, number>;
		for (const { state } of this.#records.values()) states[state] += 1;
		return states;
	}

	/** The ended ones: by state, and in the order in which they ended. */
	places() {
		const inState = (state: TaskState) =>
			this.all.filter((task) => task.state === state).map(({ id }) => id);
		return {
			ends: ENDED_STATES.flatMap(inState),
			ended: new Map(ENDED_STATES.map((state) => [state, inState(state)])),
			order: this.#ended.ids,
		};
	}
}
