/** Routes that no node serves: their room, who is told of them, and how they change sides. */
import { expect, it } from "vitest";
import { ROUTES_MAX, UNSERVED_ROUTES_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { type Bench, TTL_MS } from "./store-bench.ts";

const routesOf = (name: string, count: number): Route[] =>
	Array.from({ length: count }, (_, i) => `${name}${i}|t|`);

export function unservedRules(bench: Bench): void {
	/** One task on each, brought as by a node that knows of nobody who serves them. */
	const submitUnserved = async (...routes: readonly Route[]) => {
		const tasks = routes.map((route) => bench.task({ route }));
		const outcomes = [];
		for (let from = 0; from < tasks.length; from += 100) {
			const batch = tasks.slice(from, from + 100);
			const named = batch.map(({ route }) => route);
			outcomes.push(...(await bench.shard.submit(batch, undefined, named)));
		}
		return outcomes;
	};
	const refusals = async (...routes: readonly Route[]) =>
		(await submitUnserved(...routes)).map((outcome) =>
			outcome.ok ? "taken" : outcome.code,
		);

	it("however many there are, served ones find room, and the other way round", async () => {
		const lost = routesOf("lost", UNSERVED_ROUTES_MAX);
		await submitUnserved(...lost);
		expect(await refusals("beyond|t|", "lost0|t|")).toEqual([
			"too_many_unserved",
			"taken",
		]);
		const served = routesOf("served", ROUTES_MAX);
		await bench.submit(...served.map((route) => ({ route })));
		const beyond = bench.task({ route: "beyond|t|" });
		expect(await bench.shard.submit([beyond])).toMatchObject([
			{ ok: false, code: "too_many_routes" },
		]);
		const { waiting } = await bench.shard.counts();
		expect(waiting).toHaveLength(ROUTES_MAX + UNSERVED_ROUTES_MAX);
		await bench.claim(await bench.open(), 1, ["lost7|t|"]);
		expect(await refusals("beyond|t|")).toEqual(["taken"]);
	});

	it("one batch fills what room there is, of either kind", async () => {
		await submitUnserved(...routesOf("lost", UNSERVED_ROUTES_MAX - 1));
		await bench.submit(
			...routesOf("served", ROUTES_MAX - 1).map((route) => ({ route })),
		);
		const routes = ["x|t|", "y|t|", "y|t|", "u|t|", "v|t|", "u|t|"];
		const tasks = routes.map((route) => bench.task({ route }));
		const named = ["u|t|", "v|t|"];
		expect(await bench.shard.submit(tasks, undefined, named)).toMatchObject([
			{ ok: true },
			{ code: "too_many_routes" },
			{ code: "too_many_routes" },
			{ ok: true },
			{ code: "too_many_unserved" },
			{ ok: true },
		]);
	});

	it("each is told to every session once, and all of them to one that has just opened", async () => {
		const ann = await bench.open();
		await submitUnserved("b|t|", "a|t|");
		const first = await bench.pulse(ann);
		expect(first).toMatchObject({ ready: [], unserved: ["b|t|", "a|t|"] });
		const { unservedSeen } = first;
		const idle = await bench.pulse(ann, TTL_MS, { unservedSeen });
		expect(idle).toMatchObject({ unserved: [], unservedSeen });
		await submitUnserved("a|t|", "c|t|");
		const next = await bench.pulse(ann, TTL_MS, { unservedSeen });
		expect(next.unserved).toEqual(["c|t|"]);
		const bob = await bench.pulse(await bench.open("bob"));
		expect(bob.unserved).toEqual(["b|t|", "a|t|", "c|t|"]);
	});

	it("a number that the store has not come to is none: it has lost what was told", async () => {
		const ann = await bench.open();
		await submitUnserved("a|t|");
		const lost = await bench.pulse(ann, TTL_MS, { unservedSeen: 2 ** 50 });
		expect(lost.unserved).toEqual(["a|t|"]);
	});

	it("a node that serves one makes it served, for all to be told in each pulse", async () => {
		await submitUnserved("a|t|", "b|t|");
		const ann = await bench.open();
		const pulse = await bench.pulse(ann, TTL_MS, {
			served: ["a|t|", "gone|t|"],
		});
		expect(pulse).toMatchObject({ ready: ["a|t|"], unserved: ["b|t|"] });
		expect((await bench.claim(ann, 1, ["a|t|"])).tasks).toHaveLength(1);
		expect((await bench.pulse(ann)).ready).toEqual([]);
	});

	it("so does a node that brings a task for one, where it knows who serves it", async () => {
		await submitUnserved("a|t|");
		await bench.submit({ route: "a|t|" });
		const pulse = await bench.pulse(await bench.open());
		expect(pulse).toMatchObject({ ready: ["a|t|"], unserved: [] });
		expect(await refusals("a|t|")).toEqual(["taken"]);
	});

	it("where the served ones have no room one stays as it is, and takes more tasks", async () => {
		await submitUnserved("a|t|");
		await bench.submit(
			...routesOf("served", ROUTES_MAX).map((route) => ({ route })),
		);
		await bench.submit({ route: "a|t|" });
		const ann = await bench.open();
		const pulse = await bench.pulse(ann, TTL_MS, { served: ["a|t|"] });
		expect(pulse.unserved).toEqual(["a|t|"]);
		expect((await bench.claim(ann, 9, ["a|t|"])).tasks).toHaveLength(2);
	});

	it("one whose nodes have left makes room, and is told of as a new one", async () => {
		await bench.submit(
			...routesOf("served", ROUTES_MAX).map((route) => ({ route })),
		);
		const ann = await bench.open();
		const { unservedSeen } = await bench.pulse(ann);
		const known = { unservedSeen, unserved: ["served3|t|", "gone|t|"] };
		const pulse = await bench.pulse(ann, TTL_MS, known);
		expect(pulse.unserved).toEqual(["served3|t|"]);
		expect(pulse.ready).toHaveLength(ROUTES_MAX - 1);
		await bench.submit({ route: "new|t|" });
	});

	it("a task of one that comes back from a node waits on a served route", async () => {
		await submitUnserved("a|t|");
		const ann = await bench.open();
		const [task] = (await bench.claim(ann, 1, ["a|t|"])).tasks;
		const back = { end: "handed-back", message: "" } as const;
		await submitUnserved("a|t|");
		await bench.shard.giveBack([
			{ id: task?.id ?? "", token: task?.token ?? 0, ...back },
		]);
		const pulse = await bench.pulse(ann);
		expect(pulse).toMatchObject({ ready: ["a|t|"], unserved: [] });
	});

	it("a task that waits on one is not passed by those that a node brings for itself", async () => {
		await submitUnserved("a|t|");
		const { name, generation } = await bench.open("ann", TTL_MS);
		const lease = { session: name, generation };
		const task = bench.task({ route: "a|t|" });
		const [outcome] = await bench.shard.submit([task], lease);
		expect(outcome).toMatchObject({ ok: true, created: true });
		expect(outcome).not.toHaveProperty("claimed");
	});

	it("they are counted and listed as others are", async () => {
		await submitUnserved("a|t|");
		await bench.submit({ route: "b|t|" });
		const { waiting } = await bench.shard.counts();
		expect(waiting).toEqual([
			{ route: "a|t|", count: 1 },
			{ route: "b|t|", count: 1 },
		]);
		const all = { state: undefined, beforeSeq: 2 ** 45, limit: 9 };
		expect((await bench.shard.list(all)).tasks).toHaveLength(2);
	});
}
