/** When those who wait for a task are answered. */
import { expect, test } from "vitest";
import { EndWatcher } from "../../node/answers/end-watcher.ts";
import {
	type Clock,
	type Log,
	type ShardTasks,
	StoreError,
} from "../../node/ports.ts";
import { WAIT_POLL_MS_MAX, WAIT_POLL_MS_MIN } from "../../protocol/limits.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";
import { FREE } from "../fakes/free-place.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
/** The home of a cluster that has this node's number of shards. */
const home = { confirm: async () => {} };

/** A shard that has every task; a task runs as long as `over` does not name it. */
function tasksOf(over: ShardTasks["over"]): Pick<ShardTasks, "get" | "over"> {
	return {
		over,
		get: async (ids) => {
			const ended = await over(ids);
			return ids.map((id) => {
				const state = ended.includes(id) ? "SUCCESS" : "STARTED";
				return {
					id,
					state,
					payload: "1",
					attempts: [] as unknown,
				} as TaskRecord;
			});
		},
	};
}

function watcherOn(clock: Clock, getMs: number) {
	const ended = new Set<string>();
	/** How often each task was looked for. */
	const looks = new Map<string, number>();
	const watcher = new EndWatcher({
		...{ clock, log, home },
		tasks: [
			tasksOf(async (ids) => {
				for (const id of ids) looks.set(id, (looks.get(id) ?? 0) + 1);
				const over = ids.filter((id) => ended.has(id));
				await new Promise<void>((resolve) => clock.after(getMs, resolve));
				return over;
			}),
		],
	});
	/** Waits for a task; returns when the wait was over, if it is. */
	const wait = (id: string) => {
		const answer = { afterMs: Number.NaN };
		const begunMs = clock.monoMs();
		const waiting = watcher.wait(id, 60_000);
		void waiting.ended.then(() => (answer.afterMs = clock.monoMs() - begunMs));
		waiting.lookSoon();
		return answer;
	};
	return { ended, looks, watcher, wait };
}

test("a stream of newcomers who wait does not keep the first one waiting", async () => {
	const clock = new VirtualClock();
	const { ended, wait } = watcherOn(clock, 0);
	ended.add("first");
	const first = wait("first");
	for (let i = 0; i < 20; i++) {
		await clock.runFor(WAIT_POLL_MS_MIN / 2);
		wait(`later ${i}`);
	}
	expect(first.afterMs).toBe(WAIT_POLL_MS_MIN);
});

test("a task that ends while it is looked for is looked for again at once", async () => {
	const clock = new VirtualClock();
	const getMs = 10;
	const { ended, watcher, wait } = watcherOn(clock, getMs);
	const answer = wait("a");
	await clock.runFor(WAIT_POLL_MS_MIN + getMs / 2);
	ended.add("a");
	watcher.endedHere(["a"]);
	await clock.runFor(10_000);
	expect(answer.afterMs).toBe(WAIT_POLL_MS_MIN + getMs / 2 + getMs);
});

test("a task that is waited for long is looked for no more often because others come", async () => {
	const clock = new VirtualClock();
	const { looks, wait } = watcherOn(clock, 0);
	wait("long");
	await clock.runFor(10_000);
	const before = looks.get("long") ?? 0;
	for (let i = 0; i < 1_000; i++) {
		wait(`later ${i}`);
		await clock.runFor(10);
	}
	const meanwhile = (looks.get("long") ?? 0) - before;
	expect(meanwhile).toBeGreaterThanOrEqual(10_000 / WAIT_POLL_MS_MAX);
	// A look may come a quarter of its interval early, to go out with others.
	expect(meanwhile).toBeLessThanOrEqual(10_000 / (WAIT_POLL_MS_MAX * 0.75) + 1);
});

test("tasks that are waited for long are looked for together", async () => {
	const clock = new VirtualClock();
	let calls = 0;
	const watcher = new EndWatcher({
		...{ clock, log, home },
		tasks: [
			tasksOf(async () => {
				calls += 1;
				return [];
			}),
		],
	});
	for (let i = 0; i < 100; i++) {
		watcher.wait(`task ${i}`, 60_000).lookSoon();
		await clock.runFor(7);
	}
	await clock.runFor(5_000);
	calls = 0;
	await clock.runFor(10_000);
	// Each of them within the slack of one look, so a look and the next lie as far apart.
	expect(calls).toBeLessThanOrEqual(10_000 / (WAIT_POLL_MS_MAX * 0.25));
});

