/**
 * The tasks of a shard of the store's twin: its methods, built from its tasks
 * (shard-tasks.ts) and from the leases (shard-sessions.ts) under which they are given
 * out. Each method reads the clock once.
 */
import assert from "node:assert/strict";
import type {
	BusyRoute,
	CancelOutcome,
	CancelRequest,
	ChangeReply,
	ChangeRequest,
	ClaimReply,
	ClaimRequest,
	ElapseReply,
	EndOutcome,
	FailuresReply,
	FailuresRequest,
	GiveBack,
	GiveBackOutcome,
	KnownTask,
	Lease,
	ListReply,
	ListRequest,
	Named,
	QueuesReply,
	QueuesRequest,
	RemoveOutcome,
	RemoveRequest,
	RetryReply,
	RetryRequest,
	ShardCounts,
	ShardTasks,
	SubmitOutcome,
	TaskRead,
} from "../../node/ports.ts";
import type { EndKind, Keeps, Kept } from "../../protocol/keep.ts";
import { LEFT_OVER_ROUTES_MAX } from "../../protocol/limits.ts";
import { msOfSeq } from "../../protocol/rank.ts";
import type { Route } from "../../protocol/route.ts";
import { isEnded } from "../../protocol/state.ts";
import type { NewTask, TaskEnd, TaskRecord } from "../../protocol/task.ts";
import { timesOf } from "../../protocol/task-times.ts";
import { busyOf, idle } from "./busy.ts";
import { cancel } from "./cancel.ts";
import { change } from "./change.ts";
import { takeTasks } from "./claim.ts";
import { elapse } from "./elapse.ts";
import { failuresOf } from "./failures.ts";
import { giveBack } from "./give-back.ts";
import { knownTask } from "./known-task.ts";
import { retry } from "./retry.ts";
import type {
	Asker,
	Forgot,
	MemoryShardParts,
	ShardContents,
} from "./shard-contents.ts";
import type { Tasks } from "./shard-tasks.ts";
import { pageOf } from "./task-page.ts";
import { readWithin } from "./task-read.ts";

export class MemoryTasks implements ShardTasks {
	readonly #parts: MemoryShardParts;
	readonly #asker: Asker;

	constructor(parts: MemoryShardParts, asker: Asker) {
		this.#parts = parts;
		this.#asker = asker;
	}

