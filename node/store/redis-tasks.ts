/**
 * The tasks of a shard in Redis: the `ShardTasks` port, each method one script of the same
 * name. What a step does is written in `lua/task/`; answers are taken apart in `replies.ts`.
 */
import assert from "node:assert/strict";
import {
	CLAIM_BATCH_MAX,
	CLAIM_ROUTES_MAX,
	COMPLETE_BATCH_MAX,
	ENDED_KEPT_MS,
	SUBMIT_BATCH_MAX,
	TRIM_BATCH_MAX,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { NewTask, TaskEnd, TaskRecord } from "../../protocol/task.ts";
import { writeOptions } from "../../protocol/task-options.ts";
import type {
	ClaimReply,
	ClaimRequest,
	EndOutcome,
	GiveBack,
	GiveBackOutcome,
	Lease,
	ListReply,
	ListRequest,
	ShardCounts,
	ShardTasks,
	SubmitOutcome,
} from "../ports.ts";
import type { Reply } from "./redis/connection.ts";
import {
	decodeClaim,
	decodeComplete,
	decodeCounts,
	decodeList,
	decodeSubmit,
	settled,
} from "./replies.ts";
import type { ShardScripts } from "./shard-scripts.ts";
import { decodeTask, encodeEnds } from "./task-codec.ts";

const GIVE_BACK_OUTCOMES: readonly GiveBackOutcome[] = [
	"stale_token",
	"pending",
	"ended",
];

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
		args.push(this.#scripts.shards);
		for (const { id, route, priority, options, payload } of tasks)
			args.push(id, route, priority, `${writeOptions(options)}\n${payload}`);
		return decodeSubmit(
			settled(await this.#scripts.run("submit", ...args)),
			tasks,
		);
	}

	async claim({
		session,
		generation,
		routes,
		limit,
	}: ClaimRequest): Promise<ClaimReply> {
		assert(limit <= CLAIM_BATCH_MAX);
		assert(routes.length > 0 && routes.length <= CLAIM_ROUTES_MAX);
		if (!this.#scripts.isAdopted)
			return { ok: false, code: "stale_generation" };
		return decodeClaim(
			await this.#scripts.run("claim", session, generation, limit, ...routes),
		);
	}

	async complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }> {
		assert(ends.length > 0 && ends.length <= COMPLETE_BATCH_MAX);
		const reply = await this.#scripts.run("complete", ...encodeEnds(ends));
		return decodeComplete(reply, ends.length);
	}

	async giveBack(tasks: readonly GiveBack[]): Promise<GiveBackOutcome[]> {
		assert(tasks.length <= COMPLETE_BATCH_MAX);
		const args = tasks.flatMap(({ id, token, end, message }) => [
			id,
			token,
			end,
			message,
		]);
		const codes = (await this.#scripts.run("give-back", ...args)) as number[];
		return codes.map((code) => GIVE_BACK_OUTCOMES[code] as GiveBackOutcome);
	}

	async trim(keptMax: number, keptMs = ENDED_KEPT_MS): Promise<number> {
		const args = [keptMax, keptMs, TRIM_BATCH_MAX];
		return (await this.#scripts.run("trim", ...args)) as number;
	}

	async get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]> {
		const reply = await this.#scripts.run("get", this.#scripts.shards, ...ids);
		const replies = settled(reply) as Reply[];
		return replies.map((reply, i) => decodeTask(ids[i] as string, reply));
	}

	async over(ids: readonly string[]): Promise<string[]> {
		const numbers = (await this.#scripts.run("over", ...ids)) as number[];
		return numbers.map((number) => ids[number - 1] as string);
	}

	async list({ state, beforeSeq, limit }: ListRequest): Promise<ListReply> {
		const args = [state ?? "", beforeSeq, limit, this.#scripts.shards];
		return decodeList(settled(await this.#scripts.run("list", ...args)));
	}

	async counts(): Promise<ShardCounts> {
		return decodeCounts(
			settled(await this.#scripts.run("counts", this.#scripts.shards)),
		);
	}
}
