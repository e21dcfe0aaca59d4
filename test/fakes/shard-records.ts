/**
 * The records of one shard of the store's twin, their moves from state to state, each
 * held against the one table in `moves.ts`, and the order in which they ended.
 *
 * A record is never changed, only replaced, so a record that was handed out stays as it
 * was.
 */

import assert from "node:assert/strict";
import type { StoreEvent } from "../../protocol/event.ts";

import {
	END_KINDS,
	type EndKind,
	type Keeps,
	type Kept,
	retentionMsOf,
} from "../../protocol/keep.ts";
import { isMove } from "../../protocol/moves.ts";
import {
	ENDED_STATES,
	isEnded,
	TASK_STATES,
	type TaskState,
} from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { Ends } from "./shard-ends.ts";
import * as told from "./task-events.ts";

function kindOf(state: TaskState): EndKind {
	return state === "SUCCESS" ? "successes" : "failures";
}

export class Records {
	readonly #records = new Map<string, TaskRecord>();
	#ended: Readonly<Record<EndKind, Ends>> = {
		successes: new Ends(),
		failures: new Ends(),
	};
	/** What has happened in this step. */
	#noted: StoreEvent[] = [];

	copy(): Records {
		const copy = new Records();
		for (const [id, record] of this.#records) copy.#records.set(id, record);
		const { successes, failures } = this.#ended;
		copy.#ended = { successes: successes.copy(), failures: failures.copy() };
		return copy;
	}

	get isEmpty(): boolean {
		return this.#records.size === 0;
	}

	get kept(): Record<EndKind, Kept> {
		const keptOf = (kind: EndKind) => {
			const { ids } = this.#ended[kind];
			return {
				number: ids.length,
				bytes: ids.reduce((sum, id) => sum + this.#bytesOf(id), 0),
			};
		};
		return { successes: keptOf("successes"), failures: keptOf("failures") };
	}

	get all(): TaskRecord[] {
		return [...this.#records.values()];
	}

	get(id: string): TaskRecord | undefined {
		return this.#records.get(id);
	}

	/** The record of a task that must be there. */
	known(id: string): TaskRecord {
		const record = this.#records.get(id);
		assert(record !== undefined, `there is a task ${id}`);
		return record;
	}

	add(record: TaskRecord): void {
		this.#noted.push(told.accepted(record));
		this.#records.set(record.id, record);
	}

	/** Somebody has asked it to end. */
	mark(record: TaskRecord): void {
		this.#noted.push(told.askedToEnd(record));
		this.#records.set(record.id, record);
	}

	/** More is known of it; nothing has happened. */
	learn(record: TaskRecord): void {
		this.#records.set(record.id, record);
	}

	takeNoted(): StoreEvent[] {
		const noted = this.#noted;
		this.#noted = [];
		return noted;
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
		this.#noted.push(told.moved(this.known(task.id), moved));
		this.#records.set(task.id, moved);
		if (isEnded(state))
			this.#ended[kindOf(state)].add(
				...([task.id, moved.finishedMs ?? 0] as const),
				retentionMsOf(task.options),
			);
		return moved;
	}

	/** Reopens a task from the ended state that it is in. */
	reopen(task: TaskRecord, fresh: TaskRecord, state: TaskState): TaskRecord {
		assert(isMove(task.state, state, undefined));
		this.#ended[kindOf(task.state)].remove(task.id);
		const again = { ...fresh, state };
		this.#noted.push(told.reopened(again));
		this.#records.set(task.id, again);
		return again;
	}

	/** The task waits, or is SCHEDULED, and becomes `changed` in that state or the other. */
	replace(task: TaskRecord, changed: TaskRecord, state: TaskState): TaskRecord {
		assert(task.state === state || isMove(task.state, state, undefined));
		const now = { ...changed, state };
		this.#noted.push(told.changed(now));
		this.#records.set(task.id, now);
		return now;
	}

	/** STARTED → PENDING, for a task as it was before. */
	unclaim(before: TaskRecord): TaskRecord {
		assert(isMove(before.state, "PENDING", undefined));
		const waiting: TaskRecord = { ...before, state: "PENDING" };
		this.#noted.push(told.moved(this.known(before.id), waiting));
		this.#records.set(before.id, waiting);
		return waiting;
	}

	/** A step is over, which may have ended tasks. */
	closeStep(nowMs: number): void {
		for (const kind of END_KINDS) this.#ended[kind].close(nowMs);
	}

	/** Discards ended tasks: see the port. */
	trim(keeps: Keeps, leastMs: number, nowMs: number): string[] {
		const bytesOf = (id: string) => this.#bytesOf(id);
		const forgotten: string[] = [];
		for (const kind of END_KINDS) {
			const trim = { keep: keeps[kind], leastMs, nowMs, bytesOf };
			forgotten.push(...this.#ended[kind].trim(trim, forgotten.length));
		}
		for (const id of forgotten) this.#records.delete(id);
		return forgotten;
	}

	/** Deletes a task that has ended. */
	remove(task: TaskRecord): void {
		const { id, state } = task;
		this.#noted.push(told.deleted(task));
		this.#ended[kindOf(state)].remove(id);
		this.#records.delete(id);
	}

	/** About as many bytes as a store keeps of it. */
	#bytesOf(id: string): number {
		const { payload, result = "", error } = this.known(id);
		return (
			payload.length +
			result.length +
			(error === undefined ? 0 : JSON.stringify(error).length)
		);
	}

	countsByState(): Record<TaskState, number> {
		const states = Object.fromEntries(
			TASK_STATES.map((state) => [state, 0]),
		) as Record<TaskState, number>;
		for (const { state } of this.#records.values()) states[state] += 1;
		return states;
	}

	/** The ended tasks: by state, and in the order in which they ended. */
	places() {
		const inState = (state: TaskState) =>
			this.all.filter((task) => task.state === state).map(({ id }) => id);
		return {
			ends: ENDED_STATES.flatMap(inState),
			ended: new Map(ENDED_STATES.map((state) => [state, inState(state)])),
			failed: inState("FAILURE"),
			bytes: END_KINDS.map((kind) => this.kept[kind].bytes),
			bytesKept: END_KINDS.map((kind) => this.kept[kind].bytes),
			order: END_KINDS.flatMap((kind) => this.#ended[kind].ids),
		};
	}
}
