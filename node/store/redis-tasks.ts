/**
 * The tasks of a shard in Redis: the `ShardTasks` port, each method one script of the
 * same name. `lua/task/` says what a step does; `replies.ts` decodes the answers.
 */
import assert from "node:assert/strict";
import type { EndKind, Keeps, Kept } from "../../protocol/keep.ts";
import {
	BACKLOG_ROUTES_MAX,
	CANCEL_BATCH_MAX,
	CLAIM_BATCH_MAX,
	CLAIM_ROUTES_MAX,
	COMPLETE_BATCH_MAX,
	ELAPSE_BATCH_MAX,
	FAILURES_STEP_MAX,
	LEFT_OVER_ROUTES_MAX,
	QUEUES_STEP_MAX,
	REMOVE_BATCH_MAX,
	RETRY_BATCH_MAX,
	SUBMIT_BATCH_MAX,
	TRIM_BATCH_MAX,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { NewTask, TaskEnd, TaskRecord } from "../../protocol/task.ts";
import { writeOptions } from "../../protocol/task-options.ts";
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
} from "../ports.ts";
import { decodeFailures } from "./failures-reply.ts";
import { inSteps, joinReplies } from "./in-steps.ts";
import type { Reply } from "./redis/connection.ts";
import {
	decodeBusy,
	decodeCancel,
	decodeChange,
	decodeClaim,
	decodeComplete,
	decodeCounts,
	decodeElapse,
	decodeQueues,
	decodeRetry,
	settled,
} from "./replies.ts";
import type { ShardScripts } from "./shard-scripts.ts";
import { decodeKnown, decodeSubmit, withUntold } from "./submit-reply.ts";
import {
	decodeRead,
	encodeAgain,
	encodeChange,
	encodeEnds,
	encodeGiveBack,
	encodeRetry,
	encodeRooms,
	encodeTasks,
	encodeTimes,
} from "./task-codec.ts";
import { readList } from "./task-list.ts";

const GIVE_BACK_OUTCOMES: readonly GiveBackOutcome[] = [
	"stale_token",
	"pending",
	"ended",
];

const REMOVE_OUTCOMES: readonly RemoveOutcome[] = [
	"none",
	"removed",
	"not_ended",
	"other_round",
];

/** The limit of size with which tasks are read however large they are. */
const ANY = -1;

export class RedisTasks implements ShardTasks {
	readonly #scripts: ShardScripts;

	constructor(scripts: ShardScripts) {
		this.#scripts = scripts;
	}

