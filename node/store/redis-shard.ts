/**
 * One shard in Redis: the `Shard` port, each method one script of the same name.
 * What a step does is written in `lua/`; answers are taken apart in `replies.ts`.
 */
import assert from "node:assert/strict";
import type { SessionName } from "../../protocol/lease.ts";
import {
	CLAIM_BATCH_MAX,
	CLAIM_ROUTES_MAX,
	COMPLETE_BATCH_MAX,
	ENDED_KEPT_MS,
	RECONCILE_MAX,
	REVOKE_BATCH_MAX,
	SUBMIT_BATCH_MAX,
	TRIM_BATCH_MAX,
	UNLISTED_BATCH_MAX,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import type { NewTask, TaskEnd, TaskRecord } from "../../protocol/task.ts";
import { writeOptions } from "../../protocol/task-options.ts";
import type { Generation } from "../../protocol/token.ts";
import type {
	AttemptName,
	ClaimReply,
	ClaimRequest,
	EndOutcome,
	GiveBack,
	GiveBackOutcome,
	Lease,
	ListReply,
	ListRequest,
	Log,
	NodeRecord,
	OpenReply,
	OpenRequest,
	Pulse,
	PutBack,
	Registry,
	RevokeReply,
	RevokeRequest,
	RoutesKnown,
	Shard,
	ShardCounts,
	SubmitOutcome,
} from "../ports.ts";
import { encodeNodeRecord } from "./node-codec.ts";
import type { Connection, Reply } from "./redis/connection.ts";
import {
	decodeClaim,
	decodeComplete,
	decodeCounts,
	decodeList,
	decodeNodes,
	decodeOpen,
	decodePulse,
	decodePutBack,
	decodeRevoke,
	decodeSubmit,
	settled,
} from "./replies.ts";
import type { Script, ScriptName } from "./scripts.ts";
import { decodeFields, decodeTask, encodeEnds } from "./task-codec.ts";

/** Of the keys in `lua/keys.lua`: to be raised whenever scripts cannot read what older ones wrote. */
export const LAYOUT = 5;

const RECORD_CHARS_TOLD = 200;
const GIVE_BACK_OUTCOMES: readonly GiveBackOutcome[] = [
	"stale_token",
	"pending",
	"ended",
];

export class RedisShard implements Shard {
	readonly index: number;
	readonly #shards: number;
	readonly #tag: string;
	readonly #connection: Connection;
	readonly #log: Log;
	readonly #scripts: Readonly<Record<ScriptName, Script>>;
	/** A node's record that could not be read, and was told of. */
	#toldUnreadable: string | undefined;
	/** The connection on which the shard was last opened or adopted. */
	#adoptedLife: number | undefined;

	/** `shards`: of the cluster. */
	constructor(
		index: number,
		shards: number,
		cluster: string,
		connection: Connection,
		scripts: Readonly<Record<ScriptName, Script>>,
		log: Log,
	) {
		this.#log = log;
		this.index = index;
		this.#shards = shards;
		this.#tag = `{${cluster}:${index}}`;
		this.#connection = connection;
		this.#scripts = scripts;
	}

	/** The number of shards and the layout that the shard has, fixed now where it `mayMake` it; or why it has none. Shard 0 tells those of the cluster. */
	async agree(
		mayMake: boolean,
	): Promise<{ shards: number; layout: number } | "empty" | "used"> {
		const args = [this.#shards, LAYOUT, mayMake ? 1 : 0];
		const [shards, layout] = (await this.#run("agree", ...args)) as string[];
		if (shards === "empty" || shards === "used") return shards;
		return { shards: Number(shards), layout: Number(layout) };
	}

	async open({
		record,
		ttlMs,
		known,
		knownEpoch,
	}: OpenRequest): Promise<OpenReply> {
		const { life } = this.#connection;
		const { nodeId, name, wishedName = name } = record;
		const reply = await this.#run(
			...(["open", nodeId, ttlMs, known.generation, known.run] as const),
			...[encodeNodeRecord(record), knownEpoch, wishedName],
			...this.#number,
		);
		const opened = decodeOpen(reply);
		if (opened.ok) this.#adoptedLife = life;
		return opened;
	}

	async adopt(known: Generation): Promise<Generation> {
		const { life } = this.#connection;
		const reply = await this.#run("adopt", known.generation, known.run);
		this.#adoptedLife = life;
		const [generation, run] = reply as [number, string];
		return { generation, run };
	}

	async describe(session: SessionName, record: NodeRecord): Promise<string> {
		const wished = record.wishedName ?? record.name;
		const args = [session, encodeNodeRecord(record), wished];
		return (await this.#run("describe", ...args)) as string;
	}

	async pulse(
		session: SessionName,
		ttlMs: number,
		known: RoutesKnown = {},
	): Promise<Pulse> {
		const { routesSeen = 0, served = [], unserved = [], again = -1 } = known;
		const routes = [routesSeen, served.join(" "), unserved.join(" "), again];
		const args = [session, ttlMs, ...routes, ...this.#number];
		return decodePulse(await this.#run("pulse", ...args));
	}

	async close(session: SessionName, limit: number): Promise<PutBack> {
		assert(limit > 0 && limit <= REVOKE_BATCH_MAX);
		return decodePutBack(await this.#run("close", session, limit));
	}

	async submit(
		tasks: readonly NewTask[],
		lease?: Lease,
		unserved: readonly Route[] = [],
	): Promise<SubmitOutcome[]> {
		assert(tasks.length <= SUBMIT_BATCH_MAX);
		const { session = "", generation = 0 } =
			(this.#isAdopted ? lease : undefined) ?? {};
		const args: (string | number)[] = [session, generation];
		args.push(unserved.length === 0 ? "" : ` ${unserved.join(" ")} `);
		args.push(this.#shards);
		for (const { id, route, priority, options, payload } of tasks)
			args.push(id, route, priority, `${writeOptions(options)}\n${payload}`);
		return decodeSubmit(settled(await this.#run("submit", ...args)), tasks);
	}

	async claim({
		session,
		generation,
		routes,
		limit,
	}: ClaimRequest): Promise<ClaimReply> {
		assert(limit <= CLAIM_BATCH_MAX);
		assert(routes.length > 0 && routes.length <= CLAIM_ROUTES_MAX);
		if (!this.#isAdopted) return { ok: false, code: "stale_generation" };
		return decodeClaim(
			await this.#run("claim", session, generation, limit, ...routes),
		);
	}

	async complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }> {
		assert(ends.length > 0 && ends.length <= COMPLETE_BATCH_MAX);
		const reply = await this.#run("complete", ...encodeEnds(ends));
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
		const codes = (await this.#run("give-back", ...args)) as number[];
		return codes.map((code) => GIVE_BACK_OUTCOMES[code] as GiveBackOutcome);
	}

	async revoke({
		session,
		grounds,
		limit,
	}: RevokeRequest): Promise<RevokeReply> {
		assert(limit > 0 && limit <= REVOKE_BATCH_MAX);
		const { when } = grounds;
		const seen = when === "now" ? [] : [grounds.expiresMs];
		return decodeRevoke(
			await this.#run("revoke", session, when, limit, ...seen),
		);
	}

	async running(
		session: SessionName,
	): Promise<{ id: string; token: number }[]> {
		const flat = await this.#run("running", session, RECONCILE_MAX);
		return [...decodeFields(flat)].map(([id, token]) => ({
			id,
			token: Number(token),
		}));
	}

	async unlisted(
		session: SessionName,
		attempts: readonly AttemptName[],
	): Promise<AttemptName[]> {
		assert(attempts.length > 0 && attempts.length <= UNLISTED_BATCH_MAX);
		const ids = attempts.map(({ id }) => id);
		const tokens = attempts.map(({ token }) => token);
		const reply = await this.#run("unlisted", session, ...ids, ...tokens);
		return (reply as number[]).map(
			(number) => attempts[number - 1] as AttemptName,
		);
	}

	async trim(keptMax: number, keptMs = ENDED_KEPT_MS): Promise<number> {
		return (await this.#run("trim", keptMax, keptMs, TRIM_BATCH_MAX)) as number;
	}

	async get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]> {
		const reply = await this.#run("get", this.#shards, ...ids);
		const replies = settled(reply) as Reply[];
		return replies.map((reply, i) => decodeTask(ids[i] as string, reply));
	}

	async over(ids: readonly string[]): Promise<string[]> {
		const numbers = (await this.#run("over", ...ids)) as number[];
		return numbers.map((number) => ids[number - 1] as string);
	}

	async list({ state, beforeSeq, limit }: ListRequest): Promise<ListReply> {
		const args = [state ?? "", beforeSeq, limit, this.#shards];
		return decodeList(settled(await this.#run("list", ...args)));
	}

	async counts(): Promise<ShardCounts> {
		return decodeCounts(settled(await this.#run("counts", this.#shards)));
	}

	async askToDrain(nodeId: string): Promise<boolean> {
		return (await this.#run("ask-to-drain", nodeId)) === 1;
	}

	async nodes(): Promise<Registry> {
		return decodeNodes(await this.#run("nodes"), (record) => {
			if (record === this.#toldUnreadable) return;
			this.#toldUnreadable = record;
			this.#log.warn(
				{ record: record.slice(0, RECORD_CHARS_TOLD) },
				"a node's record in Redis cannot be read; the node is left out",
			);
		});
	}

	/** What pulses and openings say of the cluster. */
	get #number(): number[] {
		return [this.#shards, LAYOUT, this.index === 0 ? 1 : 0];
	}

	/** Whether tokens may be given on this connection. */
	get #isAdopted(): boolean {
		return this.#connection.life === this.#adoptedLife;
	}

	#run(name: ScriptName, ...args: (string | number)[]): Promise<Reply> {
		return this.#connection.run(this.#scripts[name], this.#tag, args);
	}
}
