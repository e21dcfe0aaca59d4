/** Routes that no node serves: their room, who is told of them, and how they become served. */
import { expect, it } from "vitest";
import type { SubmitOutcome } from "../../node/ports.ts";
import {
	BACKLOG_ROUTES_MAX,
	PULSE_ROUTES_MAX,
	ROUTES_MAX,
	SUBMIT_BATCH_MAX,
	SWEEP_ROUTES_MAX,
	UNSERVED_ROUTES_MAX,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { type Bench, TTL_MS } from "./store-bench.ts";

const routesOf = (name: string, count: number): Route[] =>
	Array.from({ length: count }, (_, i) => `${name}${i}|t|`);

/** Submits one task on each route, as a node does that knows of nobody who serves them. */
async function submitUnserved(
	bench: Bench,
	...routes: readonly Route[]
): Promise<SubmitOutcome[]> {
	const tasks = routes.map((route) => bench.task({ route }));
	const outcomes = [];
	for (let from = 0; from < tasks.length; from += SUBMIT_BATCH_MAX) {
		const batch = tasks.slice(from, from + SUBMIT_BATCH_MAX);
		const named = batch.map(({ route }) => route);
		outcomes.push(...(await bench.tasks.submit(batch, undefined, named)));
	}
	return outcomes;
}

async function refusals(bench: Bench, ...routes: readonly Route[]) {
	return (await submitUnserved(bench, ...routes)).map((outcome) =>
		outcome.ok ? "taken" : outcome.code,
	);
}

/** How many routes of either kind there may be. */
export function roomRules(bench: Bench): void {
	it("however many unserved routes there are, served ones find room, and vice versa", async () => {
		const lost = routesOf("lost", UNSERVED_ROUTES_MAX);
		await submitUnserved(bench, ...lost);
		expect(await refusals(bench, "beyond|t|", "lost0|t|")).toEqual([
			"too_many_unserved",
			"taken",
		]);
		const served = routesOf("served", ROUTES_MAX);
		await bench.submit(...served.map((route) => ({ route })));
		const beyond = bench.task({ route: "beyond|t|" });
		expect(await bench.tasks.submit([beyond])).toMatchObject([
			{ ok: false, code: "too_many_routes" },
		]);
		const { waiting, routes, states } = await bench.tasks.counts();
		expect(routes).toBe(ROUTES_MAX + UNSERVED_ROUTES_MAX);
		expect(states.PENDING).toBe(routes + 1);
		// Those to which tasks came last.
		expect(waiting).toHaveLength(BACKLOG_ROUTES_MAX);
		expect(waiting).toContainEqual({ route: served.at(-1), count: 1 });
		await bench.claim(await bench.open(), 1, ["lost7|t|"]);
		expect(await refusals(bench, "beyond|t|")).toEqual(["taken"]);
	});

	it("one batch can fill the room for routes of both kinds", async () => {
		await submitUnserved(bench, ...routesOf("lost", UNSERVED_ROUTES_MAX - 1));
		await bench.submit(
			...routesOf("served", ROUTES_MAX - 1).map((route) => ({ route })),
		);
		const routes = ["x|t|", "y|t|", "y|t|", "u|t|", "v|t|", "u|t|"];
		const tasks = routes.map((route) => bench.task({ route }));
		const named = ["u|t|", "v|t|"];
		expect(await bench.tasks.submit(tasks, undefined, named)).toMatchObject([
			{ ok: true },
			{ code: "too_many_routes" },
			{ code: "too_many_routes" },
			{ ok: true },
			{ code: "too_many_unserved" },
			{ ok: true },
		]);
	});

	it("if there is no room for served routes an unserved one stays unserved, and accepts more tasks", async () => {
		await submitUnserved(bench, "a|t|");
		await bench.submit(
			...routesOf("served", ROUTES_MAX).map((route) => ({ route })),
		);
		await bench.submit({ route: "a|t|" });
		const ann = await bench.open();
		const pulse = await bench.pulse(ann, TTL_MS, { served: ["a|t|"] });
		expect(pulse.routes.unserved).toEqual(["a|t|"]);
		expect((await bench.claim(ann, 9, ["a|t|"])).tasks).toHaveLength(2);
	});

	it("a route whose nodes have left makes room, and is reported as new", async () => {
		await bench.submit(
			...routesOf("served", ROUTES_MAX).map((route) => ({ route })),
		);
		const ann = await bench.open();
		const known = { routesSeen: 2 ** 50, unserved: ["served3|t|", "gone|t|"] };
		let { routes } = await bench.pulse(ann, TTL_MS, known);
		expect(routes.served).toBe(ROUTES_MAX - 1);
		while (routes.more)
			({ routes } = await bench.pulse(ann, TTL_MS, {
				routesSeen: routes.seen,
			}));
		expect(routes.unserved).toEqual(["served3|t|"]);
		await bench.submit({ route: "new|t|" });
	});
}

export function unservedRules(bench: Bench): void {
	it("each unserved route is told to every session once, and all of them to one that has just opened", async () => {
		const ann = await bench.open();
		await submitUnserved(bench, "b|t|", "a|t|");
		const { routes: first } = await bench.pulse(ann);
		expect(first).toMatchObject({ ready: [], unserved: ["b|t|", "a|t|"] });
		const routesSeen = first.seen;
		const { routes: idle } = await bench.pulse(ann, TTL_MS, { routesSeen });
		expect(idle).toMatchObject({ unserved: [], seen: routesSeen });
		await submitUnserved(bench, "a|t|", "c|t|");
		const { routes: next } = await bench.pulse(ann, TTL_MS, { routesSeen });
		expect(next.unserved).toEqual(["c|t|"]);
		const { routes: bob } = await bench.pulse(await bench.open("bob"));
		expect(bob.unserved).toEqual(["b|t|", "a|t|", "c|t|"]);
	});

	it("a number that the store has not reached counts as none: the store has lost what was told", async () => {
		const ann = await bench.open();
		await submitUnserved(bench, "a|t|");
		const lost = await bench.pulse(ann, TTL_MS, { routesSeen: 2 ** 50 });
		expect(lost.routes.unserved).toEqual(["a|t|"]);
	});

	it("a node that serves an unserved route makes it served", async () => {
		await submitUnserved(bench, "a|t|", "b|t|");
		const ann = await bench.open();
		const pulse = await bench.pulse(ann, TTL_MS, {
			served: ["a|t|", "gone|t|"],
		});
		expect(pulse.routes).toMatchObject({ ready: ["a|t|"], unserved: ["b|t|"] });
		expect((await bench.claim(ann, 1, ["a|t|"])).tasks).toHaveLength(1);
		expect((await bench.pulse(ann)).routes.ready).toEqual([]);
	});

	it("a node that submits a task for an unserved route, and knows who serves it, makes it served", async () => {
		await submitUnserved(bench, "a|t|");
		await bench.submit({ route: "a|t|" });
		const pulse = await bench.pulse(await bench.open());
		expect(pulse.routes).toMatchObject({ ready: ["a|t|"], unserved: [] });
		expect(await refusals(bench, "a|t|")).toEqual(["taken"]);
	});

	it("a task of an unserved route that a node gives back waits on a served route", async () => {
		await submitUnserved(bench, "a|t|");
		const ann = await bench.open();
		const [task] = (await bench.claim(ann, 1, ["a|t|"])).tasks;
		const back = { end: "handed-back", message: "" } as const;
		await submitUnserved(bench, "a|t|");
		await bench.tasks.giveBack([
			{ id: task?.id ?? "", token: task?.token ?? 0, ...back },
		]);
		const pulse = await bench.pulse(ann);
		expect(pulse.routes).toMatchObject({ ready: ["a|t|"], unserved: [] });
	});

	it("tasks that a node submits for itself do not overtake one that waits on an unserved route", async () => {
		await submitUnserved(bench, "a|t|");
		const { name, generation } = await bench.open("ann", TTL_MS);
		const lease = { session: name, generation };
		const task = bench.task({ route: "a|t|" });
		const [outcome] = await bench.tasks.submit([task], lease);
		expect(outcome).toMatchObject({ ok: true, created: true });
		expect(outcome).not.toHaveProperty("claimed");
	});

	it("tasks on unserved routes are counted and listed like others", async () => {
		await submitUnserved(bench, "a|t|");
		await bench.submit({ route: "b|t|" });
		const { waiting } = await bench.tasks.counts();
		expect(waiting).toEqual([
			{ route: "a|t|", count: 1 },
			{ route: "b|t|", count: 1 },
		]);
		const all = { state: undefined, beforeSeq: 2 ** 45, limit: 9 };
		expect((await bench.tasks.list(all)).tasks).toHaveLength(2);
	});
}

/** Rules of what a pulse tells of the routes that may be claimed from. */
export function routeRules(bench: Bench): void {
	const tasksOn = (routes: readonly Route[]) =>
		bench.submit(...routes.map((route) => ({ route })));

	it("a pulse brings only what is new since the number that the node has seen", async () => {
		const ann = await bench.open();
		await tasksOn(["a|t|", "b|t|"]);
		const { routes: first } = await bench.pulse(ann);
		expect(first).toMatchObject({ ready: ["a|t|", "b|t|"], more: false });
		const routesSeen = first.seen;
		await tasksOn(["b|t|", "c|t|"]);
		const { routes: next } = await bench.pulse(ann, TTL_MS, { routesSeen });
		expect(next).toMatchObject({ ready: ["c|t|"], served: 3 });
		const { routes: idle } = await bench.pulse(ann, TTL_MS, {
			routesSeen: next.seen,
		});
		expect(idle).toMatchObject({ ready: [], unserved: [], seen: next.seen });
	});

	it("a route that had run empty is new again when tasks come, or come back, to it", async () => {
		const ann = await bench.open();
		await tasksOn(["a|t|", "b|t|"]);
		const { seen: routesSeen } = (await bench.pulse(ann)).routes;
		await bench.claim(ann, 1, ["b|t|"]);
		const [task] = (await bench.claim(ann, 1, ["a|t|"])).tasks;
		await tasksOn(["b|t|"]);
		const { id = "", token = 0 } = task ?? {};
		const back = { end: "handed-back", message: "" } as const;
		await bench.tasks.giveBack([{ id, token, ...back }]);
		const { routes } = await bench.pulse(ann, TTL_MS, { routesSeen });
		expect(routes.ready).toEqual(["b|t|", "a|t|"]);
	});

	it("each pulse brings as many new routes as it may, until all are told once", async () => {
		const ann = await bench.open();
		const served = routesOf("served", 2 * PULSE_ROUTES_MAX + 7);
		const lost = routesOf("lost", PULSE_ROUTES_MAX + 3);
		const tasks = [...served, ...lost].map((route) => bench.task({ route }));
		for (let from = 0; from < tasks.length; from += SUBMIT_BATCH_MAX)
			await bench.tasks.submit(
				tasks.slice(from, from + SUBMIT_BATCH_MAX),
				undefined,
				lost,
			);
		const told: Route[] = [];
		for (let routesSeen = 0, more = true; more; ) {
			const { routes } = await bench.pulse(ann, TTL_MS, { routesSeen });
			expect(routes.ready.length).toBeLessThanOrEqual(PULSE_ROUTES_MAX);
			expect(routes.unserved.length).toBeLessThanOrEqual(PULSE_ROUTES_MAX);
			told.push(...routes.ready, ...routes.unserved);
			({ seen: routesSeen, more } = routes);
		}
		expect(told).toEqual([...served, ...lost]);
	});

	it("a node that asks again is told the served routes once more, some at a time", async () => {
		const ann = await bench.open();
		const served = routesOf("served", SWEEP_ROUTES_MAX + 5);
		await tasksOn(served);
		await submitUnserved(bench, "lost|t|");
		const seen = { routesSeen: (await bench.pulse(ann)).routes.seen };
		const { routes } = await bench.pulse(ann, TTL_MS, { ...seen, again: 0 });
		expect(routes).toMatchObject({ ready: [], served: served.length });
		expect(routes.again).toEqual(served.slice(0, SWEEP_ROUTES_MAX));
		const { routes: rest } = await bench.pulse(ann, TTL_MS, {
			...{ ...seen, again: routes.lastAgain },
		});
		expect(rest.again).toEqual(served.slice(SWEEP_ROUTES_MAX));
		expect(rest.lastAgain).toBe(0);
		expect((await bench.pulse(ann, TTL_MS, seen)).routes.again).toEqual([]);
	});
}
