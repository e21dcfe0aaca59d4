/** What users ask of a task while something else happens to it. */
import { expect, test } from "vitest";
import {
	TaskWishes,
	type WishedEngine,
} from "../../node/answers/task-wishes.ts";
import type { CancelRequest, RemoveOutcome } from "../../node/ports.ts";
import { readAskedBy } from "../../protocol/asked-by.ts";
import type { TaskState } from "../../protocol/state.ts";
import { nodeRecord } from "../contract/store-bench.ts";
import { FREE } from "../fakes/free-place.ts";
import { newRecord } from "../fakes/task-record.ts";
import { newTask } from "../new-task.ts";

const RECORD = newRecord(newTask("a"), 1, 0);

/** The wishes of a node that finds a task in these states, one after the other, the last of them for good. */
function wishesOf(states: readonly TaskState[]) {
	const left = [...states];
	const asked: string[] = [];
	const next = () => (left.length > 1 ? left.shift() : left[0]) ?? "PENDING";
	const read = () => ({ ...RECORD, state: next() });
	const answer = <T extends string>(
		what: string,
		ready: TaskState,
		code: T,
	) => {
		asked.push(what);
		return next() === ready ? undefined : code;
	};
	const remove = (): RemoveOutcome =>
		answer("remove", "FAILURE", "not_ended") ?? "removed";
	const engine = {
		shard: {
			index: 0,
			tasks: { get: async () => [read()], remove: async () => [remove()] },
		},
		reviser: {
			change: async () =>
				answer("change", "PENDING", "not_waiting") ?? "changed",
			reopen: async () => [
				answer("reopen", "FAILURE", "not_ended") ?? "pending",
			],
		},
		looks: { look() {} },
	} as unknown as WishedEngine;
	const wishes = new TaskWishes({
		...{ nodeId: "ann", engines: [engine], watcher: { endedHere() {} } },
		digester: { nudge() {} },
		report: { record: () => nodeRecord("ann") },
	});
	return { wishes, asked };
}

test("the store is told which node was asked to end a task, and by which token", async () => {
	const asked: string[] = [];
	const cancel = async ({ by }: CancelRequest) => {
		asked.push(by);
		return [{ code: "none" }];
	};
	const engine = {
		...{ shard: { index: 0, tasks: { cancel } }, looks: { look() {} } },
	} as unknown as WishedEngine;
	const wishes = new TaskWishes({
		...{ nodeId: "n", engines: [engine], watcher: { endedHere() {} } },
		digester: { nudge() {} },
		report: { record: () => nodeRecord("n") },
	});
	const wish = { round: undefined, reason: "", force: false };
	await wishes.cancel("a", wish, FREE);
	await wishes.cancel("a", { ...wish, asker: "ann" }, FREE);
	const { name } = nodeRecord("n");
	expect(asked.map(readAskedBy)).toEqual([
		{ by: name },
		{ by: name, asker: "ann" },
	]);
});

const RACE: readonly TaskState[] = ["FAILURE", "STARTED", "FAILURE"];

test("a task that has ended since it could not be deleted is deleted", async () => {
	const { wishes, asked } = wishesOf(RACE);
	expect(await wishes.remove("a", FREE)).toMatchObject({ code: "done" });
	expect(asked).toHaveLength(2);
});

test("a task that has ended since it could not be tried again is tried again", async () => {
	const { wishes, asked } = wishesOf(RACE);
	const wish = { round: undefined, delayMs: 0 };
	expect(await wishes.retry("a", wish, FREE)).toMatchObject({ code: "done" });
	expect(asked).toHaveLength(2);
});

test("a task that waits again since it could not be changed is changed", async () => {
	const { wishes, asked } = wishesOf(["PENDING", "STARTED", "PENDING"]);
	expect(await wishes.patch("a", { options: {} }, FREE)).toMatchObject({
		code: "changed",
	});
	expect(asked).toHaveLength(2);
});

test("what was read before a task ended is not reported of the deleted one", async () => {
	const { wishes } = wishesOf(["STARTED", "FAILURE"]);
	const removed = await wishes.remove("a", FREE);
	if (typeof removed === "object" && removed.code === "done")
		expect(removed.task).toMatchObject({ state: "FAILURE" });
	else expect(removed).toMatchObject({ task: { state: "STARTED" } });
});

test("a running task is reported as running, and is not to be deleted", async () => {
	const { wishes, asked } = wishesOf(["STARTED"]);
	const task = { state: "STARTED" };
	expect(await wishes.remove("a", FREE)).toMatchObject({
		code: "not_ended",
		task,
	});
	expect(asked).toEqual([]);
});

test("nothing is done or told of a task that is not within its asker's reach once it is read", async () => {
	const { wishes, asked } = wishesOf(["FAILURE"]);
	const place = { ...FREE, reaches: (route: string) => route !== RECORD.route };
	const wish = { round: undefined, delayMs: 0 };
	expect(await wishes.retry("a", wish, place)).toBeUndefined();
	expect(await wishes.remove("a", place)).toBeUndefined();
	expect(await wishes.patch("a", { options: {} }, place)).toBeUndefined();
	expect(asked).toEqual([]);
});

test("a task that others have by the time there is room for it is left alone", async () => {
	const { wishes, asked } = wishesOf(["FAILURE"]);
	let isOthers = false;
	const place = {
		...FREE,
		// It waits, and is read again.
		enter: (bytes: number) =>
			bytes === 0 ||
			isOthers ||
			Promise.resolve().then(() => {
				isOthers = true;
				return true;
			}),
		reaches: () => !isOthers,
	};
	expect(await wishes.remove("a", place)).toBeUndefined();
	expect(isOthers).toBe(true);
	expect(asked).toEqual([]);
});
