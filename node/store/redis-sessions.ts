/**
 * The sessions of a shard in Redis: the `ShardSessions` port, each method one script of
 * the same name. `lua/session/` says what a step does; `replies.ts` decodes the answers.
 */
import assert from "node:assert/strict";
import type { SessionName } from "../../protocol/lease.ts";
import {
	BEGUN_TOLD_MAX,
	DEATH_SIGHTINGS_MAX,
	RECONCILE_MAX,
	REVOKE_BATCH_MAX,
	UNLISTED_BATCH_MAX,
} from "../../protocol/limits.ts";
import type { Generation } from "../../protocol/token.ts";
import type {
	AttemptName,
	Begun,
	Deaths,
	Log,
	NodeLife,
	NodeRecord,
	OpenReply,
	OpenRequest,
	Pulse,
	PutBack,
	Registry,
	RevokeReply,
	RevokeRequest,
	RoutesKnown,
	ShardSessions,
} from "../ports.ts";
import { decodeDeaths } from "./deaths-reply.ts";
import { encodeNodeRecord } from "./node-codec.ts";
import { decodePulse } from "./pulse-reply.ts";
import {
	decodeNodes,
	decodeOpen,
	decodePutBack,
	decodeRevoke,
} from "./replies.ts";
import { LAYOUT } from "./scripts.ts";
import type { ShardScripts } from "./shard-scripts.ts";
import { decodeFields } from "./task-codec.ts";

const RECORD_CHARS_TOLD = 200;

export class RedisSessions implements ShardSessions {
	readonly #scripts: ShardScripts;
	readonly #log: Log;
	/** The unreadable record of a node that was logged last. */
	#toldUnreadable: string | undefined;

	constructor(scripts: ShardScripts, log: Log) {
		this.#scripts = scripts;
		this.#log = log;
	}

	async open({
		record,
		ttlMs,
		known,
		knownEpoch,
		sureUntilMs = 0,
	}: OpenRequest): Promise<OpenReply> {
		const { life } = this.#scripts;
		const { nodeId, name, wishedName = name } = record;
		const reply = await this.#scripts.run(
			...(["open", nodeId, ttlMs, known.generation, known.run] as const),
			...[encodeNodeRecord(record), knownEpoch, wishedName],
			...[...this.#number, sureUntilMs],
		);
		const opened = decodeOpen(reply);
		if (opened.ok) this.#scripts.adoptedLife = life;
		return opened;
	}

	async adopt(known: Generation): Promise<Generation> {
		const { life } = this.#scripts;
		const reply = await this.#scripts.run("adopt", known.generation, known.run);
		this.#scripts.adoptedLife = life;
		const [generation, run] = reply as [number, string];
		return { generation, run };
	}

	async describe(session: SessionName, record: NodeRecord): Promise<string> {
		const wished = record.wishedName ?? record.name;
		const args = [session, encodeNodeRecord(record), wished];
		return (await this.#scripts.run("describe", ...args)) as string;
	}

	async pulse(
		session: SessionName,
		ttlMs: number,
		known: RoutesKnown = {},
		begun: readonly Begun[] = [],
	): Promise<Pulse> {
		assert(begun.length <= BEGUN_TOLD_MAX);
		const { routesSeen = 0, served = [], unserved = [], again = -1 } = known;
		const routes = [routesSeen, served.join(" "), unserved.join(" "), again];
		const args = [session, ttlMs, ...routes, ...this.#number];
		args.push(begun.map(encodeBegun).join(""));
		return decodePulse(await this.#scripts.run("pulse", ...args));
	}

	async close(session: SessionName, limit: number): Promise<PutBack> {
		assert(limit > 0 && limit <= REVOKE_BATCH_MAX);
		return decodePutBack(await this.#scripts.run("close", session, limit));
	}

	async revoke({
		session,
		grounds,
		limit,
		lostElsewhere,
		by = "",
		saw = [],
	}: RevokeRequest): Promise<RevokeReply> {
		assert(limit > 0 && limit <= REVOKE_BATCH_MAX);
		assert(saw.length <= DEATH_SIGHTINGS_MAX);
		const { when } = grounds;
		const seen = when === "now" ? [] : [grounds.expiresMs];
		const known = lostElsewhere === undefined ? "" : +lostElsewhere;
		const args = [session, when, limit, known];
		const told = [by === "" ? "-" : by, JSON.stringify(saw), ...seen];
		return decodeRevoke(await this.#scripts.run("revoke", ...args, ...told));
	}

	async lostWith({ nodeId, startedMs }: NodeLife): Promise<number | undefined> {
		const reply = await this.#scripts.run("lost-with", nodeId, startedMs);
		const tasks = reply as number;
		return tasks < 0 ? undefined : tasks;
	}

	async deaths(nodeId: string): Promise<Deaths> {
		return decodeDeaths(await this.#scripts.run("deaths", nodeId));
	}

	async askToDrain(nodeId: string): Promise<boolean> {
		return (await this.#scripts.run("ask-to-drain", nodeId)) === 1;
	}

	async running(
		session: SessionName,
	): Promise<{ id: string; token: number }[]> {
		const flat = await this.#scripts.run("running", session, RECONCILE_MAX);
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
		const reply = await this.#scripts.run(
			"unlisted",
			session,
			...ids,
			...tokens,
		);
		return (reply as number[]).map(
			(number) => attempts[number - 1] as AttemptName,
		);
	}

	async nodes(): Promise<Registry> {
		return decodeNodes(await this.#scripts.run("nodes"), (record) => {
			if (record === this.#toldUnreadable) return;
			this.#toldUnreadable = record;
			this.#log.warn(
				{ record: record.slice(0, RECORD_CHARS_TOLD) },
				"a node's record in Redis cannot be read; the node is left out",
			);
		});
	}

	/** What pulses and openings say about the cluster. */
	get #number(): number[] {
		const { shards, index } = this.#scripts;
		return [shards, LAYOUT, index === 0 ? 1 : 0];
	}
}

function encodeBegun({ id, token, startedMs }: Begun): string {
	return `${token} ${id} ${Math.round(startedMs)}\n`;
}