test("if tasks are waited for together, only those that are over are read", async () => {
	const clock = new VirtualClock();
	const ended = new Set<string>();
	const read: string[] = [];
	const tasks = tasksOf(async (ids) => ids.filter((id) => ended.has(id)));
	const get: ShardTasks["get"] = (ids) => {
		read.push(...ids);
		return tasks.get(ids);
	};
	const watcher = new EndWatcher({
		...{ clock, log, home },
		tasks: [{ ...tasks, get }],
	});
	const waits = Array.from({ length: 300 }, (_, i) => {
		const wait = watcher.wait(`task ${i}`, 60_000);
		wait.lookSoon();
		return wait;
	});
	await clock.runFor(10_000);
	expect(read).toEqual([]);
	ended.add("task 7").add("task 270");
	await clock.runFor(WAIT_POLL_MS_MAX);
	expect(read).toEqual(["task 7", "task 270"]);
	expect(await waits[270]?.ended).toMatchObject({
		record: { id: "task 270" },
	});
});

test("a store that answers slowly is given time between looks", async () => {
	const clock = new VirtualClock();
	const getMs = 1_000;
	const { looks, wait } = watcherOn(clock, getMs);
	wait("a");
	await clock.runFor(30_000);
	const before = looks.get("a") ?? 0;
	await clock.runFor(20_000);
	const meanwhile = (looks.get("a") ?? 0) - before;
	expect(meanwhile).toBeGreaterThan(0);
	expect(meanwhile).toBeLessThanOrEqual(
		20_000 / (getMs + WAIT_POLL_MS_MAX) + 1,
	);
});

test("all who wait for one task are answered, except those who gave up", async () => {
	const clock = new VirtualClock();
	const { ended, watcher } = watcherOn(clock, 0);
	const [first, second, third] = ["a", "a", "a"].map((id) => {
		const { ended: end, lookSoon, giveUp } = watcher.wait(id, 60_000);
		const answer: { task: unknown; afterMs: number } = {
			task: "none",
			afterMs: Number.NaN,
		};
		void end.then((task) => {
			answer.task = task;
			answer.afterMs = clock.monoMs();
		});
		lookSoon();
		return { answer, giveUp };
	});
	await clock.runFor(1_000);
	second?.giveUp();
	await clock.runFor(1);
	expect(second?.answer).toEqual({ task: undefined, afterMs: 1_000 });
	ended.add("a");
	await clock.runFor(WAIT_POLL_MS_MAX);
	for (const other of [first, third])
		expect(other?.answer.task).toMatchObject({
			record: { id: "a", state: "SUCCESS" },
		});
});

test("a task that nobody waits for any more is not looked for", async () => {
	const clock = new VirtualClock();
	const { looks, watcher } = watcherOn(clock, 0);
	const { giveUp, lookSoon } = watcher.wait("a", 60_000);
	giveUp();
	await clock.runFor(1);
	lookSoon();
	await clock.runFor(10_000);
	expect(looks.get("a")).toBeUndefined();
});

test("a client that waits while the store is away is answered once it is back", async () => {
	const clock = new VirtualClock();
	let isAway = true;
	const watcher = new EndWatcher({
		...{ clock, log, home },
		tasks: [
			tasksOf(async (ids) => {
				if (isAway) throw new StoreError("unreachable", "away");
				return [...ids];
			}),
		],
	});
	const waiting = watcher.wait("a", 60_000);
	let end: unknown;
	void waiting.ended.then((ended) => (end = ended));
	waiting.lookSoon();
	await clock.runFor(10_000);
	expect(end).toBeUndefined();
	isAway = false;
	await clock.runFor(WAIT_POLL_MS_MAX);
	expect(end).toMatchObject({ record: { id: "a", state: "SUCCESS" } });
});

test("a wait is over with the task's end, with its time, or when it is given up", async () => {
	const clock = new VirtualClock();
	const { ended, watcher } = watcherOn(clock, 0);
	const client = new AbortController();
	const stays = new AbortController().signal;
	const seen: string[] = [];
	const wait = (name: string, ms: number, signal: AbortSignal) => {
		const waits = () => seen.push(`${name} waits`);
		const place = { ...FREE, leave: waits };
		void watcher.awaitEnd("a", ms, signal, place).then((found) => {
			seen.push(`${name} ${found?.record?.state}`);
		});
	};
	wait("brief", 10, stays);
	wait("gone", 60_000, client.signal);
	wait("patient", 60_000, stays);
	await clock.runFor(11);
	client.abort();
	await clock.runFor(1);
	ended.add("a");
	watcher.endedHere(["a"]);
	await clock.runFor(1);
	wait("late", 60_000, stays);
	await clock.runFor(1);
	expect(seen).toEqual([
		...["brief waits", "gone waits", "patient waits", "brief STARTED"],
		...["gone STARTED", "patient SUCCESS", "late SUCCESS"],
	]);
});
