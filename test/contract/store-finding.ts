/** Rules of finding: which tasks fit a filter, and how far a step got. */
import { expect, it } from "vitest";
import type { ListRequest } from "../../node/ports.ts";
import {
	FIND_BYTES_MAX,
	FIND_LOOKS_MAX,
	FIND_SPAN_BYTES,
} from "../../protocol/limits.ts";
import { LEFT_OUT, type NewTask } from "../../protocol/task.ts";
import { changeOptions } from "../../protocol/task-change.ts";
import { passesOf, type TaskFilter } from "../../protocol/task-filter.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { type Bench, success } from "./store-bench.ts";
import { findAll } from "./store-drawn-filter.ts";

const TOP = 2 ** 45;

/** All that fit, in small steps. */
function found(
	bench: Bench,
	filter: TaskFilter,
	more: Partial<ListRequest> = {},
): Promise<string[]> {
	const request = { state: undefined, limit: 3, beforeSeq: TOP, filter };
	return findAll(bench.shard, { ...request, ...more });
}

const idsOf = (tasks: readonly { readonly id: string }[]) =>
	tasks.map(({ id }) => id);

export function findingRules(bench: Bench): void {
	it.each<[TaskFilter, Partial<NewTask>]>([
		[{ queue: "a" }, { route: "a|t|" }],
		[{ type: "u" }, { route: "default|u|gpu" }],
		[{ type: "u", queue: "a" }, { route: "a|u|" }],
		[{ tags: ["x"] }, { options: { tags: ["w", "x"] } }],
		[{ tags: ["x", "y"] }, { options: { tags: ["x", "y", "z"] } }],
		[{ texts: ["needle"] }, { payload: '{"in":"a needle"}' }],
		[{ texts: ["no", "ä\\n|"] }, { payload: '"ä\\n|"' }],
	])("the tasks that fit are found among many: %j", async (filter, fields) => {
		const decoys: Partial<NewTask>[] = [
			...[{}, { route: "aa|tu|" }, { options: { tags: ["xx", "yx"] } }],
			{ payload: '{"tags":["x","y"]}', options: { delay: "1h" } },
		];
		const wanted = [];
		for (const more of [{}, { priority: 9 }, { priority: 0 }, {}]) {
			await bench.submit(...decoys);
			wanted.push(...(await bench.submit({ ...fields, ...more })));
		}
		const timed = { ...fields.options, delay: "1h" };
		wanted.push(...(await bench.submit({ ...fields, options: timed })));
		const route = fields.route ?? "default|process_task|";
		const session = await bench.open();
		const { tasks } = await bench.claim(session, 2, [route]);
		await bench.tasks.complete(tasks.slice(0, 1).map(success));
		expect(await found(bench, filter)).toEqual(idsOf(wanted).reverse());
		expect(await found(bench, filter, { state: ["SCHEDULED"] })).toEqual([
			wanted.at(-1)?.id,
		]);
	});

	it("text in results and errors is found, too, also at the end of a long one", async () => {
		const session = await bench.open();
		const [one, two, three] = [
			await bench.started(session),
			await bench.started(session),
			await bench.started(session),
		];
		const { id, token } = two;
		const long = JSON.stringify(`${"a".repeat(10 * FIND_SPAN_BYTES)}needle`);
		await bench.tasks.complete([
			{ ...success(one), state: "SUCCESS", result: '{"a":"needle"}' },
			{
				...{ id, token, startedMs: 7, state: "FAILURE", end: "failure" },
				error: { code: "failed", message: "no needle" },
			},
			{ ...success(three), state: "SUCCESS", result: long },
		]);
		const wanted = [three.id, two.id, one.id];
		expect(await found(bench, { texts: ["needle"] })).toEqual(wanted);
		expect(await found(bench, { texts: ["aneedle"] })).toEqual([three.id]);
		expect(await found(bench, { texts: ["failed"] })).toEqual([two.id]);
		expect(await found(bench, { texts: ["needles"] })).toEqual([]);
	});

	it("a long text is found wherever it begins", async () => {
		for (let shift = -3; shift <= 3; shift++) {
			const before = "b".repeat(FIND_SPAN_BYTES + shift);
			await bench.submit({ payload: JSON.stringify(`${before}needle`) });
		}
		expect(await found(bench, { texts: ["needle"] })).toHaveLength(7);
	});

	it("a search for any text finds exactly the tasks that have it", async () => {
		const odd = ["\u0000", "%d+", "(", "\ud83d", "€\u2028", "]", "null"];
		const tasks = await bench.submit(
			...odd.map((text) => ({ payload: JSON.stringify([text]) })),
		);
		for (const [i, q] of odd.entries()) {
			const { filter = {} } = passesOf({ q }, [q]).at(-1) ?? {};
			const { nodes: _, ...asked } = filter;
			expect(await found(bench, asked)).toContain(tasks[i]?.id);
			expect(await found(bench, filter)).toEqual([]);
		}
	});

	it("tasks are found by the beginning of their ids", async () => {
		const tasks = await bench.submit({}, {}, {});
		const [first] = tasks as [NewTask, ...NewTask[]];
		const idPrefix = first.id.slice(0, -1);
		const all = idsOf(tasks)
			.filter((id) => id.startsWith(idPrefix))
			.reverse();
		expect(await found(bench, { idPrefix })).toEqual(all);
		expect(await found(bench, { idPrefix, notId: first.id })).toEqual(
			all.filter((id) => id !== first.id),
		);
		expect(await found(bench, { notPrefix: "task-" })).toEqual([]);
		expect(await found(bench, {}, { only: first.id })).toEqual([first.id]);
		expect(await found(bench, { type: "u" }, { only: first.id })).toEqual([]);
		expect(await found(bench, {}, { only: "nobody" })).toEqual([]);
		const ended = { only: first.id, state: ["SUCCESS"] as const };
		expect(await found(bench, {}, ended)).toEqual([]);
	});

	it("tasks are found by when they were created", async () => {
		const [one] = await bench.submit({});
		const { createdMs } = await bench.read(one?.id ?? "");
		await bench.until("time has passed", async () => {
			return (await bench.sessions.nodes()).nowMs > createdMs;
		});
		const [two] = await bench.submit({});
		const { createdMs: laterMs } = await bench.read(two?.id ?? "");
		const both = [two?.id, one?.id];
		expect(await found(bench, { sinceMs: createdMs })).toEqual(both);
		expect(await found(bench, { sinceMs: createdMs + 1 })).toEqual([two?.id]);
		expect(await found(bench, { beforeMs: laterMs })).toEqual([one?.id]);
		expect(await found(bench, { beforeMs: createdMs })).toEqual([]);
		expect(await found(bench, { beforeMs: laterMs + 1 })).toEqual(both);
	});

	it("tasks are found by the node of their newest attempt, by how many they had, and by whether they moved", async () => {
		const ann = await bench.open("ann");
		const [moved, ended] = [await bench.started(ann), await bench.started(ann)];
		await bench.tasks.complete([success(ended)]);
		await bench.sessions.revoke({
			...{ session: ann.name, grounds: { when: "now" }, limit: 9 },
		});
		expect(await found(bench, { nodes: ["ann"] })).toEqual([
			ended.id,
			moved.id,
		]);
		expect(await found(bench, { moved: true })).toEqual([]);
		const bob = await bench.open("bob");
		const again = await bench.claimOne(bob);
		for (const isOver of [false, true]) {
			if (isOver) await bench.tasks.complete([success(again)]);
			expect(await found(bench, { nodes: ["ann"] })).toEqual([ended.id]);
			expect(await found(bench, { nodes: ["bob", "cid"] })).toEqual([moved.id]);
			expect(await found(bench, { attemptMin: 2 })).toEqual([moved.id]);
			expect(await found(bench, { moved: true })).toEqual([moved.id]);
		}
		expect(await found(bench, { attemptMin: 1 })).toHaveLength(2);
		const { finishedMs = 0 } = await bench.read(ended.id);
		expect(await found(bench, { endedByMs: finishedMs - 1 })).toEqual([]);
		expect(await found(bench, { endedByMs: finishedMs })).toContain(ended.id);
	});

	it("a brief list leaves out payloads and results, and keeps the rest", async () => {
		const session = await bench.open();
		const options = { tags: ["x"] };
		const tasks = [
			await bench.started(session, { options }),
			await bench.started(session),
		];
		await bench.tasks.complete(tasks.slice(0, 1).map(success));
		const request = { state: undefined, beforeSeq: TOP, limit: 9 };
		const whole = await bench.tasks.list(request);
		const brief = await bench.tasks.list({ ...request, brief: true });
		expect(brief.tasks).toEqual(
			whole.tasks.map(({ result: _, ...task }) => ({
				...{ ...task, payload: LEFT_OUT },
			})),
		);
		expect(brief).toMatchObject({ more: false, downToSeq: 0 });
	});

	it("each waiting task is found once on more routes than one step can look at", async () => {
		const routes = FIND_LOOKS_MAX;
		const each = Array.from({ length: 2 * routes }, (_, i) => ({
			route: `q${(i * 7) % routes}|t|`,
			priority: i % 3,
			options: i % 50 === 0 ? { tags: ["x"] } : PLAIN,
		}));
		const all = idsOf(await bench.submit(...each)).reverse();
		expect(await found(bench, {}, { limit: 50 })).toEqual(all);
		const tagged = all.filter((_, i) => (all.length - 1 - i) % 50 === 0);
		expect(await found(bench, { tags: ["x"] })).toEqual(tagged);
		expect(await found(bench, { queue: "q3" })).toHaveLength(2);
	});

	it("a task whose tags were changed is found by its present ones", async () => {
		const [task] = await bench.submit({ options: { tags: ["old"] } });
		const { id = "", options: seen = PLAIN } = task ?? {};
		const changes = { options: { tags: ["new"] } };
		const options = changeOptions({ priority: 5, options: seen }, changes);
		const { code } = await bench.tasks.change({
			...{ id, seen, options, priority: undefined },
			...{ due: undefined, expires: undefined },
		});
		expect(code).toBe("changed");
		expect(await found(bench, { tags: ["new"] })).toEqual([id]);
		expect(await found(bench, { tags: ["old"] })).toEqual([]);
	});

	it("a step looks at a limited number of bytes, and says how far it got", async () => {
		const payload = JSON.stringify("x".repeat(FIND_BYTES_MAX));
		const [needle] = await bench.submit({ route: "a|u|" });
		await bench.submit({ payload }, { payload }, { payload });
		const ids = await found(bench, { type: "u" });
		expect(ids).toEqual([needle?.id]);
		const first = await bench.tasks.list({
			...{ state: undefined, beforeSeq: TOP, limit: 5 },
		});
		expect(first.tasks.length).toBeLessThan(4);
		expect(first.more).toBe(true);
	});
}