	async submit(
		tasks: readonly NewTask[],
		lease?: Lease,
		unserved: readonly Route[] = [],
	): Promise<SubmitOutcome[]> {
		assert(tasks.length <= SUBMIT_BATCH_MAX);
		const { session = "", generation = 0 } =
			(this.#scripts.isAdopted ? lease : undefined) ?? {};
		const args: (string | number)[] = [session, generation];
		args.push(unserved.length === 0 ? "" : ` ${unserved.join(" ")} `);
		args.push(this.#scripts.shards, encodeTimes(tasks), encodeAgain(tasks));
		args.push(encodeTasks(tasks));
		for (const { payload } of tasks) args.push(payload);
		const reply = settled(await this.#scripts.run("submit", ...args));
		return await withUntold(tasks, decodeSubmit(reply, tasks), this);
	}

	async claim({
		session,
		generation,
		routes,
		limit,
		rooms = [],
		turns,
	}: ClaimRequest): Promise<ClaimReply> {
		assert(limit > 0 && limit <= CLAIM_BATCH_MAX);
		assert(turns === undefined || (turns.length > 0 && turns.length <= limit));
		assert(routes.length > 0 && routes.length <= CLAIM_ROUTES_MAX);
		if (!this.#scripts.isAdopted)
			return { ok: false, code: "stale_generation" };
		const args = [session, generation, limit, encodeRooms(rooms)];
		args.push(turns?.join(" ") ?? "", ...routes);
		return decodeClaim(await this.#scripts.run("claim", ...args));
	}

	async complete(ends: readonly TaskEnd[]): Promise<{
		outcomes: EndOutcome[];
		kept: Readonly<Record<EndKind, Kept>>;
	}> {
		assert(ends.length > 0 && ends.length <= COMPLETE_BATCH_MAX);
		const reply = await this.#scripts.run("complete", ...encodeEnds(ends));
		return decodeComplete(reply, ends.length);
	}

	async giveBack(tasks: readonly GiveBack[]): Promise<GiveBackOutcome[]> {
		assert(tasks.length <= COMPLETE_BATCH_MAX);
		const codes = await inSteps(tasks, async (some) => {
			const args = some.flatMap(encodeGiveBack);
			return (await this.#scripts.run("give-back", ...args)) as number[];
		});
		return codes.map((code) => GIVE_BACK_OUTCOMES[code] ?? { dueMs: code });
	}

	async cancel(request: CancelRequest): Promise<CancelOutcome[]> {
		const { tasks, state = "", by, reason, force } = request;
		assert(tasks.length <= CANCEL_BATCH_MAX);
		return await inSteps(tasks, async (some) => {
			const each = some.flatMap(({ id, round = "" }) => [id, round]);
			const args = [by, reason, force ? 1 : 0, state, ...each];
			return decodeCancel(await this.#scripts.run("cancel", ...args));
		});
	}

	async elapse(limit: number): Promise<ElapseReply> {
		assert(limit > 0 && limit <= ELAPSE_BATCH_MAX);
		return decodeElapse(await this.#scripts.run("elapse", limit));
	}

	async retry(tasks: readonly RetryRequest[]): Promise<RetryReply> {
		assert(tasks.length <= RETRY_BATCH_MAX);
		const replies: RetryReply[] = [];
		await inSteps(tasks, async (some) => {
			const args = some.flatMap(encodeRetry);
			const reply = decodeRetry(await this.#scripts.run("retry", ...args));
			replies.push(reply);
			return reply.outcomes;
		});
		return joinReplies(replies);
	}

	async change(request: ChangeRequest): Promise<ChangeReply> {
		const { id, seen, options, priority = "", due, expires } = request;
		return decodeChange(
			await this.#scripts.run(
				...(["change", id, writeOptions(seen), writeOptions(options)] as const),
				...[priority, encodeChange(due), encodeChange(expires)],
			),
		);
	}

	async remove(tasks: readonly RemoveRequest[]): Promise<RemoveOutcome[]> {
		assert(tasks.length <= REMOVE_BATCH_MAX);
		const codes = await inSteps(tasks, async (some) => {
			const args = some.flatMap(({ id, round = "" }) => [id, round]);
			return (await this.#scripts.run("remove", ...args)) as number[];
		});
		return codes.map((code) => REMOVE_OUTCOMES[code] ?? "none");
	}

	async trim({ successes, failures }: Keeps, leastMs: number): Promise<number> {
		const args = [successes, failures].flatMap(({ number, bytes, ms }) => [
			...[number, bytes, ms],
		]);
		return (await this.#scripts.run(
			...(["trim", leastMs, TRIM_BATCH_MAX] as const),
			...args,
		)) as number;
	}

	async get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]>;
	async get(ids: readonly string[], bytesMax?: number): Promise<TaskRead[]>;
	async get(ids: readonly string[], bytesMax = ANY): Promise<TaskRead[]> {
		const args = [this.#scripts.shards, bytesMax, ...ids];
		const replies = settled(await this.#scripts.run("get", ...args)) as Reply[];
		return replies.map((reply, i) => decodeRead(ids[i] as string, reply));
	}

	async known(tasks: readonly Named[]): Promise<(KnownTask | undefined)[]> {
		assert(tasks.length <= SUBMIT_BATCH_MAX);
		const { shards } = this.#scripts;
		return await inSteps(tasks, async (some) => {
			const args = some.flatMap(({ id, payload }) => [
				...[id, Buffer.byteLength(payload)],
			]);
			const reply = settled(await this.#scripts.run("known", shards, ...args));
			return (reply as Reply[]).map((found, i) =>
				decodeKnown((some[i] as Named).id, found),
			);
		});
	}

	async ahead(route: Route, id: string): Promise<number | undefined> {
		const args = [this.#scripts.shards, route, id];
		const rank = settled(await this.#scripts.run("ahead", ...args)) as number;
		return rank < 0 ? undefined : rank;
	}

	async leftOver(routes: readonly Route[], forMs: number): Promise<number[]> {
		assert(routes.length > 0 && routes.length <= LEFT_OVER_ROUTES_MAX);
		const args = [this.#scripts.shards, forMs, ...routes];
		return settled(await this.#scripts.run("left-over", ...args)) as number[];
	}

	async newest(id: string): Promise<TaskRecord | undefined>;
	async newest(id: string, bytesMax?: number): Promise<TaskRead>;
	async newest(id: string, bytesMax = ANY): Promise<TaskRead> {
		const args = [this.#scripts.shards, id, bytesMax];
		const reply = settled(await this.#scripts.run("newest", ...args));
		const [own, found = []] = reply as [string, Reply?];
		return decodeRead(own, found);
	}

	async queues({ above, limit }: QueuesRequest): Promise<QueuesReply> {
		assert(limit > 0 && limit <= QUEUES_STEP_MAX);
		const args = [this.#scripts.shards, above, limit];
		return decodeQueues(settled(await this.#scripts.run("queues", ...args)));
	}

	async busy(): Promise<BusyRoute[]> {
		const reply = await this.#scripts.run("busy", this.#scripts.shards);
		return decodeBusy(settled(reply));
	}

	async failures({
		since,
		from,
		limit,
	}: FailuresRequest): Promise<FailuresReply> {
		assert(limit > 0 && limit <= FAILURES_STEP_MAX);
		const reply = await this.#scripts.run(
			"failures",
			this.#scripts.shards,
			"atMs" in since ? since.atMs : `-${since.agoMs}`,
			from?.endedMs ?? "+inf",
			from?.skip ?? 0,
			limit,
		);
		return decodeFailures(settled(reply));
	}

	async over(ids: readonly string[]): Promise<string[]> {
		const numbers = (await this.#scripts.run("over", ...ids)) as number[];
		return numbers.map((number) => ids[number - 1] as string);
	}

	async list(request: ListRequest): Promise<ListReply> {
		return await readList(this.#scripts, request);
	}

	async counts(routesMax = BACKLOG_ROUTES_MAX): Promise<ShardCounts> {
		const { shards } = this.#scripts;
		return decodeCounts(
			settled(await this.#scripts.run("counts", shards, routesMax)),
		);
	}
}
