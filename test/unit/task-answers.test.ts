/** What the node tells those who submit of what became of their tasks. */

import { expect, test } from "vitest";
import {
	TaskAnswers,
	type TaskAnswersParts,
} from "../../node/answers/tasks.ts";
import {
	STORE_PROBLEMS,
	StoreError,
	type StoreErrorKind,
	type Submission,
} from "../../node/ports.ts";
import type { NewTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { VirtualClock } from "../clock.ts";
import { ROUTE } from "../contract/store-bench.ts";
import { claimedTask } from "../new-task.ts";

const task: NewTask = {
	id: "a",
	route: ROUTE,
	priority: 5,
	options: PLAIN,
	payload: "1",
};

/** Answers of a node whose store answers so. */
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
