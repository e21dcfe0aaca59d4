/** Rules of what a shard tells of its work at large: where a task stands, how its queues are, why tasks failed. */
import { expect, it } from "vitest";
import type { QueueDepth } from "../../node/ports.ts";
import {
	PRIORITY_MAX,
	QUEUES_LOOKS_MAX,
	QUEUES_STEP_MAX,
} from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";
import { readOptions } from "../../protocol/task-options.ts";
import { type Bench, ROUTE } from "./store-bench.ts";

export function standingRules(bench: Bench): void {
	it("a waiting task is told how many go before it on its route, others are not", async () => {
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

	it("each route with work is told once, with how much waits and what has waited longest", async () => {
		expect(await queues()).toEqual([]);
		const tasks = await bench.submit(
			...[{ route: "b|t|" }, { route: "a|t|", priority: 1 }],
			...[{ route: "a|t|", priority: 9 }, { route: "b|t|" }, {}],
		);
		const [b, a, , , other] = await bench.tasks.get(tasks.map(({ id }) => id));
		const found = await queues();
		expect(found).toMatchObject([
			{ route: "b|t|", count: 2, oldestId: b?.id },
			// Though another one goes first.
			{ route: "a|t|", count: 2, oldestId: a?.id },
			{ route: other?.route, count: 1, oldestId: other?.id },
		]);
		for (const { oldestMs } of found) expect(oldestMs).toBe(b?.createdMs);
		for (const limit of [1, 2, 3]) expect(await queues(limit)).toEqual(found);
		const { highest } = await bench.tasks.queues({ above: -1, limit: 1 });
		expect(highest).toBe(other?.seq);
	});

	it("a route that changes sides while they are looked at is told all the same", async () => {
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

	it("a task that was due later has waited since then, and one that was handed back since it was first there", async () => {
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

	it("a step ends once it has looked at many, however few the routes are", async () => {
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
