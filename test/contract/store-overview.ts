/**
 * Rules of what a shard reports about its work as a whole: the place of a task, the
 * state of its queues, and why tasks failed.
 */
import { expect, it } from "vitest";
import type {
	FailureGroup,
	FailurePlace,
	FailuresRequest,
	QueueDepth,
} from "../../node/ports.ts";
import {
	FAILURES_STEP_MAX,
	FIRST_LINE_CHARS_MAX,
	PRIORITY_MAX,
	QUEUES_LOOKS_MAX,
	QUEUES_STEP_MAX,
} from "../../protocol/limits.ts";
import type { ClaimedTask, NewTask } from "../../protocol/task.ts";
import { PLAIN, readOptions } from "../../protocol/task-options.ts";
import { type Bench, ROUTE } from "./store-bench.ts";

export function standingRules(bench: Bench): void {
	it("a waiting task shows how many go before it on its route, others do not", async () => {
		const session = await bench.open();
		const [low, high, other, late] = (await bench.submit(
			...[{ priority: 1 }, { priority: 9 }, { route: "r|t|" }, {}],
		)) as [NewTask, NewTask, NewTask, NewTask];
		const ahead = () =>
			Promise.all(
				[high, late, low, other].map(({ route, id }) =>
					bench.tasks.ahead(route, id),
				),
			);
		expect(await ahead()).toEqual([0, 1, 2, 0]);
		expect(await bench.tasks.ahead("nowhere|t|", low.id)).toBeUndefined();
		await bench.claim(session, 1);
		expect(await ahead()).toEqual([undefined, 0, 1, 0]);
	});
}

