/** When others are notified of tasks that go to the store, and when the tasks themselves go. */
import { expect, test } from "vitest";
import {
	ShardEngine,
	type ShardEngineParts,
} from "../../node/engine/shard-engine.ts";
import { Announcer } from "../../node/peers/announcer.ts";
import type { SubmitOutcome } from "../../node/ports.ts";
import type { Runner } from "../../node/work/runner.ts";
import { Submitter } from "../../node/work/submitter.ts";
import {
	ANNOUNCE_INTERVAL_MS_MIN,
	HINT_AHEAD_MS_MAX,
} from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { VirtualClock } from "../clock.ts";
import { KeptInMemory } from "../fakes/generations.ts";
import {
	AROUND_SUBMITTER,
	NO_LAST_TURN,
	servesTypes,
	standInShard,
} from "../stand-ins.ts";

const ROUTE = "default|work|";
const LOG = { debug() {}, info() {}, warn() {}, error() {} };

function taskOf(id: string): NewTask {
	return { id, route: ROUTE, priority: 5, options: PLAIN, payload: "1" };
}

/** A shard that answers submissions when it is told to. */
function slowShard() {
	const sent: string[][] = [];
	const answers: (() => void)[] = [];
	const submit = (tasks: readonly NewTask[]) => {
		sent.push(tasks.map(({ id }) => id));
		const outcomes = tasks.map((): SubmitOutcome => {
			return { ok: true, created: true, seq: 1 };
		});
		return new Promise<SubmitOutcome[]>((resolve) => {
			answers.push(() => resolve(outcomes));
		});
	};
	const shard = standInShard({ tasks: { submit } });
	return { shard, sent, answer: () => answers.shift()?.() };
}

test.each([
	["once where the store takes them at once", HINT_AHEAD_MS_MAX, 1],
	["twice where it takes them only later", HINT_AHEAD_MS_MAX + 1, 2],
])("others are told of tasks %s", async (_, answeredMs, times) => {
	const clock = new VirtualClock();
	const told: number[] = [];
	const announcer = new Announcer({
		clock,
		digester: {
			publish: ({ routes }) => told.push(...routes.map(({ count }) => count)),
		},
	});
	const { shard, answer } = slowShard();
	// The node serves no such route, so all tasks are for others.
	const parts: Partial<ShardEngineParts> = {
		...{ shard, clock, log: LOG },
		...{ ttlMs: 5_000, trustMarginMs: 500 },
		retention: { keeps: undefined },
		serves: servesTypes(),
		roster: {
			isServed: () => true,
			nodes: 1,
			candidates: () => [],
			reported: () => [],
			sessionOver() {},
		},
		lastTurn: NO_LAST_TURN,
		dutyTurns: { turnAt: () => 0 },
		arrival: { isOver: true, ...AROUND_SUBMITTER.arrival },
		generations: new KeptInMemory(),
		runner: { freeSlots: 0, share: 1 } as unknown as Runner,
		announcer,
	};
	const engine = new ShardEngine(parts as ShardEngineParts);
	void engine.submitter.submit(taskOf("one"));
	await clock.runFor(answeredMs);
	expect(told).toEqual([1]);
	answer();
	await clock.runFor(ANNOUNCE_INTERVAL_MS_MIN);
	expect(told).toEqual(Array.from({ length: times }, () => 1));
});

test("a lone task goes to the store before the turn ends, those of a burst in one batch at its end", async () => {
	const clock = new VirtualClock();
	const { shard, sent, answer } = slowShard();
	const submitter = new Submitter({
		...AROUND_SUBMITTER,
		...{ shard, clock, log: LOG },
	});
	const submit = (id: string) => void submitter.submit(taskOf(id));
	submit("first");
	await clock.runFor(0);
	answer();
	await clock.runFor(0);
	submit("alone");
	await Promise.resolve();
	expect(sent).toEqual([["first"], ["alone"]]);
	// One is under way: what comes meanwhile is gathered.
	for (const id of ["a", "b", "c"]) submit(id);
	await Promise.resolve();
	expect(sent).toHaveLength(2);
	await clock.runFor(0);
	expect(sent[2]).toEqual(["a", "b", "c"]);
	answer();
	answer();
	await clock.runFor(0);
	// After a burst the next task waits for others, as those of a burst come together.
	submit("d");
	await Promise.resolve();
	submit("e");
	await clock.runFor(0);
	expect(sent.slice(3)).toEqual([["d", "e"]]);
});
