/** What the node tells senders about what became of their tasks. */

import { expect, test } from "vitest";
import {
	TaskAnswers,
	type TaskAnswersParts,
} from "../../node/answers/tasks.ts";
import {
	type CancelWish,
	type RetryWish,
	STORE_PROBLEMS,
	StoreError,
	type StoreErrorKind,
	type Submission,
	unsettled,
} from "../../node/ports.ts";
import { SUBMIT_BATCH_MAX } from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { NewTask, TaskRecord } from "../../protocol/task.ts";
import type { Changes } from "../../protocol/task-change.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { VirtualClock } from "../clock.ts";
import { ROUTE } from "../contract/store-bench.ts";
import { FREE } from "../fakes/free-place.ts";
import { claimedTask } from "../new-task.ts";

const task: NewTask = {
	id: "a",
	route: ROUTE,
	priority: 5,
	options: PLAIN,
	payload: "1",
};

/** The answers of a node whose store has these outcomes. */
function answersOf(...outcomes: Submission[]): TaskAnswers {
	return new TaskAnswers({
		nodeId: "node-a",
		clock: new VirtualClock(),
		store: { up: true },
		report: { draining: false },
		engines: [
			{
				submitter: { overloaded: false, submit: async () => outcomes.shift() },
				renewer: { trusted: true, generation: 1, epoch: 1 },
			},
		],
	} as unknown as TaskAnswersParts);
}

/** The answers of a node whose first shard says this of the cluster's number, and what was asked elsewhere. */
function answersBeside(word: () => Promise<void>) {
	const asked: string[] = [];
	const note = async (what: string) => void asked.push(what);
	const shard = (index: number) => ({
		shard: {
			index,
			tasks: {
				get: (ids: readonly string[]) => note(`get ${ids}`).then(() => []),
				known: ([sent]: readonly NewTask[]) =>
					note(`known ${sent?.id}`).then(() => []),
				ahead: (_route: string, id: string) => note(`ahead ${id}`),
				newest: (id: string) => note(`newest ${id}`),
			},
		},
		submitter: {
			submit: ({ id }: NewTask) =>
				note(`submit ${id}`).then(() => ({ ok: true, created: true })),
		},
		renewer: { epoch: 1 },
	});
	const answers = new TaskAnswers({
		...{ nodeId: "node-a", clock: new VirtualClock() },
		...{ store: { up: true }, report: { draining: false } },
		engines: [shard(0), shard(1)],
		home: { confirm: word },
		wishes: {
			cancel: (id: string) => note(`cancel ${id}`),
			retry: (id: string) => note(`retry ${id}`),
			patch: (id: string) => note(`patch ${id}`),
			remove: (id: string) => note(`remove ${id}`),
		},
	} as unknown as TaskAnswersParts);
	return { answers, asked };
}

const ASKED: readonly [string, (a: TaskAnswers, id: string) => unknown][] = [
	["submit", (a, id) => a.submit([{ ...task, id }])],
	["known", (a, id) => a.known([{ ...task, id }])],
	["known", (a, id) => a.routeOf(id)],
	["get", (a, id) => a.get(id, FREE)],
	["ahead", (a, id) => a.ahead({ ...task, id } as unknown as TaskRecord)],
	["newest", (a, id) => a.newest(id, FREE)],
	["cancel", (a, id) => a.cancel(id, {} as CancelWish, FREE)],
	["retry", (a, id) => a.retry(id, {} as RetryWish, FREE)],
	["patch", (a, id) => a.patch(id, {} as Changes, FREE)],
	["remove", (a, id) => a.remove(id, FREE)],
];

