/**
 * The bench for the rules of the store: one shard of a fresh store for each test,
 * and the steps with which many rules begin.
 */
import { expect } from "vitest";
import type {
	Agreement,
	ClaimReply,
	NodeLife,
	NodeRecord,
	Opened,
	OpenRequest,
	Pulse,
	RoutesKnown,
	Shard,
	ShardSessions,
	ShardTasks,
	Store,
} from "../../node/ports.ts";
import { formatSession, type SessionName } from "../../protocol/lease.ts";
import { CLAIM_BATCH_MAX, SUBMIT_BATCH_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { shardOf } from "../../protocol/shard.ts";
import type {
	ClaimedTask,
	NewTask,
	TaskEnd,
	TaskRecord,
} from "../../protocol/task.ts";
import { PLAIN, readOptions } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";

import { aboutOf } from "./store-holder.ts";
import type { Places } from "./store-places.ts";

/** A store under test, new and empty, and what can be done to it from outside. */
export interface World {
	readonly store: Store;
	/** Restarts the server on the same data; resolves once the store is up again. */
	restart(): Promise<void>;
	/** Asks for the number of shards, and makes its own the cluster's if it may. @throws StoreMismatch */
	agree(mayMake: boolean): Promise<Agreement>;
	/** Makes its number that of the cluster and of every shard, as it is once nodes have opened sessions there. */
	settle(): Promise<void>;
	/** A shard as seen by a node that was started with another number of them. */
	toOther(shard: number): Shard;
	/** Deletes something of a shard, as somebody might by hand. */
	lose(
		what: { readonly nodeId: string } | "number" | "events",
		shard: number,
	): Promise<void>;
	/** Where the tasks of a shard are, read past its port. */
	places(shard: number): Promise<Places>;
	/** Lets time pass, if the test controls the store's clock. */
	readonly advance?: (ms: number) => Promise<void>;
	stop(): Promise<void>;
}
export type MakeWorld = (shards: number) => Promise<World>;

/** An open session. */
export interface Session extends Opened {
	readonly name: SessionName;
}

/** Resolves with the next connection that is made. */
export function comesUp(store: Store): Promise<void> {
	return new Promise((resolve) =>
		store.onChange((up) => {
			if (up) resolve();
		}),
	);
}

export const TTL_MS = 60_000;
export const ROUTE: Route = "default|process_task|";
/** Fields that a later version may have: versions that do not know them keep them as they are. */
export const SOME_OPTIONS = readOptions('{"later":["ä\\n\\u0000 |",{"n":1}]}');

/** A number of shards that a node may expect of a cluster with fewer. */
export const OTHER_SHARDS = 7;

/** How often a condition is checked at most: some seconds on a real store. */
const LOOKS_MAX = 100_000;
const LOOK_MS = 1;

export class Bench {
	readonly index: number;
	readonly #make: () => Promise<World>;
	readonly #shards: number;
	readonly #isNew: boolean;
	#world: World | undefined;
	#ids = 0;
	/** The epoch of each node's newest session that was opened here. */
	#epochs = new Map<string, number>();
	/** When each node that was started again began its present life. */
	#startedMs = new Map<string, number>();

	/** Shard `index` of so many, in a cluster that has its number, unless it `isNew`. */
	constructor(make: MakeWorld, shards: number, index: number, isNew = false) {
		this.#isNew = isNew;
		this.#make = () => make(shards);
		this.#shards = shards;
		this.index = index;
	}

	async begin(): Promise<void> {
		this.#world = await this.#make();
		if (!this.#isNew) await this.#world.settle();
		this.#epochs.clear();
		this.#startedMs.clear();
	}

	async end(): Promise<void> {
		await this.#world?.stop();
		this.#world = undefined;
	}

	get world(): World {
		if (this.#world === undefined) throw new Error("the bench has not begun");
		return this.#world;
	}

	get shard(): Shard {
		const shard = this.world.store.shards[this.index];
		if (shard === undefined) throw new Error(`no shard ${this.index}`);
		return shard;
	}

	get sessions(): ShardSessions {
		return this.shard.sessions;
	}

	get tasks(): ShardTasks {
		return this.shard.tasks;
	}

	/** Begins another life of the node. */
	startAgain(nodeId = "ann"): void {
		this.#startedMs.set(nodeId, this.life(nodeId).startedMs + 1);
		this.#epochs.delete(nodeId);
	}

	/** The life that opens sessions now. */
	life(nodeId = "ann"): NodeLife {
		const { startedMs } = nodeRecord(nodeId);
		return { nodeId, startedMs: this.#startedMs.get(nodeId) ?? startedMs };
	}

	async open(
		nodeId = "ann",
		ttlMs = TTL_MS,
		known = NO_GENERATION,
	): Promise<Session> {
		const record = { ...nodeRecord(nodeId), ...this.life(nodeId) };
		const knownEpoch = this.#epochs.get(nodeId) ?? 0;
		const request = { record, ttlMs, known, knownEpoch };
		const opened = await openSession(this.shard, request);
		this.#epochs.set(nodeId, opened.epoch);
		return { ...opened, name: formatSession(nodeId, opened.epoch) };
	}

	async pulse(
		{ name }: Session,
		ttlMs = TTL_MS,
		routes: RoutesKnown = {},
	): Promise<Extract<Pulse, { ok: true }>> {
		const pulse = await this.sessions.pulse(name, ttlMs, routes);
		if (!pulse.ok) throw new Error(`${name} is ${pulse.code}`);
		return pulse;
	}

	/** A task that lives in this shard. */
	task(fields: Partial<NewTask> = {}): NewTask {
		for (;;) {
			const id = `task-${this.#ids++}`;
			if (shardOf(id, this.#shards) !== this.index) continue;
			return {
				id,
				route: ROUTE,
				priority: 5,
				options: PLAIN,
				payload: '{"n":1}',
				...fields,
			};
		}
	}

	/** Submits one task for each of these. */
	async submit(...each: Partial<NewTask>[]): Promise<NewTask[]> {
		const tasks = each.map((fields) => this.task(fields));
		for (let from = 0; from < tasks.length; from += SUBMIT_BATCH_MAX) {
			const batch = tasks.slice(from, from + SUBMIT_BATCH_MAX);
			const outcomes = await this.tasks.submit(batch);
			const refused = outcomes.filter(
				(outcome) => !outcome.ok || !outcome.created,
			);
			expect(refused).toEqual([]);
		}
		return tasks;
	}

	async claim(
		session: Session,
		limit = CLAIM_BATCH_MAX,
		routes: readonly Route[] = [ROUTE],
	): Promise<Extract<ClaimReply, { ok: true }>> {
		const { name, generation } = session;
		const request = { session: name, generation, routes, limit };
		const reply = await this.tasks.claim(request);
		if (!reply.ok) throw new Error(`${name} cannot claim: ${reply.code}`);
		return reply;
	}

	/** Claims the only waiting task. */
	async claimOne(session: Session): Promise<ClaimedTask> {
		const { tasks } = await this.claim(session);
		expect(tasks).toHaveLength(1);
		return tasks[0] as ClaimedTask;
	}

	/** A new task in the hands of the session. */
	async started(
		session: Session,
		fields: Partial<NewTask> = {},
	): Promise<ClaimedTask> {
		await this.submit(fields);
		return await this.claimOne(session);
	}

	/** Brings so many tasks to their end; returns them oldest first. */
	async ended(session: Session, count: number): Promise<ClaimedTask[]> {
		await this.submit(...Array.from({ length: count }, () => ({})));
		const ended: ClaimedTask[] = [];
		while (ended.length < count) {
			const { tasks } = await this.claim(session);
			await this.tasks.complete(tasks.map(success));
			ended.push(...tasks);
		}
		return ended;
	}

	async read(id: string): Promise<TaskRecord> {
		const [record] = await this.tasks.get([id]);
		if (record === undefined) throw new Error(`there is no task ${id}`);
		return record;
	}

	/** Lets the session's lease expire; returns when it did. */
	async lapse(session: Session): Promise<number> {
		const { nowMs } = await this.pulse(session, 1);
		await this.until(
			"the lease has run out",
			async () => (await this.sessions.nodes()).nowMs > nowMs,
		);
		return nowMs + 1;
	}

	/** Checks until the condition holds. */
	async until(what: string, holds: () => Promise<boolean>): Promise<void> {
		for (let looks = 0; looks < LOOKS_MAX; looks++) {
			if (await holds()) return;
			await this.world.advance?.(LOOK_MS);
		}
		throw new Error(`in vain: ${what}`);
	}
}

/** Opens a session to which there is no objection. */
export async function openSession(
	shard: Shard,
	request: Omit<OpenRequest, "knownEpoch"> & { readonly knownEpoch?: number },
): Promise<Opened> {
	const sure = { knownEpoch: 0, sureUntilMs: Number.MAX_SAFE_INTEGER };
	const opened = await shard.sessions.open({ ...sure, ...request });
	if (!opened.ok) throw new Error(`it cannot be opened: ${opened.code}`);
	return opened;
}

export function nodeRecord(nodeId: string): NodeRecord {
	return {
		name: nodeId,
		nodeId,
		pid: 4711,
		host: "host",
		http: "127.0.0.1:5000",
		p2p: "",
		version: "0.1.0",
		startedMs: 1_800_000_000_000,
		slots: 8,
		types: ["process_task"],
		labels: [],
		draining: false,
	};
}

/** As its holder reports it; `about` is not known of every attempt. */
export function success(
	task: Pick<ClaimedTask, "id" | "token" | "claimedMs"> | ClaimedTask,
): TaskEnd {
	const { id, token, claimedMs } = task;
	const about = "route" in task && { about: aboutOf(task) };
	const ending = { state: "SUCCESS", result: '"done"' } as const;
	return { id, token, startedMs: claimedMs + 1, ...about, ...ending };
}
