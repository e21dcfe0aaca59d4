/**
 * The tasks of one shard of the store's twin: their records, and the moves from
 * state to state, each held against the one table in `moves.ts`.
 *
 * A record is never changed, only replaced, so what was handed out stays as it
 * was. Queues, running sets and the number of ended tasks are kept, for they are
 * asked for all the time; the rest is derived by looking at every record.
 */
import assert from "node:assert/strict";
import type {
	EndOutcome,
	ListReply,
	ListRequest,
	RoutesKnown,
	ShardCounts,
	SubmitOutcome,
} from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import { BACKLOG_ROUTES_MAX, TRIM_BATCH_MAX } from "../../protocol/limits.ts";
import { isMove } from "../../protocol/moves.ts";
import { nextSeq } from "../../protocol/rank.ts";
import {
	ENDED_STATES,
	isEnded,
	TASK_STATES,
	type TaskState,
} from "../../protocol/state.ts";
import type {
	ClaimedTask,
	NewTask,
	TaskEnd,
	TaskRecord,
} from "../../protocol/task.ts";
import { Ends } from "./shard-ends.ts";
import { Queues } from "./shard-queues.ts";
import { pageOf } from "./task-page.ts";
import { begun, type Ending, ended, newRecord } from "./task-record.ts";

/** Who has the newest attempt, or had it to its end; none once it was taken back. */
export interface Holder {
	readonly session: SessionName;
	readonly token: number;
}

export class Tasks {
	readonly queues: Queues;
	readonly #records = new Map<string, TaskRecord>();
	readonly #holders = new Map<string, Holder>();
	/** Ids of STARTED tasks by session. */
	readonly #running = new Map<SessionName, Set<string>>();
	#seq = 0;
	#accepted = 0;
	#attempts = 0;
	#stale = 0;
	#ended = new Ends();

	constructor(queues = new Queues()) {
		this.queues = queues;
	}