export function queueRules(bench: Bench): void {
	it("counts name no more routes than they are asked for: those to which tasks came last", async () => {
		const routes = ["a|t|", "b|t|", "c|t|"];
		for (const route of routes) await bench.submit({ route });
		const { waiting: two, ...counts } = await bench.tasks.counts(2);
		expect(two.map(({ route }) => route)).toEqual(["b|t|", "c|t|"]);
		expect(counts).toMatchObject({ routes: 3, states: { PENDING: 3 } });
		const { waiting: none, ...same } = await bench.tasks.counts(0);
		expect([none, same]).toEqual([[], counts]);
	});

	/** All queues, so many routes a step at most. */
	const queues = async (limit = QUEUES_STEP_MAX) => {
		const found: QueueDepth[] = [];
		for (let above: number | undefined = -1; above !== undefined; ) {
			const reply = await bench.tasks.queues({ above, limit });
			expect(reply.queues.length).toBeLessThanOrEqual(limit);
			found.push(...reply.queues);
			above = reply.next;
		}
		return found;
	};

	it("each route with work is listed once, with how much waits and what has waited longest", async () => {
		expect(await queues()).toEqual([]);
		const tasks = await bench.submit(
			...[{ route: "b|t|" }, { route: "a|t|", priority: 1 }],
			...[{ route: "a|t|", priority: 9 }, { route: "b|t|" }, {}],
		);
		const [b, a, , , other] = await bench.tasks.get(tasks.map(({ id }) => id));
		const found = await queues();
		expect(found).toMatchObject([
			{ route: "b|t|", count: 2, oldestId: b?.id },
			// Although another one goes first.
			{ route: "a|t|", count: 2, oldestId: a?.id },
			{ route: other?.route, count: 1, oldestId: other?.id },
		]);
		for (const { oldestMs } of found) expect(oldestMs).toBe(b?.createdMs);
		for (const limit of [1, 2, 3]) expect(await queues(limit)).toEqual(found);
		const { highest } = await bench.tasks.queues({ above: -1, limit: 1 });
		expect(highest).toBe(other?.seq);
	});

	it("a route that becomes served or unserved while routes are listed is still listed", async () => {
		const session = await bench.open();
		const lost = ["x|t|", "y|t|", "z|t|"];
		for (const route of lost)
			await bench.tasks.submit([bench.task({ route })], undefined, [route]);
		const first = await bench.tasks.queues({ above: -1, limit: 2 });
		expect(first.queues.map(({ route }) => route)).toEqual(["x|t|", "y|t|"]);
		await bench.pulse(session, undefined, { served: ["z|t|"] });
		const above = first.next ?? -1;
		const { queues, next } = await bench.tasks.queues({ above, limit: 2 });
		expect([queues.map(({ route }) => route), next]).toEqual([
			["z|t|"],
			undefined,
		]);
	});

	it("a task that was due later has waited since it was due, and one that was handed back since it first came", async () => {
		const session = await bench.open();
		const held = await bench.started(session, { route: ROUTE });
		const options = readOptions('{"delay":1}');
		const later = bench.task({ route: "later|t|", options });
		const [outcome] = await bench.tasks.submit([later]);
		await bench.until("it is due", async () => {
			await bench.tasks.elapse(1);
			return (await bench.read(later.id)).state === "PENDING";
		});
		const { id, token } = held;
		await bench.tasks.giveBack([
			{ id, token, end: "handed-back", message: "" },
		]);
		const { createdMs } = await bench.read(id);
		const due = outcome?.ok && outcome.created && outcome.moments?.dueMs;
		const found = await queues();
		const sinceOf = (of: string) =>
			found.find(({ oldestId }) => oldestId === of)?.oldestMs;
		expect(sinceOf(id)).toBe(createdMs);
		expect(sinceOf(later.id)).toBeGreaterThanOrEqual(due || Infinity);
	});

	it("a task that was reopened, or became due early, has waited since then", async () => {
		const session = await bench.open();
		const held = await bench.started(session);
		const error = { code: "failed", message: "no" };
		const ended = { state: "FAILURE", end: "failure", error } as const;
		const options = readOptions('{"delay":3600000}');
		const later = bench.task({ route: "later|t|", options });
		await bench.tasks.submit([later]);
		await bench.tasks.complete([{ ...held, startedMs: 1, ...ended }]);
		const { finishedMs = 0 } = await bench.read(held.id);
		const past = async () => (await bench.sessions.nodes()).nowMs > finishedMs;
		await bench.until("time has passed", past);
		await bench.tasks.retry([
			{ id: held.id, round: 1, afterMs: 0, expiresMs: undefined },
		]);
		await bench.tasks.change({
			...{ id: later.id, seen: options, options: PLAIN },
			...{ priority: undefined, due: { atMs: 1 }, expires: undefined },
		});
		const found = await queues();
		expect(found).toHaveLength(2);
		for (const { oldestMs } of found)
			expect(oldestMs).toBeGreaterThan(finishedMs);
	});

	it("a step ends once it has looked at many tasks, however few the routes are", async () => {
		const routes = Array.from({ length: 8 }, (_, i) => `r${i}|t|`);
		for (const route of routes) {
			const each = Array.from({ length: PRIORITY_MAX + 1 }, (_, priority) => ({
				...{ route, priority },
			}));
			await bench.submit(...each);
		}
		const { queues: first, next } = await bench.tasks.queues({
			...{ above: -1, limit: QUEUES_STEP_MAX },
		});
		const looksOfOne = PRIORITY_MAX + 2;
		expect(first).toHaveLength(Math.ceil(QUEUES_LOOKS_MAX / looksOfOne));
		expect(next).toBeDefined();
		const found = await queues();
		expect(found.map(({ route }) => route)).toEqual(routes);
		for (const { count } of found) expect(count).toBe(PRIORITY_MAX + 1);
	});
}

