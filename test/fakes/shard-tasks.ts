/**
 * The tasks of one shard of the store's twin: every step that a task may take, and what
 * it changes in records, queues, holders and times, each of which keeps itself.
 */
import type {
	EndOutcome,
	RoutesKnown,
	ShardCounts,
	SubmitOutcome,
} from "../../node/ports.ts";
import type { EndKind, Keeps, Kept } from "../../protocol/keep.ts";
import type { SessionName } from "../../protocol/lease.ts";
import { nextSeq } from "../../protocol/rank.ts";
import type {
	ClaimedTask,
	NewTask,
	TaskEnd,
	TaskRecord,
} from "../../protocol/task.ts";
import { knownTask } from "./known-task.ts";
import { Marks } from "./shard-cancels.ts";
import { type Holder, Holders } from "./shard-holders.ts";
import { Queues } from "./shard-queues.ts";
import { Records } from "./shard-records.ts";
import { Times } from "./shard-times.ts";
import {
	begun,
	type Ending,
	EXPIRED,
	ended,
	newRecord,
} from "./task-record.ts";

export class Tasks {
	readonly queues: Queues;
	/** Its parts; others only look at these, or change them from outside. */
	records = new Records();
	holders = new Holders();
	/** The highest number that there is. */
	seq = 0;
	#accepted = 0;
	#attempts = 0;
	#stale = 0;
	/** Tasks that were opened again. */
	reopened = 0;
	times = new Times();
	marks = new Marks();

	constructor(queues = new Queues()) {
		this.queues = queues;
	}

	/** A copy of the tasks, to change while these stay as they are. */
	copy(): Tasks {
		const copy = new Tasks(this.queues.copy());
		copy.records = this.records.copy();
		copy.holders = this.holders.copy();
		copy.seq = this.seq;
		copy.#accepted = this.#accepted;
		copy.#attempts = this.#attempts;
		copy.#stale = this.#stale;
		copy.reopened = this.reopened;
		copy.times = this.times.copy();
		copy.marks = this.marks.copy();
		return copy;
	}

	/** Sorts routes anew, as a node knows them; returns those that the node does not know yet. */
	sortRoutes({
		routesSeen = 0,
		served = [],
		unserved = [],
		again = -1,
	}: RoutesKnown) {
		for (const route of served) this.queues.promote(route);
		for (const route of unserved)
			if (this.queues.isServed(route))
				this.queues.demote(route, this.nextNumber());
		const seen = routesSeen > this.seq ? 0 : routesSeen;
		return { routes: this.queues.told(seen, this.seq, again) };
	}

	/** The number for a route that comes to have work. */
	nextNumber(): number {
		this.seq += 1;
		return this.seq;
	}

	/** The place at the end of every queue: that of a task created now. */
	nextPlace(nowMs: number): number {
		this.seq = nextSeq(this.seq, nowMs);
		return this.seq;
	}

	get isEmpty(): boolean {
		return this.records.isEmpty;
	}

	get kept(): Record<EndKind, Kept> {
		return this.records.kept;
	}

	/** Nothing → PENDING, or SCHEDULED. */
	add(task: NewTask, served: boolean, nowMs: number): SubmitOutcome {
		const existing = knownTask(this.records.get(task.id), task);
		if (existing !== undefined) return { ok: true, created: false, existing };
		const seq = nextSeq(this.seq, nowMs);
		const record = newRecord(task, seq, nowMs);
		const { id, state, route, dueMs, expiresMs } = record;
		if (state === "PENDING" && !this.queues.open(route, served, seq)) {
			const code = served ? "too_many_routes" : "too_many_unserved";
			return { ok: false, code };
		}
		this.#keep(record);
		if (state === "PENDING") this.queues.put(record);
		else this.times.schedule(id, dueMs as number);
		this.times.bind(id, expiresMs);
		const isTimed = dueMs !== undefined || expiresMs !== undefined;
		return {
			...{ ok: true, created: true, seq },
			...(isTimed && { moments: { dueMs, expiresMs } }),
			...(state === "SCHEDULED" && { scheduled: true }),
		};
	}

	/** Nothing → STARTED, past the queue. */
	addStarted(
		task: NewTask,
		nextHolder: () => Holder,
		nowMs: number,
	): SubmitOutcome {
		const existing = knownTask(this.records.get(task.id), task);
		if (existing !== undefined) return { ok: true, created: false, existing };
		const record = newRecord(task, nextSeq(this.seq, nowMs), nowMs);
		this.#keep(record);
		const claimed = this.#begin(record, nextHolder(), nowMs);
		return { ok: true, created: true, seq: record.seq, claimed };
	}

	/** PENDING → STARTED, for the head of its queue; or → EXPIRED, which returns undefined. */
	start(
		head: TaskRecord,
		nextHolder: () => Holder,
		claimedMs: number,
	): ClaimedTask | undefined {
		const expiresMs = this.times.release(head.id) ?? Infinity;
		this.queues.shift(head.route);
		if (expiresMs <= claimedMs) {
			this.#expire(head, claimedMs);
			return undefined;
		}
		return this.#begin(head, nextHolder(), claimedMs);
	}

