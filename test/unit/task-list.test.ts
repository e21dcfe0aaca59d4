/** Pages that a node puts together of its shards, and what is done to many tasks, on stores in memory. */
import { expect, test } from "vitest";
import { TaskList } from "../../node/answers/task-list.ts";
import type {
	ListReply,
	ListRequest,
	ListWish,
	Shard,
	TaskPage,
} from "../../node/ports.ts";
import { FIND_STEPS_MAX } from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import {
	LEFT_OUT,
	type NewTask,
	type TaskRecord,
} from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { newTask } from "../new-task.ts";

const names = { idsOf: () => [] };
const WISH = { limit: 3, isBrief: false, cursor: undefined, query: {} };

class Cluster {
	readonly clock = new VirtualClock();
	readonly shards: readonly Shard[];
	/** The steps that were made. */
	readonly steps: ListRequest[] = [];
	/** Changes a request before it is answered. */
	onStep: (request: ListRequest) => ListRequest = (request) => request;
	/** Cuts the answer of a step, as after a long search. */
	cut: (reply: ListReply) => ListReply = (reply) => reply;

	constructor(shards: number) {
		const nowMs = () => this.clock.wallMs();
		this.shards = createMemoryStore({ shards, nowMs }).shards;
	}

	async submit(count: number, fields: Partial<NewTask> = {}, name = "t") {
		for (let i = 0; i < count; i++) {
			const task = newTask(`${name}${i}`, fields);
			const at = shardOf(task.id, this.shards.length);
			await this.shards[at]?.tasks.submit([task]);
			if (i % 3 === 0) await this.clock.runFor(1);
		}
	}

	get engines() {
		return this.shards.map((shard) => {
			const list = async (request: ListRequest) => {
				this.steps.push(request);
				return this.cut(await shard.tasks.list(this.onStep(request)));
			};
			const tasks = Object.create(shard.tasks, { list: { value: list } });
			return { shard: { index: shard.index, tasks } };
		});
	}

	/** Lets waiting steps go on. */
	async done<T>(running: Promise<T>): Promise<T> {
		let isOver = false;
		const over = () => {
			isOver = true;
		};
		running.then(over, over);
		await this.clock.runUntil(() => isOver, 60_000);
		return await running;
	}

	page(wish: Partial<ListWish>): Promise<TaskPage | undefined> {
		const { clock, engines } = this;
		const list = new TaskList({ clock, engines, names });
		return this.done(list.page({ ...WISH, ...wish }));
	}

	/** Reads all pages, to the last. */
	async all(wish: Partial<ListWish>): Promise<string[][]> {
		const pages: string[][] = [];
		for (let cursor: string | undefined; ; ) {
			const page = await this.page({ ...wish, cursor });
			if (page === undefined) throw new Error("the own cursor was refused");
			pages.push(page.tasks.map(({ id }) => id));
			cursor = page.cursor;
			if (cursor === undefined) return pages;
		}
	}

	async records(): Promise<TaskRecord[]> {
		const all = { state: undefined, beforeSeq: 2 ** 45, limit: 1_000 };
		const lists = await Promise.all(
			this.shards.map(async ({ tasks }) => (await tasks.list(all)).tasks),
		);
		return lists.flat();
	}
}

test.each([1, 4, 16])(
	"pages of %i shards have each task once, newest first",
	async (shards) => {
		const cluster = new Cluster(shards);
		await cluster.submit(50);
		const pages = await cluster.all({ limit: 7 });
		expect(pages.map(({ length }) => length)).toEqual([
			...[7, 7, 7, 7, 7, 7, 7, 1],
		]);
		const records = await cluster.records();
		const newestFirst = records.sort(
			(a, b) => b.seq - a.seq || shardOf(a.id, shards) - shardOf(b.id, shards),
		);
		expect(pages.flat()).toEqual(newestFirst.map(({ id }) => id));
	},
);

test("a text finds first the task of that id, then ids that begin with it, then tasks that have it inside", async () => {
	const cluster = new Cluster(4);
	await cluster.submit(3, { payload: '{"of":"t1"}' }, "in");
	await cluster.submit(13);
	await cluster.submit(1, { payload: '["t1"]' }, "t1.");
	for (const limit of [1, 2, 4, 100]) {
		const pages = await cluster.all({ limit, query: { q: "t1" } });
		expect(pages.flat()).toEqual([
			...["t1", "t1.0", "t12", "t11", "t10", "in2", "in1", "in0"],
		]);
	}
	const quoted = await cluster.all({ query: { q: '"of":"t1"' } });
	expect(quoted.flat()).toEqual(["in2", "in1", "in0"]);
});

test("text is found as a person writes it, with quotes and slashes", async () => {
	const cluster = new Cluster(1);
	const payload = JSON.stringify({ said: 'a "b" / c\n', to: "é" });
	await cluster.submit(1, { payload });
	for (const q of ['a "b" /', "/ c\n", '\\"b\\"', '"to":"é"'])
		expect(await cluster.all({ query: { q } })).toEqual([["t0"]]);
	expect(await cluster.all({ query: { q: "A" } })).toEqual([[]]);
});

test("half a character is looked for as it stands in JSON", async () => {
	const cluster = new Cluster(1);
	await cluster.submit(1, { payload: JSON.stringify("\ud83d!") });
	expect(await cluster.all({ query: { q: "\ud83d!" } })).toEqual([["t0"]]);
	expect(await cluster.all({ query: { node: "\ud83d" } })).toEqual([[]]);
});

test("after many steps a short page says how far it came, and the next goes on from there", async () => {
	const cluster = new Cluster(2);
	await cluster.submit(2_000, {}, "other");
	await cluster.submit(1, { route: "q|wanted|" }, "new");
	// This is how a store answers that may look at one task a step.
	cluster.onStep = (request) => ({ ...request, limit: 1, filter: {} });
	cluster.cut = (reply) => ({
		...reply,
		tasks: reply.tasks.filter(({ route }) => route === "q|wanted|"),
	});
	const first = await cluster.page({ query: { type: "wanted" } });
	expect(first?.tasks.map(({ id }) => id)).toEqual(["new0"]);
	expect(cluster.steps.length).toBeLessThanOrEqual(FIND_STEPS_MAX + 2);
	const backTo = first?.searchedBackToMs ?? 0;
	const second = await cluster.page({
		...{ query: { type: "wanted" }, cursor: first?.cursor },
	});
	expect(second?.tasks).toEqual([]);
	expect(second?.searchedBackToMs).toBeLessThan(backTo);
});

test("a brief page has no payloads; a cursor of another list is refused", async () => {
	const cluster = new Cluster(1);
	await cluster.submit(5);
	const page = await cluster.page({ isBrief: true });
	expect(page?.tasks.map(({ payload }) => payload)).toEqual([
		...[LEFT_OUT, LEFT_OUT, LEFT_OUT],
	]);
	const cursor = page?.cursor;
	expect(await cluster.page({ cursor, isBrief: false })).toBeDefined();
	const other = { cursor, query: { type: "x" } };
	expect(await cluster.page(other)).toBeUndefined();
	expect(await cluster.page({ cursor: "7.0" })).toBeUndefined();
});
