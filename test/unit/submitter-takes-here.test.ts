/**
 * New tasks that this node takes as they are stored: when it tries to, and what follows
 * if it cannot.
 */
import { expect, test } from "vitest";
import {
	type Log,
	type Shard,
	StoreError,
	type SubmitOutcome,
} from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import type { ClaimerParts } from "../../node/work/claimer-parts.ts";
import { Submitter } from "../../node/work/submitter.ts";
import { SUBMIT_BATCH_MAX } from "../../protocol/limits.ts";
import { typeOf } from "../../protocol/route.ts";
import type { NewTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord, openSession, ROUTE } from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { claimedTask } from "../new-task.ts";
import {
	AROUND_CLAIMER,
	AROUND_SUBMITTER,
	servesTypes,
	standInShard,
} from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const SLOTS = 10;

function tasksOf(...priorities: number[]): NewTask[] {
	return priorities.map((priority, i) => ({
		...{
			id: `task-${i}`,
			route: ROUTE,
			priority,
			options: PLAIN,
			payload: "1",
		},
	}));
}

/** The store's answer if no task waits before these. */
function taken(tasks: readonly NewTask[]): SubmitOutcome[] {
	return tasks.map((task, i) => ({
		...{ ok: true, created: true, seq: i },
		claimed: claimedTask(task.id, i + 1, task),
	}));
}

/** The store's answer if a task waits before these. */
function waiting(tasks: readonly NewTask[]): SubmitOutcome[] {
	return tasks.map((_, seq) => ({ ok: true, created: true, seq }));
}

/** A node of ten slots, of which claims reserve half at once, on a store with these answers. */
function nodeOn(
	answer: (tasks: readonly NewTask[]) => SubmitOutcome[],
	parts: Partial<ClaimerParts> = {},
) {
	const seen = {
		free: SLOTS,
		asked: 0,
		ran: [] as string[],
		events: [] as string[],
	};
	const shard = standInShard({
		tasks: {
			submit: async (tasks: readonly NewTask[]) => {
				seen.asked += 1;
				return answer(tasks);
			},
			claim: () => new Promise(() => {}),
		},
	});
	const claimer = new Claimer({
		...{ shard, log, clock: new VirtualClock() },
		...AROUND_CLAIMER,
		serves: servesTypes(typeOf(ROUTE)),
		slots: {
			reserve: (slotsMax) => {
				const got = Math.min(slotsMax, SLOTS / 2, seen.free);
				seen.free -= got;
				return got;
			},
			reserveAll: (slots) => {
				if (slots > seen.free) return false;
				seen.free -= slots;
				return true;
			},
			release: (slots) => {
				seen.free += slots;
			},
		},
		intake: {
			begin: () => seen.events.push("begin"),
			over: () => seen.events.push("over"),
			lost: () => seen.events.push("lost"),
			deliver: (tasks) => seen.ran.push(...tasks.map(({ id }) => id)),
		},
		...parts,
	});
	return { claimer, seen };
}

test("tasks taken as they are stored keep a slot each and run, the most urgent first", async () => {
	const { claimer, seen } = nodeOn(taken);
	const tasks = tasksOf(0, 9, 5, 9);
	const outcomes = claimer.submit(tasks);
	expect(seen.events).toEqual(["begin"]);
	expect(await outcomes).toEqual(taken(tasks));
	expect(seen).toMatchObject({ free: SLOTS - 4, asked: 1 });
	expect(seen.ran).toEqual(["task-1", "task-3", "task-2", "task-0"]);
	expect(seen.events).toEqual(["begin", "over"]);
});

test("tasks that the store took before, or lets wait, keep no slot", async () => {
	const existing = { id: "task-1" } as never;
	const { claimer, seen } = nodeOn((tasks) => [
		...taken(tasks.slice(0, 1)),
		{ ok: true, created: false, existing },
	]);
	await claimer.submit(tasksOf(5, 5));
	expect(seen).toMatchObject({ free: SLOTS - 1, ran: ["task-0"] });
	const other = nodeOn(waiting);
	await other.claimer.submit(tasksOf(5, 5));
	expect(other.seen).toMatchObject({ free: SLOTS, ran: [] });
});

test.each<[string, number, Partial<ClaimerParts>, (claimer: Claimer) => void]>([
	["than it has slots", SLOTS + 1, {}, () => {}],
	["without a lease", 1, { lease: { lease: undefined, hurry() {} } }, () => {}],
	["that it does not serve", 1, { serves: servesTypes() }, () => {}],
	["once it takes no more", 1, {}, (claimer) => claimer.stop()],
	[
		"while others may wait, on whatever route, that are more urgent",
		1,
		{},
		(claimer) => claimer.hint(`other|${typeOf(ROUTE)}|`),
	],
])(
	"a node does not try with more tasks, or one, %s",
	async (_, count, parts, prepare) => {
		const { claimer, seen } = nodeOn(taken, parts);
		prepare(claimer);
		const { free } = seen;
		expect(free).toBeGreaterThan(0);
		expect(claimer.submit(tasksOf(...Array(count).fill(5)))).toBe(undefined);
		expect(seen).toMatchObject({ asked: 0, free });
	},
);

