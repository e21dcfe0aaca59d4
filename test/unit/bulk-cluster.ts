/** Stores in memory, and who does something to many of their tasks at once. */
import { Bulk } from "../../node/answers/bulk.ts";
import { TaskWishes } from "../../node/answers/task-wishes.ts";
import type {
	BulkDone,
	BulkWish,
	ListReply,
	ListRequest,
	Shard,
} from "../../node/ports.ts";
import { Reviser } from "../../node/work/reviser.ts";
import { formatSession } from "../../protocol/lease.ts";
import { BULK_MS_MAX } from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { TaskState } from "../../protocol/state.ts";
import type { NewTask, TaskRecord } from "../../protocol/task.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import {
	nodeRecord,
	openSession,
	ROUTE,
	success,
} from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { newTask } from "../new-task.ts";
import { SeededRandom } from "../random.ts";

const WISH: BulkWish = {
	...{ action: "cancel", query: {}, isDry: false, limit: undefined },
	...{ cursor: undefined, reason: "", force: false, spreadMs: 0 },
};
const never = new AbortController().signal;

export class Cluster {
	readonly clock = new VirtualClock();
	readonly shards: readonly Shard[];
	readonly nudged: string[] = [];
	readonly report = {
		draining: false,
		record: () => nodeRecord("ann"),
	};
	/** Called before each step; and, as `afterStep`, after it. */
	onStep: (request: ListRequest) => void | Promise<void> = () => {};
	afterStep = async (reply: ListReply) => reply;
	readonly #lists: Shard["tasks"]["list"][] = [];

	constructor(shards: number) {
		const nowMs = () => this.clock.wallMs();
		this.shards = createMemoryStore({ shards, nowMs }).shards;
		for (const { tasks } of this.shards) {
			const list = tasks.list.bind(tasks);
			this.#lists.push(list);
			Object.assign(tasks, {
				list: async (request: ListRequest) => {
					await this.onStep(request);
					return await this.afterStep(await list(request));
				},
			});
		}
	}

	async submit(count: number, fields: Partial<NewTask> = {}, name = "t") {
		const tasks = Array.from({ length: count }, (_, i) =>
			newTask(`${name}${i}`, { route: ROUTE, ...fields }),
		);
		for (const [index, { tasks: own }] of this.shards.entries())
			await own.submit(
				tasks.filter(({ id }) => shardOf(id, this.shards.length) === index),
			);
	}

	/** Claims all that waits, and ends it in this state. */
	async end(state: "SUCCESS" | "FAILURE" | undefined): Promise<void> {
		const error = { code: "failed", message: "no" };
		for (const shard of this.shards) {
			const record = nodeRecord("bob");
			const opened = await openSession(shard, {
				...{ record, ttlMs: 60_000, known: NO_GENERATION },
			});
			const { epoch, generation } = opened;
			const session = formatSession("bob", epoch);
			const request = { session, generation, routes: [ROUTE], limit: 128 };
			for (;;) {
				const reply = await shard.tasks.claim(request);
				const tasks = reply.ok ? reply.tasks : [];
				if (tasks.length === 0) break;
				if (state === undefined) continue;
				await shard.tasks.complete(
					tasks.map((task) =>
						state === "SUCCESS"
							? success(task)
							: { ...success(task), state, end: "failure", error },
					),
				);
			}
		}
	}

	get bulk(): Bulk {
		const { clock, report } = this;
		const engines = this.shards.map((shard) => {
			const hinter = { hint: () => {} };
			const timekeeper = { stored: () => {} };
			return {
				shard,
				reviser: new Reviser({ shard, hinter, timekeeper }),
				looks: { look: () => {} },
			};
		});
		const nudge = (to: string) => this.nudged.push(to);
		const wishes = new TaskWishes({
			...{ nodeId: "ann", engines, report, digester: { nudge } },
			watcher: { endedHere: () => {} },
		});
		const names = { idsOf: () => [] };
		const random = new SeededRandom(1);
		return new Bulk({ clock, random, engines, names, wishes, report });
	}

	/** Lets waiting steps go on. */
	async run(
		wish: Partial<BulkWish>,
		signal = never,
		mayGoOn = () => true,
	): Promise<BulkDone | undefined> {
		let isOver = false;
		const over = () => {
			isOver = true;
		};
		const running = this.bulk.run({ ...WISH, ...wish }, signal, mayGoOn);
		running.then(over, over);
		await this.clock.runUntil(() => isOver, 2 * BULK_MS_MAX);
		return await running;
	}

	/** Lets time pass within a step. */
	pass(ms: number): Promise<void> {
		return new Promise((resolve) => {
			this.clock.after(ms, resolve);
		});
	}

	/** Makes requests, each from the cursor of the one before. */
	async runAll(wish: Partial<BulkWish>): Promise<BulkDone[]> {
		const all: BulkDone[] = [];
		for (let cursor: string | undefined; ; ) {
			const done = await this.run({ ...wish, cursor });
			if (done === undefined) throw new Error("the own cursor was refused");
			all.push(done);
			cursor = done.cursor;
			if (cursor === undefined) return all;
		}
	}

	async count(state: TaskState): Promise<number> {
		return (await this.records()).filter((task) => task.state === state).length;
	}

	async records(): Promise<TaskRecord[]> {
		const all = { state: undefined, beforeSeq: 2 ** 45, limit: 10_000 };
		const lists = await Promise.all(
			this.#lists.map(async (list) => (await list(all)).tasks),
		);
		return lists.flat();
	}
}