	/** SCHEDULED or PENDING → EXPIRED. */
	expire(id: string, nowMs: number): void {
		const task = this.records.known(id);
		this.times.release(id);
		if (task.state === "PENDING") this.queues.remove(task);
		else this.times.unschedule(id);
		this.#expire(task, nowMs);
	}

	/** SCHEDULED → PENDING, for tasks that are due, at the end of their queues. */
	promote(ids: readonly string[], nowMs: number): TaskRecord[] {
		// The places first, as in Redis: the numbers of routes come after them.
		const places = ids.map(() => this.nextPlace(nowMs));
		return ids.map((id, i) => {
			this.times.unschedule(id);
			const waiting = this.records.move(this.records.known(id), "PENDING", {});
			const place = places[i] as number;
			this.queues.admit(waiting, place, () => this.nextNumber());
			return waiting;
		});
	}

	get nextTimeMs(): number | undefined {
		return this.times.nextMs;
	}

	#expire(task: TaskRecord, nowMs: number): void {
		this.records.move(task, "EXPIRED", {
			finishedMs: nowMs,
			error: EXPIRED,
		});
	}

	#keep(record: TaskRecord): void {
		this.seq = record.seq;
		this.#accepted += 1;
		this.records.add(record);
	}

	#begin(
		task: TaskRecord,
		{ session, token }: Holder,
		claimedMs: number,
	): ClaimedTask {
		const { id, route, priority, options, payload } = task;
		const { createdMs, round, failures, crashes, losses } = task;
		const attempt = task.attempt + 1;
		const attempts = begun(task, token, session, claimedMs);
		this.records.move(task, "STARTED", { attempt, attempts });
		this.holders.begin(id, { session, token });
		this.#attempts += 1;
		return {
			...{ id, route, priority, options, payload, token, attempt },
			...{ createdMs, claimedMs, round, failures, crashes, losses },
		};
	}

	/** STARTED → SUCCESS or FAILURE, by the holder of the newest attempt. */
	end(end: TaskEnd, nowMs: number): EndOutcome {
		const held = this.held(end.id, end.token);
		if (held === undefined) {
			// The attempt ended before and the answer was lost: that end stands.
			if (this.holders.token(end.id) === end.token) return "accepted";
			this.#stale += 1;
			return "stale_token";
		}
		const { startedMs } = end;
		const success = end.state === "SUCCESS";
		const state =
			end.state === "FAILURE" && held.cancel !== undefined
				? "CANCELLED"
				: end.state;
		this.marks.remove(this.holders.sessionOf(held.id), end.token);
		this.holders.leave(held.id);
		this.records.move(held, state, {
			...ended(held, { end: success ? "success" : end.end, startedMs }, nowMs),
			finishedMs: nowMs,
			...(success ? { result: end.result } : { error: end.error }),
		});
		return "accepted";
	}

	/** The task, if it is STARTED and this is its newest token. */
	held(id: string, token: number): TaskRecord | undefined {
		const record = this.records.get(id);
		return record?.state === "STARTED" && this.holders.token(id) === token
			? record
			: undefined;
	}

	refuseStale(): void {
		this.#stale += 1;
	}

	/** STARTED → PENDING, at the old rank. */
	putBack(held: TaskRecord, how: Ending, nowMs: number): TaskRecord {
		this.holders.leave(held.id);
		this.holders.forget(held.id);
		const waiting = this.records.move(held, "PENDING", ended(held, how, nowMs));
		this.queues.putBack(waiting, () => this.nextNumber());
		return waiting;
	}

	/** STARTED → FAILURE, because the task has cost too many workers or nodes. */
	giveUp(held: TaskRecord, how: Ending, nowMs: number, message: string): void {
		this.holders.leave(held.id);
		this.holders.forget(held.id);
		this.records.move(held, "FAILURE", {
			...ended(held, how, nowMs),
			finishedMs: nowMs,
			error: { code: "crashed", message },
		});
	}

	/** Discards ended tasks: see the port. */
	trim(keeps: Keeps, leastMs: number, nowMs: number): string[] {
		const forgotten = this.records.trim(keeps, leastMs, nowMs);
		for (const id of forgotten) this.holders.forget(id);
		return forgotten;
	}

	/** Deletes a task that has ended. */
	remove(task: TaskRecord): void {
		this.records.remove(task);
		this.holders.forget(task.id);
	}

	/** In the order of creation. */
	running(session: SessionName): { id: string; token: number }[] {
		return this.holders
			.running(session)
			.map((id) => ({ id, seq: this.records.get(id)?.seq ?? 0 }))
			.sort((a, b) => a.seq - b.seq)
			.map(({ id }) => ({ id, token: this.holders.token(id) ?? 0 }));
	}

	get(id: string): TaskRecord | undefined {
		return this.records.get(id);
	}

	counts(routesMax?: number): ShardCounts {
		const states = this.records.countsByState();
		return {
			...{ states, accepted: this.#accepted, attempts: this.#attempts },
			...{ stale: this.#stale, ...this.queues.backlog(routesMax) },
		};
	}
}
