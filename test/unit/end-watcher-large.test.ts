/** What those who wait for a large task cost until they may read it. */
import { expect, test } from "vitest";
import { EndWatcher } from "../../node/answers/end-watcher.ts";
import type { Log, ReaderPlace, TaskRead } from "../../node/ports.ts";
import { READ_BYTES, WAIT_POLL_MS_MAX } from "../../protocol/limits.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";
import { readWithin } from "../fakes/task-read.ts";
import { newRecord } from "../fakes/task-record.ts";
import { newTask } from "../new-task.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

test("a large task that is waited for is read when it has ended, by each once there is room for it", async () => {
	const clock = new VirtualClock();
	const payload = JSON.stringify("x".repeat(READ_BYTES));
	let task: TaskRecord = newRecord(newTask("a", { payload }), 1, 0);
	const isOver = () => task.state === "SUCCESS";
	let whole = 0;
	const watcher = new EndWatcher({
		...{ clock, log, home: { confirm: async () => {} } },
		tasks: [
			{
				over: async (ids) => (isOver() ? [...ids] : []),
				async get(ids: readonly string[], bytesMax?: number) {
					const read: TaskRead = readWithin(task, bytesMax);
					if (read !== undefined && !("bytes" in read)) whole += 1;
					return ids.map(() => read as TaskRecord);
				},
			},
		],
	});
	const never = new AbortController().signal;
	const wait = () => {
		const room = Promise.withResolvers<void>();
		const asked: number[] = [];
		const place = {
			bytesMax: READ_BYTES,
			leave() {},
			reaches: () => true,
			enter(bytes: number) {
				if (bytes <= place.bytesMax) return true;
				asked.push(bytes);
				return room.promise.then(() => {
					place.bytesMax = bytes;
					return true;
				});
			},
		} satisfies ReaderPlace;
		const found = watcher.awaitEnd("a", 60_000, never, place);
		return { room, asked, found };
	};
	const [first, second] = [wait(), wait()];
	await clock.runFor(10_000);
	expect([first.asked, second.asked, whole]).toEqual([[], [], 0]);
	task = { ...task, state: "SUCCESS", result: "1" };
	watcher.endedHere(["a"]);
	await clock.runFor(WAIT_POLL_MS_MAX);
	expect([first.asked.length, second.asked.length, whole]).toEqual([1, 1, 0]);
	first.room.resolve();
	await clock.runFor(1);
	expect((await first.found)?.record?.result).toBe("1");
	expect(whole).toBe(1);
	second.room.resolve();
	expect((await second.found)?.record?.payload).toBe(payload);
});