export function failureRules(bench: Bench): void {
	/** Ends one task in each of these ways, in this order, each by a step of its own. */
	const fail = async (
		...each: { type?: string; code?: string; message: string }[]
	) => {
		const session = await bench.open();
		const ids: string[] = [];
		for (const { type = "t", code = "failed", message } of each) {
			const route = `q|${type}|gpu`;
			const [task] = await bench.submit({ route });
			const { tasks } = await bench.claim(session, 1, [route]);
			const { id, token } = tasks[0] as ClaimedTask;
			const stack = `Error: ${message}\n"message":"of the stack"`;
			const cause = { code: "cause", message: "led to it" };
			const error = { code, message, stack, cause };
			await bench.tasks.complete([
				{ id, token, startedMs: 1, state: "FAILURE", end: "failure", error },
			]);
			ids.push(task?.id ?? "");
		}
		return ids;
	};

	/** All groups since the beginning, so many tasks a step. */
	const groups = async (limit = FAILURES_STEP_MAX) => {
		const found: FailureGroup[] = [];
		let from: FailurePlace | undefined;
		let looked = 0;
		do {
			const since = { atMs: 0 };
			const reply = await bench.tasks.failures({ since, from, limit });
			found.push(...reply.groups);
			looked += reply.looked;
			from = reply.next;
		} while (from !== undefined);
		return { found, looked };
	};

	it("failures are grouped by type, code and first line, the newest first", async () => {
		expect(await groups()).toEqual({ found: [], looked: 0 });
		const ids = await fail(
			...[{ message: "no\nroom" }, { message: "no", code: "full" }],
			...[{ type: "u", message: "no" }, { message: "no\r\nway" }],
		);
		const session = await bench.open();
		await bench.ended(session, 3);
		const { finishedMs } = await bench.read(ids[3] ?? "");
		const { found, looked } = await groups();
		expect(found.map((group) => [group.newestId, group.count])).toEqual(
			...[
				[
					[ids[3], 2],
					[ids[2], 1],
					[ids[1], 1],
				],
			],
		);
		expect(found[0]).toEqual({
			...{ type: "t", code: "failed", firstLine: "no", count: 2 },
			...{ newestId: ids[3], newestMs: finishedMs },
		});
		expect(looked).toBe(4);
	});

	it.each([
		["", ""],
		["\n \r\n\t first \n second", "first"],
		['it is "no" \\ at all', 'it is "no" \\ at all'],
		["\\n is no line break", "\\n is no line break"],
		["ends with \\", "ends with \\"],
		["ä €\u0000 😀 \ud800", "ä €\u0000 😀 \ud800"],
		['{"code":"x","message":"y"}', '{"code":"x","message":"y"}'],
		["x".repeat(2_000), "x".repeat(FIRST_LINE_CHARS_MAX)],
		['"'.repeat(2_000), '"'.repeat(FIRST_LINE_CHARS_MAX)],
		["\u0001".repeat(2_000), "\u0001".repeat(FIRST_LINE_CHARS_MAX)],
		["😀".repeat(1_000), "😀".repeat(FIRST_LINE_CHARS_MAX)],
	])("the message %j is shown by its first line: %j", async (message, line) => {
		await fail({ message });
		const { found } = await groups();
		expect(found.map(({ firstLine }) => firstLine)).toEqual([line]);
	});

	it("failures of one moment are each counted once, however few a step looks at", async () => {
		const session = await bench.open();
		await bench.submit(...Array.from({ length: 7 }, () => ({})));
		const { tasks } = await bench.claim(session);
		const error = { code: "failed", message: "no" };
		const ends = tasks.map(({ id, token }) => ({
			...{ id, token, startedMs: 1, state: "FAILURE" as const },
			...{ end: "failure" as const, error },
		}));
		await bench.tasks.complete(ends);
		await fail({ message: "later" });
		for (const limit of [1, 2, 3, 8, 9]) {
			const { found, looked } = await groups(limit);
			expect(looked).toBe(8);
			expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(8);
		}
	});

	it("only failures since the given time are counted", async () => {
		const [old] = await fail({ message: "old" });
		const { finishedMs = 0 } = await bench.read(old ?? "");
		await bench.until("time has passed", async () => {
			const { nowMs } = await bench.sessions.nodes();
			return nowMs > finishedMs + 1;
		});
		await fail({ message: "new" });
		const look = async (since: FailuresRequest["since"]) => {
			const from = undefined;
			const reply = await bench.tasks.failures({ since, from, limit: 9 });
			const lines = reply.groups.map(({ firstLine }) => firstLine);
			return { lines, next: reply.next, reply };
		};
		expect((await look({ atMs: finishedMs })).lines).toEqual(["new", "old"]);
		expect(await look({ atMs: finishedMs + 1 })).toMatchObject({
			...{ lines: ["new"], next: undefined },
		});
		const { reply } = await look({ agoMs: 60_000 });
		expect(reply.sinceMs).toBe(reply.nowMs - 60_000);
		expect(reply.groups).toHaveLength(2);
	});

	it("a task that was deleted or reopened no longer counts as failed", async () => {
		const each = [{ message: "no" }, { message: "way" }, { message: "left" }];
		const [deleted = "", again = ""] = await fail(...each);
		await bench.tasks.remove([{ id: deleted, round: undefined }]);
		await bench.tasks.retry([
			{ id: again, round: 1, afterMs: 0, expiresMs: undefined },
		]);
		expect((await groups()).found).toMatchObject([{ firstLine: "left" }]);
	});
}
