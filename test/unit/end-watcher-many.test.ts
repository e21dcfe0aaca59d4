/** Many who wait for one task: what they read once it is over, and what is kept for them meanwhile. */
import { expect, test } from "vitest";
import { EndWatcher } from "../../node/answers/end-watcher.ts";
import { CutOffs } from "../../node/http/door/cut-offs.ts";
import { Places, ReadSizes } from "../../node/http/door/places.ts";
import { Room } from "../../node/http/door/room.ts";
import { TaskReads } from "../../node/http/door/task-reads.ts";
import { Turn } from "../../node/http/door/turn.ts";
import {
	type Log,
	type ShardTasks,
	StoreError,
	type TaskRead,
} from "../../node/ports.ts";
import { UNSENT_SMALL_BYTES } from "../../protocol/limits.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";
import { asReply, FakeReply, requestOf } from "../fakes/http-reply.ts";
import { readWithin } from "../fakes/task-read.ts";
import { newRecord } from "../fakes/task-record.ts";
import { newTask } from "../new-task.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const WAITING = 1_000;

/** So many wait for a task that others hold. */
async function waitFor(record: TaskRecord) {
	const clock = new VirtualClock();
	const room = new Room(clock, new Turn(clock), new CutOffs(clock, log));
	const sizes = new ReadSizes();
	const places = new Places(clock, sizes, WAITING);
	const reads = new TaskReads(places, sizes, room, () => undefined);
	const seen = { task: record, reads: 0, isAway: false };
	const store: Pick<ShardTasks, "get" | "over"> = {
		async over() {
			return [];
		},
		async get(ids: readonly string[], bytesMax?: number) {
			seen.reads += ids.length;
			if (seen.isAway) throw new StoreError("unreachable", "away");
			const read: TaskRead = readWithin(seen.task, bytesMax);
			return ids.map(() => read as TaskRecord);
		},
	};
	const home = { confirm: async () => {} };
	const watcher = new EndWatcher({ clock, log, tasks: [store], home });
	const stop = new AbortController();
	const outcomes = new Map<string, number>();
	const wait = async () => {
		const reply = asReply(new FakeReply());
		expect(await reads.enter(reply)).toBe(true);
		const place = reads.placeOf(requestOf(new FakeReply()), reply);
		const outcome = await watcher
			.awaitEnd("a", 20_000, stop.signal, place)
			.then((found) => found?.record?.state ?? "none")
			.catch((error: StoreError) => error.kind);
		reads.leave(reply);
		outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
	};
	for (let i = 0; i < WAITING; i++) void wait();
	await clock.runFor(20);
	expect(seen.reads).toBeGreaterThanOrEqual(WAITING);
	seen.reads = 0;
	return { clock, seen, watcher, stop, outcomes };
}

const SMALL = newRecord(newTask("a", { payload: "1" }), 1, 0);

test("the end of a small task is read once for all who wait for it", async () => {
	const { clock, seen, watcher, outcomes } = await waitFor(SMALL);
	seen.task = { ...SMALL, state: "SUCCESS", result: "1" };
	watcher.endedHere(["a"]);
	await clock.runFor(300);
	expect(outcomes).toEqual(new Map([["SUCCESS", WAITING]]));
	expect(seen.reads).toBe(1);
});

test("if the node stops while its Redis is away, all who wait for a small task are told what is known of it", async () => {
	const { clock, seen, stop, outcomes } = await waitFor(SMALL);
	seen.isAway = true;
	stop.abort();
	await clock.runFor(300);
	expect(outcomes).toEqual(new Map([[SMALL.state, WAITING]]));
	expect(seen.reads).toBe(0);
});

test("of a task that is not small nothing is kept for those who wait, whatever makes it large", async () => {
	const message = "x".repeat(UNSENT_SMALL_BYTES);
	const failed = {
		...{ token: 1, round: 1, nodeId: "n", epoch: 1, claimedMs: 1 },
		error: { code: "failed", message },
	};
	const { clock, seen, stop } = await waitFor({
		...SMALL,
		attempts: [failed],
	});
	stop.abort();
	await clock.runFor(300);
	expect(seen.reads).toBe(WAITING);
});