test.each(ASKED)(
	"%s: another shard than the first is asked only once the first has said that the number is the cluster's",
	async (what, ask) => {
		const id = "d";
		expect(shardOf(id, 2)).toBe(1);
		const refusing = answersBeside(() => Promise.reject(unsettled()));
		const refused = ask(refusing.answers, id);
		if (what === "submit")
			expect(await refused).toEqual([
				{ ok: false, problem: STORE_PROBLEMS.unsettled },
			]);
		else await expect(refused).rejects.toMatchObject({ kind: "unsettled" });
		expect(refusing.asked).toEqual([]);
		const word = Promise.withResolvers<void>();
		const { answers, asked } = answersBeside(() => word.promise);
		const done = ask(answers, id);
		expect(asked).toEqual([]);
		word.resolve();
		await done;
		expect(asked).toEqual([`${what} ${id}`]);
	},
);

test("a task that the node takes as it is stored is answered as started", async () => {
	const claimed = claimedTask(task.id, 7, task);
	const answers = answersOf({ ok: true, created: true, seq: 1, claimed });
	const started = { attempt: 1, node: "node-a", token: 7 };
	const taken = { ok: true, created: true, id: "a" };
	expect(await answers.submit([task])).toEqual([{ ...taken, started }]);
	const waits = answersOf({ ok: true, created: true, seq: 1 });
	expect(await waits.submit([task])).toEqual([taken]);
});

test("a task that is another run of its id is answered with the id that it got", async () => {
	const answers = answersOf({ ok: true, created: true, seq: 1, id: "a~2" });
	expect(await answers.submit([{ ...task, again: true }])).toEqual([
		{ ok: true, created: true, id: "a~2" },
	]);
});

test("tasks for which the store failed in different ways are each told their own", async () => {
	const answers = answersOf(
		new StoreError("behind", "not sent"),
		new StoreError("unknown", "no answer"),
	);
	expect(await answers.submit([task, { ...task, id: "b" }])).toEqual([
		{ ok: false, problem: STORE_PROBLEMS.behind },
		{ ok: false, problem: STORE_PROBLEMS.unknown },
	]);
});

test.each(Object.keys(STORE_PROBLEMS) as StoreErrorKind[])(
	"if the store was %s for some tasks, their sender is told what to do, and nothing that the store said",
	async (kind) => {
		const failed = new StoreError(kind, "secret 10.0.0.7");
		const answers = answersOf({ ok: true, created: true, seq: 1 }, failed);
		const [, second] = await answers.submit([task, { ...task, id: "b" }]);
		expect(second).toEqual({ ok: false, problem: STORE_PROBLEMS[kind] });
	},
);

test("while the store is away, every task of a submission is told so, and counted", async () => {
	const away = new TaskAnswers({
		nodeId: "node-a",
		store: { up: false },
		report: { draining: false },
	} as unknown as TaskAnswersParts);
	const refused = { ok: false, problem: STORE_PROBLEMS.unreachable };
	expect(await away.submit([task, { ...task, id: "b" }])).toEqual([
		refused,
		refused,
	]);
	expect(away.outcomes).toMatchObject({
		[STORE_PROBLEMS.unreachable.code]: 2,
	});
});

test("many tasks are looked up in each shard in batches, one after the other", async () => {
	const most = { now: 0, ever: 0, tasks: 0 };
	const known = async (tasks: readonly NewTask[]) => {
		most.ever = Math.max(most.ever, ++most.now);
		most.tasks = Math.max(most.tasks, tasks.length);
		await Promise.resolve();
		most.now -= 1;
		return tasks.map((each) =>
			each.id === "none"
				? undefined
				: { ...each, state: "EXPIRED", attempt: 0 },
		);
	};
	const answers = new TaskAnswers({
		nodeId: "node-a",
		engines: [0, 1].map((index) => ({ shard: { index, tasks: { known } } })),
		home: { confirm: async () => {} },
	} as unknown as TaskAnswersParts);
	const many = Array.from({ length: 600 }, (_, i) => ({
		...task,
		id: `t${i}`,
	}));
	const told = await answers.known([{ ...task, id: "none" }, ...many]);
	expect(told.map((each) => each?.ok && each.id)).toEqual([
		undefined,
		...many.map(({ id }) => id),
	]);
	expect(most).toEqual({ now: 0, ever: 1, tasks: SUBMIT_BATCH_MAX });
	expect(answers.outcomes.existing).toBe(600);
});