	/** The same tasks, to go on with while these stay as they are. */
	copy(): Tasks {
		const copy = new Tasks(this.queues.copy());
		for (const [id, record] of this.#records) copy.#records.set(id, record);
		for (const [id, holder] of this.#holders) copy.#holders.set(id, holder);
		for (const [session, ids] of this.#running)
			copy.#running.set(session, new Set(ids));
		copy.#seq = this.#seq;
		copy.#accepted = this.#accepted;
		copy.#attempts = this.#attempts;
		copy.#stale = this.#stale;
		copy.#ended = this.#ended.copy();
		return copy;
	}

	/** Sorts routes anew, as a node knows them; returns what it does not know yet. */
	sortRoutes({
		routesSeen = 0,
		served = [],
		unserved = [],
		again = -1,
	}: RoutesKnown) {
		for (const route of served) this.queues.promote(route);
		for (const route of unserved)
			if (this.queues.isServed(route))
				this.queues.demote(route, this.#nextNumber());
		const seen = routesSeen > this.#seq ? 0 : routesSeen;
		return { routes: this.queues.told(seen, this.#seq, again) };
	}

	#nextNumber(): number {
		this.#seq += 1;
		return this.#seq;
	}

	get isEmpty(): boolean {
		return this.#records.size === 0;
	}

	get endedKept(): number {
		return this.#ended.size;
	}

	/** A step is over, by which tasks may have ended. */
	closeStep(nowMs: number): void {
		this.#ended.close(nowMs);
	}

	/** Nothing → PENDING. */
	add(task: NewTask, served: boolean, nowMs: number): SubmitOutcome {
		const existing = this.#records.get(task.id);
		if (existing !== undefined) return { ok: true, created: false, existing };
		if (!this.queues.open(task.route, served, nextSeq(this.#seq, nowMs))) {
			const code = served ? "too_many_routes" : "too_many_unserved";
			return { ok: false, code };
		}
		const record = this.#create(task, nowMs);
		this.queues.put(record);
		return { ok: true, created: true, seq: record.seq };
	}

	/** Nothing → STARTED, past the queue. */
	addStarted(
		task: NewTask,
		nextHolder: () => Holder,
		nowMs: number,
	): SubmitOutcome {
		const existing = this.#records.get(task.id);
		if (existing !== undefined) return { ok: true, created: false, existing };
		const record = this.#create(task, nowMs);
		const claimed = this.#begin(record, nextHolder(), nowMs);
		return { ok: true, created: true, seq: record.seq, claimed };
	}

	/** PENDING → STARTED, of the head of its queue. */
	start(head: TaskRecord, holder: Holder, claimedMs: number): ClaimedTask {
		this.queues.shift(head.route);
		return this.#begin(head, holder, claimedMs);
	}

	#create(task: NewTask, nowMs: number): TaskRecord {
		this.#seq = nextSeq(this.#seq, nowMs);
		this.#accepted += 1;
		const record = newRecord(task, this.#seq, nowMs);
		this.#records.set(task.id, record);
		return record;
	}

	#begin(
		task: TaskRecord,
		{ session, token }: Holder,
		claimedMs: number,
	): ClaimedTask {
		const { id, route, priority, options, payload } = task;
		const { createdMs, crashes, losses } = task;
		const attempt = task.attempt + 1;
		const attempts = begun(task, token, session, claimedMs);
		this.#move(task, "STARTED", { attempt, attempts });
		this.#holders.set(id, { session, token });
		const running = this.#running.get(session) ?? new Set();
		this.#running.set(session, running.add(id));
		this.#attempts += 1;
		return {
			...{ id, route, priority, options, payload, token, attempt },
			...{ createdMs, claimedMs, crashes, losses },
		};
	}

	/** STARTED → SUCCESS or FAILURE, by who has the newest attempt. */
	end(end: TaskEnd, nowMs: number): EndOutcome {
		const held = this.held(end.id, end.token);
		if (held === undefined) {
			// The attempt ended before and the answer was lost: that end stands.
			if (this.#holders.get(end.id)?.token === end.token) return "accepted";
			this.#stale += 1;
			return "stale_token";
		}
		const { startedMs } = end;
		const success = end.state === "SUCCESS";
		this.#leave(held);
		this.#move(held, end.state, {
			...ended(held, { end: success ? "success" : end.end, startedMs }, nowMs),
			finishedMs: nowMs,
			...(success ? { result: end.result } : { error: end.error }),
		});
		return "accepted";
	}

	/** The task, if it is STARTED and this is its newest token. */
	held(id: string, token: number): TaskRecord | undefined {
		const record = this.#records.get(id);
		return record?.state === "STARTED" && this.#holders.get(id)?.token === token
			? record
			: undefined;
	}

	refuseStale(): void {
		this.#stale += 1;
	}

	/** STARTED → PENDING, at the old rank. */
	putBack(held: TaskRecord, how: Ending, nowMs: number): TaskRecord {
		this.#leave(held);
		this.#holders.delete(held.id);
		const waiting = this.#move(held, "PENDING", ended(held, how, nowMs));
		this.queues.putBack(waiting, () => this.#nextNumber());
		return waiting;
	}

	/** STARTED → FAILURE, for it has cost too many workers or nodes. */
	giveUp(held: TaskRecord, how: Ending, nowMs: number, message: string): void {
		this.#leave(held);
		this.#holders.delete(held.id);
		this.#move(held, "FAILURE", {
			...ended(held, how, nowMs),
			finishedMs: nowMs,
			error: { code: "crashed", message },
		});
	}

	/** Forgets ended tasks: past their time, then the oldest beyond `keptMax`. */
	trim(keptMax: number, keptMs: number, nowMs: number): string[] {
		const beyond = Math.max(0, this.endedKept - keptMax);
		const forgotten = this.#ended.take(nowMs - keptMs, beyond, TRIM_BATCH_MAX);
		for (const id of forgotten) {
			this.#records.delete(id);
			this.#holders.delete(id);
		}
		return forgotten;
	}

	/** By order of creation. */
	running(session: SessionName): { id: string; token: number }[] {
		return [...(this.#running.get(session) ?? [])]
			.map((id) => ({ id, seq: this.#records.get(id)?.seq ?? 0 }))
			.sort((a, b) => a.seq - b.seq)
			.map(({ id }) => ({ id, token: this.#holders.get(id)?.token ?? 0 }));
	}

	get(id: string): TaskRecord | undefined {
		return this.#records.get(id);
	}

	list(request: ListRequest): ListReply {
		return pageOf([...this.#records.values()], request);
	}

	counts(): ShardCounts {
		const states = Object.fromEntries(
			TASK_STATES.map((state) => [state, 0]),
		) as Record<TaskState, number>;
		for (const { state } of this.#records.values()) states[state] += 1;
		const routes = this.queues.newest();
		return {
			...{ states, accepted: this.#accepted },
			...{ attempts: this.#attempts, stale: this.#stale },
			routes: routes.length,
			waiting: routes
				.slice(0, BACKLOG_ROUTES_MAX)
				.sort()
				.map((route) => ({ route, count: this.queues.waiting(route) })),
		};
	}

	/** Where the tasks are: from the queues, the running sets and the order of ends. */
	places() {
		const inState = (state: TaskState) =>
			this.#select((task) => task.state === state).map(({ id }) => id);
		return {
			...this.queues.places(),
			holders: [...this.#running.values()].flatMap((ids) => [...ids]),
			ends: ENDED_STATES.flatMap(inState),
			ended: new Map(ENDED_STATES.map((state) => [state, inState(state)])),
			order: this.#ended.ids,
		};
	}

	#select(wanted: (task: TaskRecord) => boolean): TaskRecord[] {
		return [...this.#records.values()].filter(wanted);
	}

	/** Takes a task out of the running set that it is in. */
	#leave({ id }: TaskRecord): void {
		const session = this.#holders.get(id)?.session ?? "";
		const running = this.#running.get(session) ?? new Set();
		assert(
			running.delete(id),
			"a STARTED task is in its session's running set",
		);
		if (running.size === 0) this.#running.delete(session);
	}

	#move(
		task: TaskRecord,
		state: TaskState,
		changes: Partial<TaskRecord>,
	): TaskRecord {
		const end = changes.attempts?.at(-1)?.end;
		assert(
			isMove(task.state, state, end),
			`no task goes from ${task.state} to ${state} by ${end ?? "a claim"}`,
		);
		const moved = { ...task, ...changes, state };
		this.#records.set(task.id, moved);
		if (isEnded(state)) this.#ended.add(task.id);
		return moved;
	}
}