	async submit(
		tasks: readonly NewTask[],
		lease?: Lease,
		unserved: readonly Route[] = [],
	): Promise<SubmitOutcome[]> {
		this.#contents.number.check(this.#asker.shards);
		const nowMs = this.#parts.nowMs();
		const isWaitedFor = ({ route }: NewTask) => this.#tasks.queues.has(route);
		if (
			lease === undefined ||
			this.#contents.refusalOf(lease, nowMs) !== undefined ||
			tasks.some(isWaitedFor) ||
			tasks.some(({ options }) => timesOf(options) !== undefined)
		)
			return this.#addAll(tasks, nowMs, (task) =>
				this.#tasks.add(task, !unserved.includes(task.route), nowMs),
			);
		const nextHolder = this.#holderOf(lease);
		return this.#addAll(tasks, nowMs, (task) =>
			this.#tasks.addStarted(task, nextHolder, nowMs),
		);
	}

	#addAll(
		tasks: readonly NewTask[],
		nowMs: number,
		add: (task: NewTask) => SubmitOutcome,
	) {
		const find = (id: string) => this.#tasks.get(id);
		const outcomes = tasks.map((task) =>
			this.#contents.runs.add(task, find, add),
		);
		this.#contents.closeStep(nowMs);
		return outcomes;
	}

	async claim(request: ClaimRequest): Promise<ClaimReply> {
		const { routes } = request;
		const nowMs = this.#parts.nowMs();
		const code = this.#contents.refusalOf(request, nowMs);
		if (code !== undefined) return { ok: false, code };
		const nextHolder = this.#holderOf(request);
		const tasks = takeTasks(this.#tasks, request, nextHolder, nowMs);
		this.#contents.closeStep(nowMs);
		const waiting = routes.map((route) => this.#tasks.queues.waiting(route));
		return { ok: true, tasks, waiting };
	}

	async complete(ends: readonly TaskEnd[]): Promise<{
		outcomes: EndOutcome[];
		kept: Readonly<Record<EndKind, Kept>>;
	}> {
		const nowMs = this.#parts.nowMs();
		const outcomes = ends.map((end) => this.#tasks.end(end, nowMs));
		this.#contents.closeStep(nowMs);
		return { outcomes, kept: this.#tasks.kept };
	}

	async giveBack(tasks: readonly GiveBack[]): Promise<GiveBackOutcome[]> {
		const nowMs = this.#parts.nowMs();
		const outcomes = tasks.map((back) => giveBack(this.#tasks, back, nowMs));
		this.#contents.closeStep(nowMs);
		return outcomes;
	}

	async cancel(request: CancelRequest): Promise<CancelOutcome[]> {
		const nowMs = this.#parts.nowMs();
		const outcomes = cancel(this.#tasks, request, nowMs);
		this.#contents.closeStep(nowMs);
		return outcomes;
	}

	async elapse(limit: number): Promise<ElapseReply> {
		const nowMs = this.#parts.nowMs();
		const reply = elapse(this.#tasks, limit, nowMs);
		this.#contents.closeStep(nowMs);
		return reply;
	}

	async retry(requests: readonly RetryRequest[]): Promise<RetryReply> {
		const nowMs = this.#parts.nowMs();
		const reply = retry(this.#tasks, requests, nowMs);
		this.#contents.closeStep(nowMs);
		return reply;
	}

	async change(request: ChangeRequest): Promise<ChangeReply> {
		const nowMs = this.#parts.nowMs();
		const reply = change(this.#tasks, request, nowMs);
		this.#contents.closeStep(nowMs);
		return reply;
	}

	async remove(tasks: readonly RemoveRequest[]): Promise<RemoveOutcome[]> {
		const outcomes = tasks.map(({ id, round }): RemoveOutcome => {
			const task = this.#tasks.get(id);
			if (task === undefined) return "none";
			if (round !== undefined && round !== task.round) return "other_round";
			if (!isEnded(task.state)) return "not_ended";
			this.#tasks.remove(task);
			this.#forget([id], "deleted");
			return "removed";
		});
		this.#contents.closeStep(this.#parts.nowMs());
		return outcomes;
	}

	async trim(keeps: Keeps, leastMs: number): Promise<number> {
		const forgotten = this.#tasks.trim(keeps, leastMs, this.#parts.nowMs());
		this.#forget(forgotten, "trimmed");
		return forgotten.length;
	}

	#forget(ids: readonly string[], why: Parameters<Forgot>[1]): void {
		for (const id of ids) this.#parts.forgot(id, why);
		this.#contents.runs.forget(ids);
	}

	async get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]>;
	async get(ids: readonly string[], bytesMax?: number): Promise<TaskRead[]>;
	async get(ids: readonly string[], bytesMax?: number): Promise<TaskRead[]> {
		this.#contents.number.check(this.#asker.shards);
		return ids.map((id) => readWithin(this.#tasks.get(id), bytesMax));
	}

	async known(tasks: readonly Named[]): Promise<(KnownTask | undefined)[]> {
		this.#contents.number.check(this.#asker.shards);
		return tasks.map((task) => knownTask(this.#tasks.get(task.id), task));
	}

	async ahead(route: Route, id: string): Promise<number | undefined> {
		this.#contents.number.check(this.#asker.shards);
		return this.#tasks.queues.ahead(route, id);
	}

	async leftOver(routes: readonly Route[], forMs: number): Promise<number[]> {
		assert(routes.length > 0 && routes.length <= LEFT_OVER_ROUTES_MAX);
		this.#contents.number.check(this.#asker.shards);
		const nowMs = this.#parts.nowMs();
		const isPutBack = msOfSeq(this.#tasks.seq) > nowMs + forMs;
		const byMs = isPutBack ? Infinity : nowMs - forMs;
		return routes.map((route) => this.#tasks.queues.waitingSince(route, byMs));
	}

	async newest(id: string): Promise<TaskRecord | undefined>;
	async newest(id: string, bytesMax?: number): Promise<TaskRead>;
	async newest(id: string, bytesMax?: number): Promise<TaskRead> {
		this.#contents.number.check(this.#asker.shards);
		const find = (run: string) => this.#tasks.get(run);
		return readWithin(this.#contents.runs.newest(id, find), bytesMax);
	}

	async queues(request: QueuesRequest): Promise<QueuesReply> {
		this.#contents.number.check(this.#asker.shards);
		const nowMs = this.#parts.nowMs();
		const { queues, seq: highest } = this.#tasks;
		const looked = queues.look(request);
		const busy = busyOf(this.#tasks.records.all);
		const depths = looked.queues.map((depth) => ({
			...depth,
			...(busy.get(depth.route) ?? idle(depth.route)),
		}));
		return { nowMs, highest, queues: depths, next: looked.next };
	}

	async busy(): Promise<BusyRoute[]> {
		this.#contents.number.check(this.#asker.shards);
		return [...busyOf(this.#tasks.records.all).values()]
			.filter(({ route }) => !this.#tasks.queues.has(route))
			.sort((a, b) => (a.route < b.route ? -1 : 1));
	}

	async failures(request: FailuresRequest): Promise<FailuresReply> {
		this.#contents.number.check(this.#asker.shards);
		const nowMs = this.#parts.nowMs();
		return failuresOf(this.#tasks.records.all, request, nowMs);
	}

	async over(ids: readonly string[]): Promise<string[]> {
		const isOver = (task?: TaskRecord) => !task || isEnded(task.state);
		return ids.filter((id) => isOver(this.#tasks.get(id)));
	}

	async list(request: ListRequest): Promise<ListReply> {
		this.#contents.number.check(this.#asker.shards);
		const { all } = this.#tasks.records;
		return pageOf(all, request, this.#parts.nowMs());
	}

	async counts(routesMax?: number): Promise<ShardCounts> {
		this.#contents.number.check(this.#asker.shards);
		return this.#tasks.counts(routesMax);
	}

	#holderOf({ session }: Lease) {
		const { tokens } = this.#contents.sessions;
		return () => ({ session, token: tokens.next() });
	}

	get #contents(): ShardContents {
		return this.#parts.contents;
	}

	get #tasks(): Tasks {
		return this.#contents.tasks;
	}
}