test.each([
	["unknown", ["begin", "lost", "over"]],
	["unreachable", ["begin", "over"]],
	["full", ["begin", "over"]],
] as const)(
	"if the store is %s the slots are free again, and the submitter is told",
	async (kind, events) => {
		const { claimer, seen } = nodeOn(() => {
			throw new StoreError(kind, "it is not there");
		});
		await expect(claimer.submit(tasksOf(5))).rejects.toMatchObject({ kind });
		expect(seen).toMatchObject({ free: SLOTS, ran: [], events });
	},
);

/** A submitter whose node takes what it is asked to. */
function submitterOn(
	answer: (tasks: readonly NewTask[]) => SubmitOutcome[],
	room = false,
) {
	const clock = new VirtualClock();
	const { claimer, seen } = nodeOn(answer);
	const hints: number[] = [];
	const submitter = new Submitter({
		...AROUND_SUBMITTER,
		...{ shard: standInShard({}), clock, log, claimer },
		trimmer: { makeRoom: async () => room },
		hinter: {
			hintAhead: (counts) => {
				hints.push(...counts.map(({ count }) => count));
				return () => {};
			},
		},
	});
	const submit = async (...priorities: number[]) => {
		const all = tasksOf(...priorities).map((task) => submitter.submit(task));
		await clock.runFor(1);
		return await Promise.all(all);
	};
	return { submit, seen, hints };
}

test("nobody is told about tasks that this node takes", async () => {
	const { submit, seen, hints } = submitterOn(taken);
	expect(await submit(5, 5)).toMatchObject([{ created: true }, { seq: 1 }]);
	expect(seen).toMatchObject({ asked: 1, ran: ["task-0", "task-1"] });
	expect(hints).toEqual([]);
});

test("tasks that have to wait all the same are sent once, and hinted at", async () => {
	const { submit, seen, hints } = submitterOn(waiting);
	expect(await submit(5, 5)).toMatchObject([{ created: true }, { seq: 1 }]);
	expect(seen).toMatchObject({ asked: 1, ran: [] });
	expect(hints).toEqual([2]);
});

test("a full store is asked again once there is room", async () => {
	let full = true;
	const { submit, seen } = submitterOn((tasks) => {
		if (!full) return taken(tasks);
		full = false;
		throw new StoreError("full", "it has no memory");
	}, true);
	expect(await submit(5)).toMatchObject([{ ok: true }]);
	expect(seen).toMatchObject({ asked: 2, free: SLOTS - 1, ran: ["task-0"] });
});

test("if some tasks of a flood could be taken and cannot, all of them wait in the order in which they came", async () => {
	const clock = new VirtualClock();
	const store = createMemoryStore({
		shards: 1,
		nowMs: () => 1_800_000_000_000 + clock.monoMs(),
	});
	const shard = store.shards[0] as Shard;
	const known = { generation: 0, run: "" };
	const record = nodeRecord("a");
	const opened = await openSession(shard, { record, ttlMs: 5_000, known });
	// Another node has just brought one, of which this one has not heard.
	const before = { ...tasksOf(5)[0], id: "before" } as NewTask;
	await shard.tasks.submit([before]);
	const { epoch, generation } = opened;
	let free = SUBMIT_BATCH_MAX;
	const { claimer } = nodeOn(taken, {
		shard,
		lease: { lease: { session: `a:${epoch}`, generation }, hurry() {} },
		slots: {
			reserve: () => 0,
			reserveAll: (slots) => {
				if (slots > free) return false;
				free -= slots;
				return true;
			},
			release() {},
		},
	});
	const submitter = new Submitter({
		...AROUND_SUBMITTER,
		...{ shard, clock, log, claimer },
	});
	const flood = tasksOf(...Array(3 * SUBMIT_BATCH_MAX).fill(5));
	for (const task of flood) void submitter.submit(task);
	await clock.runFor(10);
	const all = { state: undefined, beforeSeq: 2 ** 45, limit: 1_000 };
	const { tasks } = await shard.tasks.list(all);
	expect(tasks.map(({ id }) => id).reverse()).toEqual([
		"before",
		...flood.map(({ id }) => id),
	]);
	expect(tasks.every(({ state }) => state === "PENDING")).toBe(true);
});
