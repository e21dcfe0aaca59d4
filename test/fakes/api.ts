/**
 * An `Api` in memory: what the HTTP side may ask of a node, without a node.
 *
 * Nothing here happens by itself: a test moves a task with `end`, breaks the
 * store with `failure`, holds submissions back with `held`.
 */

import { readInto } from "../../node/answers/room-read.ts";
import type {
	BulkDone,
	BulkWish,
	Cancelled,
	CancelWish,
	Changed,
	ClusterApi,
	ClusterView,
	EndApi,
	Found,
	ListWish,
	ReaderPlace,
	Readiness,
	Removed,
	Retried,
	RetryWish,
	Submitted,
	TaskApi,
	TaskPage,
	Wished,
} from "../../node/ports.ts";
import { STORE_PROBLEMS, StoreError } from "../../node/ports.ts";
import type { Route } from "../../protocol/route.ts";
import { isSameTask } from "../../protocol/same-task.ts";
import { isEnded } from "../../protocol/state.ts";
import type { JsonText, NewTask, TaskRecord } from "../../protocol/task.ts";
import type { Changes } from "../../protocol/task-change.ts";
import { listOf } from "./api-list.ts";
import { FakeNodes } from "./api-nodes.ts";
import { clusterOf } from "./cluster-of.ts";
import { knownTask } from "./known-task.ts";
import { readWithin } from "./task-read.ts";
import { newRecord } from "./task-record.ts";
import { patchRecord, retryRecord, succeeded } from "./wished-record.ts";

