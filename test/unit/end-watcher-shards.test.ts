/** What those who wait for a task are told by a node that may have a wrong number of shards. */
import { expect, test } from "vitest";
import { EndWatcher } from "../../node/answers/end-watcher.ts";
import {
	type Clock,
	type Log,
	type ShardTasks,
	unsettled,
} from "../../node/ports.ts";
import { WAIT_POLL_MS_MAX } from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import { VirtualClock } from "../clock.ts";
import { FREE } from "../fakes/free-place.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Waits on a node of two shards whose first one says this of the cluster's number. */
function watcherBeside(clock: Clock, confirm: () => Promise<void>) {
	const read: string[] = [];
	const tasks: Pick<ShardTasks, "get" | "over"> = {
		over: async (ids) => [...ids],
		get: async (ids) => {
			read.push(...ids);
			return ids.map(() => undefined);
		},
	};
	const watcher = new EndWatcher({
		...{ clock, log, home: { confirm } },
		tasks: [tasks, tasks],
	});
	const wait = (id: string) =>
		watcher.awaitEnd(id, 1_000, new AbortController().signal, FREE);
	return { watcher, read, wait };
}

const [OF_FIRST = "", OF_SECOND = ""] = [0, 1].map((shard) =>
	["a", "b", "c", "d", "e"].find((id) => shardOf(id, 2) === shard),
);

test("nothing is said about a task in another shard until the first has confirmed the cluster's number", async () => {
	const { watcher, read, wait } = watcherBeside(new VirtualClock(), () =>
		Promise.reject(unsettled()),
	);
	await expect(wait(OF_SECOND)).rejects.toMatchObject({ kind: "unsettled" });
	expect(read).toEqual([]);
	expect(await wait(OF_FIRST)).toEqual({ record: undefined });
	const atOnce = new AbortController().signal;
	await expect(
		watcher.awaitEnd(OF_SECOND, 0, atOnce, FREE),
	).rejects.toMatchObject({ kind: "unsettled" });
	expect(read).toEqual([OF_FIRST]);
});

test("a client that waits is not told that there is no such task by a shard of a former cluster", async () => {
	const clock = new VirtualClock();
	let isSure = false;
	const { watcher, wait } = watcherBeside(clock, async () => {
		if (!isSure) throw unsettled();
	});
	const waiting = watcher.wait(OF_SECOND, 60_000);
	let answered = false;
	void waiting.ended.then(() => (answered = true));
	waiting.lookSoon();
	await clock.runFor(10_000);
	expect(answered).toBe(false);
	isSure = true;
	await clock.runFor(WAIT_POLL_MS_MAX);
	expect(answered).toBe(true);
	expect(await wait(OF_SECOND)).toEqual({ record: undefined });
});