const CREATED_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export class FakeApi extends FakeNodes implements TaskApi, EndApi, ClusterApi {
	readonly tasks = new Map<string, TaskRecord>();
	/** Each of these is what one submission meets. */
	readonly failures: Error[] = [];
	/** While set, submissions wait for this. */
	held: Promise<void> | undefined;
	/** While set, lists wait for this. */
	listsHeld: Promise<void> | undefined;
	/** How many lists were asked for so far. */
	lists = 0;
	/** How often a task was read, and how often it was too large for that. */
	tasksRead = 0;
	sizesRead = 0;
	/** The requests for lists. */
	readonly wishes: ListWish[] = [];
	/** The requests to do something to many tasks. */
	readonly bulks: BulkWish[] = [];
	/** Called with every submission that comes. */
	onSubmit: (() => void) | undefined;
	ready: Readiness = { ready: true, reasons: [] };
	origins: () => readonly string[] = () => [];
	backlogMore = 0;
	/** While set, the step that stores new tasks also starts them. */
	starts = false;
	/** The cancels that were asked for. */
	readonly cancels: CancelWish[] = [];
	#seq = 0;
	readonly #ended = new Set<() => void>();
	#waits = 0;
	#onWait: (() => void) | undefined;

	async submit(tasks: readonly NewTask[]): Promise<Submitted[]> {
		this.onSubmit?.();
		await this.held;
		const failure = this.failure ?? this.failures.shift();
		if (failure === undefined)
			return tasks.map((task) => this.#submitOne(task));
		if (!(failure instanceof StoreError)) throw failure;
		const problem = STORE_PROBLEMS[failure.kind];
		return tasks.map(() => ({ ok: false, problem }));
	}

	#submitOne(task: NewTask): Submitted {
		if (task.again && this.tasks.has(task.id))
			return this.#submitOne({ ...task, id: this.#nextRunOf(task.id) });
		const existing = this.tasks.get(task.id);
		if (existing === undefined) {
			const first = { token: 7, round: 1, nodeId: "node-a", epoch: 1 };
			const record = newRecord(task, ++this.#seq, CREATED_MS);
			const attempts = [{ ...first, claimedMs: CREATED_MS }];
			this.tasks.set(
				task.id,
				this.starts
					? { ...record, state: "STARTED", attempt: 1, attempts }
					: record,
			);
			const started = { attempt: 1, node: first.nodeId, token: first.token };
			return {
				ok: true,
				created: true,
				id: task.id,
				...(this.starts && { started }),
				...(record.state === "SCHEDULED" && { scheduled: true }),
			};
		}
		return this.#compare(task, existing);
	}

	async known(tasks: readonly NewTask[]): Promise<(Submitted | undefined)[]> {
		this.needStore();
		return tasks.map((task) => {
			const existing = this.tasks.get(task.id);
			return existing && this.#compare(task, existing);
		});
	}

	#compare(task: NewTask, record: TaskRecord): Submitted {
		const existing = knownTask(record, task);
		if (existing !== undefined && isSameTask(task, existing))
			return { ok: true, created: false, id: task.id, existing };
		return {
			ok: false,
			problem: {
				code: "conflict",
				detail: "The id is taken by a different task.",
				field: "id",
			},
		};
	}

	#nextRunOf(id: string, number = 2): string {
		const run = `${id}~${number}`;
		return this.tasks.has(run) ? this.#nextRunOf(id, number + 1) : run;
	}

	/** Ends a task in its first attempt, and answers those who wait for it. */
	end(id: string, result: JsonText): void {
		this.change(id, succeeded(result, CREATED_MS));
		for (const wake of this.#ended) wake();
	}

	change(id: string, change: Partial<TaskRecord>): void {
		const task = this.tasks.get(id);
		if (task === undefined) throw new Error(`there is no task ${id}`);
		this.tasks.set(id, { ...task, ...change });
	}

	async routeOf(id: string): Promise<Route | undefined> {
		this.needStore();
		return this.tasks.get(id)?.route;
	}

	async get(id: string, place: ReaderPlace): Promise<Found | undefined> {
		return await this.#find(id, place);
	}

	async #find(id: string, place: ReaderPlace): Promise<Found | undefined> {
		this.needStore();
		return await readInto(place, async (bytesMax) => {
			const read = readWithin(this.tasks.get(id), bytesMax);
			if (read !== undefined && "bytes" in read) this.sizesRead += 1;
			else this.tasksRead += 1;
			return read;
		});
	}

	async ahead({ id, route }: TaskRecord): Promise<number | undefined> {
		this.needStore();
		const waiting = [...this.tasks.values()].filter(
			(task) => task.state === "PENDING" && task.route === route,
		);
		const at = waiting.findIndex((task) => task.id === id);
		return at < 0 ? undefined : at;
	}

	async newest(id: string, place: ReaderPlace): Promise<Found | undefined> {
		const runs = [...this.tasks.keys()].filter(
			(run) => run === id || run.startsWith(`${id}~`),
		);
		return await this.#find(runs.at(-1) ?? id, place);
	}

	async #read(id: string, place: ReaderPlace): Wished<TaskRecord> {
		const found = await this.#find(id, place);
		return found === undefined ? "unread" : found.record;
	}

	/** A waiting task is CANCELLED, a running one is marked. */
	async cancel(
		id: string,
		wish: CancelWish,
		place: ReaderPlace,
	): Wished<Cancelled> {
		this.cancels.push(wish);
		const task = await this.#read(id, place);
		if (task === undefined || task === "unread") return task;
		if (task.state === "STARTED") return { code: "marked", task };
		if (isEnded(task.state) && task.state !== "CANCELLED")
			return { code: "ended", task };
		const cancel = { atMs: CREATED_MS, by: "node-a", reason: wish.reason };
		this.change(id, { state: "CANCELLED", cancel });
		return { code: "done", task: this.tasks.get(id) ?? task };
	}

	async retry(
		id: string,
		wish: RetryWish,
		place: ReaderPlace,
	): Wished<Retried> {
		const task = await this.#read(id, place);
		if (task === undefined || task === "unread") return task;
		const retried = retryRecord(task, wish, CREATED_MS);
		this.tasks.set(id, retried.task);
		return retried;
	}

	async patch(
		id: string,
		changes: Changes,
		place: ReaderPlace,
	): Wished<Changed> {
		const task = await this.#read(id, place);
		if (task === undefined || task === "unread") return task;
		const changed = patchRecord(task, changes);
		this.tasks.set(id, changed.task);
		return changed;
	}

	async remove(id: string, place: ReaderPlace): Wished<Removed> {
		const task = await this.#read(id, place);
		if (task === undefined || task === "unread") return task;
		if (!isEnded(task.state)) return { code: "not_ended", task };
		this.tasks.delete(id);
		return { code: "done", task };
	}

	async awaitEnd(
		id: string,
		ms: number,
		signal: AbortSignal,
		place: ReaderPlace,
	): Promise<Found | undefined> {
		const task = this.tasks.get(id);
		if (task === undefined || isEnded(task.state))
			return await this.#find(id, place);
		place.leave();
		this.#waits++;
		this.#onWait?.();
		const wake = Promise.withResolvers<void>();
		const timer = setTimeout(wake.resolve, ms);
		signal.addEventListener("abort", () => wake.resolve());
		this.#ended.add(wake.resolve);
		await wake.promise;
		clearTimeout(timer);
		this.#ended.delete(wake.resolve);
		this.#waits--;
		this.#onWait?.();
		return (await place.enter(0, false))
			? await this.#find(id, place)
			: undefined;
	}

	/** Resolves once so many requests wait for tasks. */
	async waiting(count: number): Promise<void> {
		while (this.#waits !== count) {
			await new Promise<void>((resolve) => {
				this.#onWait = resolve;
			});
		}
	}

	async list(wish: ListWish): Promise<TaskPage | undefined> {
		this.lists++;
		this.wishes.push(wish);
		await this.listsHeld;
		this.needStore();
		return listOf([...this.tasks.values()], wish);
	}

	async bulk(
		wish: BulkWish,
		_signal: AbortSignal,
		_mayGoOn: () => boolean,
	): Promise<BulkDone | undefined> {
		this.bulks.push(wish);
		this.needStore();
		if (wish.cursor === "foreign") return undefined;
		return { matched: 0, changed: 0, skipped: 0 };
	}

	async cluster(): Promise<ClusterView> {
		this.needStore();
		return clusterOf([...this.tasks.values()], this.backlogMore);
	}

	readiness = (): Readiness => this.ready;
	readinessNow = async (): Promise<Readiness> => this.ready;

	newId(): string {
		return `generated${String(++this.#seq).padStart(11, "0")}`;
	}
}
