/** Rules of waiting work: submitting, claiming, and reading tasks. */
import { expect, it } from "vitest";
import {
	CLAIM_BATCH_BYTES_MAX,
	FIND_BYTES_MAX,
	ROUTES_MAX,
} from "../../protocol/limits.ts";
import { SEQ_EPOCH_MS, SEQ_PER_MS } from "../../protocol/rank.ts";
import { TASK_STATES } from "../../protocol/state.ts";
import { type Bench, ROUTE, success } from "./store-bench.ts";
import { knownAs } from "./store-known.ts";

/** Above every creation number. */
const FROM_THE_TOP = Number.MAX_SAFE_INTEGER;

export function submittingRules(bench: Bench): void {
	it("tasks of one call share their moment and are numbered in order", async () => {
		const tasks = [bench.task(), bench.task({ priority: 0 }), bench.task()];
		const outcomes = await bench.tasks.submit(tasks);
		const seqs = outcomes.map((outcome) =>
			outcome.ok && outcome.created ? outcome.seq : Number.NaN,
		);
		const records = await bench.tasks.get(tasks.map((task) => task.id));
		const createdMs = records[0]?.createdMs ?? Number.NaN;
		const first = (createdMs - SEQ_EPOCH_MS) * SEQ_PER_MS;
		expect(seqs).toEqual([first, first + 1, first + 2]);
		expect(records).toEqual(
			tasks.map((task, i) => ({
				...task,
				state: "PENDING",
				seq: seqs[i],
				createdMs,
				attempt: 0,
				round: 1,
				failures: 0,
				crashes: 0,
				losses: 0,
				attempts: [],
			})),
		);
	});

	it("creation numbers keep rising when calls come faster than the clock ticks", async () => {
		await bench.submit(...Array.from({ length: 100 }, () => ({})));
		const [task] = await bench.submit({});
		const { tasks, more } = await bench.tasks.list({
			...{ state: undefined, beforeSeq: FROM_THE_TOP, limit: 2 },
		});
		const [newest, second] = tasks;
		expect(more).toBe(true);
		expect(newest?.id).toBe(task?.id);
		expect(newest?.seq).toBeGreaterThan(second?.seq ?? Number.NaN);
	});

	it("for an id that is taken the answer is the task as it is", async () => {
		const session = await bench.open();
		const started = await bench.started(session);
		const other = bench.task({ id: started.id, priority: 9, payload: "2" });
		const fresh = bench.task();
		expect(await bench.tasks.submit([other, fresh, fresh])).toMatchObject([
			{ created: false, existing: await knownAs(bench, other) },
			{ created: true },
			{ created: false, existing: await knownAs(bench, fresh) },
		]);
		const { accepted, states } = await bench.tasks.counts();
		expect(accepted).toBe(2);
		expect(states).toMatchObject({ PENDING: 1, STARTED: 1 });
	});

	it("payloads come back as they were, whatever their characters", async () => {
		const payload = JSON.stringify({ a: 'ä€😀\u0000\n"', "|": [null, 1e300] });
		const session = await bench.open();
		const task = await bench.started(session, { payload });
		expect(task.payload).toBe(payload);
		expect((await bench.read(task.id)).payload).toBe(payload);
	});
}

/** How many routes may have work. */
export function roomRules(bench: Bench): void {
	it("a task for one route too many is refused, while routes with work accept more", async () => {
		const routes = Array.from({ length: ROUTES_MAX }, (_, i) => `q${i}|t|`);
		await bench.submit(...routes.map((route) => ({ route })));
		const more = bench.task({ route: "q0|t|" });
		const beyond = bench.task({ route: "beyond|t|" });
		const outcomes = await bench.tasks.submit([beyond, more]);
		expect(outcomes).toMatchObject([
			{ ok: false, code: "too_many_routes" },
			{ ok: true, created: true },
		]);
		expect(await bench.tasks.get([beyond.id])).toEqual([undefined]);
		await bench.claim(await bench.open(), 1, ["q7|t|"]);
		expect(await bench.tasks.submit([beyond])).toMatchObject([{ ok: true }]);
	});

	it("however many routes have work, a task that is claimed at once is accepted", async () => {
		const { name, generation } = await bench.open();
		const routes = Array.from({ length: ROUTES_MAX }, (_, i) => `q${i}|t|`);
		await bench.submit(...routes.map((route) => ({ route })));
		const task = bench.task({ route: "beyond|t|" });
		const lease = { session: name, generation };
		const [outcome] = await bench.tasks.submit([task], lease);
		expect(outcome).toMatchObject({ claimed: { id: task.id } });
	});
}

export function claimingRules(bench: Bench): void {
	it("tasks are claimed by priority, and in order of arrival within one, across routes", async () => {
		const [a, b, c, d, e] = await bench.submit(
			{ priority: 0, route: "x|t|" },
			{ priority: 5, route: "y|t|" },
			{ priority: 5, route: "x|t|" },
			{ priority: 255, route: "y|t|" },
			{ priority: 5, route: "y|t|" },
		);
		const session = await bench.open();
		const { tasks } = await bench.claim(session, 10, ["x|t|", "y|t|"]);
		const ids = [d, b, c, e, a].map((task) => task?.id);
		expect(tasks.map((task) => task.id)).toEqual(ids);
	});

	it("a claimed task is its session's, with a token one above the last", async () => {
		const [first, second] = await bench.submit({}, {});
		const session = await bench.open();
		const { tasks } = await bench.claim(session);
		const [one, two] = tasks;
		const record = await bench.read(first?.id ?? "");
		expect(one).toEqual({
			...first,
			token: one?.token,
			attempt: 1,
			createdMs: record.createdMs,
			claimedMs: one?.claimedMs,
			round: 1,
			failures: 0,
			crashes: 0,
			losses: 0,
		});
		expect(two).toMatchObject({ id: second?.id, token: (one?.token ?? 0) + 1 });
		expect(record).toMatchObject({ state: "STARTED", attempt: 1 });
		const { token, claimedMs } = one ?? {};
		expect(record.attempts).toEqual([
			{ token, round: 1, nodeId: "ann", epoch: session.epoch, claimedMs },
		]);
		expect(await bench.sessions.running(session.name)).toEqual(
			tasks.map(({ id, token }) => ({ id, token })),
		);
	});

	it("no more than the limit is claimed, only from the routes asked for, and the answer tells what is left", async () => {
		await bench.submit({}, {}, {}, { route: "other|t|" });
		const session = await bench.open();
		const { tasks, waiting } = await bench.claim(session, 2);
		expect(tasks).toHaveLength(2);
		expect(waiting).toEqual([1]);
		expect((await bench.claim(session, 9)).tasks).toHaveLength(1);
		expect(await bench.claim(session)).toMatchObject({
			tasks: [],
			waiting: [0],
		});
	});

	it("a claim stops before the task that would take it over its limit of bytes", async () => {
		// Two bytes a character: the limit counts bytes.
		const payload = JSON.stringify("ä".repeat(128 * 1024 - 1));
		const fit = CLAIM_BATCH_BYTES_MAX / (256 * 1024);
		const count = fit + 1;
		for (let i = 0; i < count; i++) await bench.submit({ payload });
		const session = await bench.open();
		const { tasks, waiting } = await bench.claim(session);
		expect(tasks).toHaveLength(fit);
		expect(waiting).toEqual([1]);
		expect((await bench.claim(session)).tasks).toHaveLength(1);
	});

	it("no two sessions are given the same task", async () => {
		await bench.submit(...Array.from({ length: 10 }, () => ({})));
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		const claims = await Promise.all(
			[ann, bob, ann, bob].map((session) => bench.claim(session, 3)),
		);
		const ids = claims.flatMap(({ tasks }) => tasks.map((task) => task.id));
		expect(ids).toHaveLength(10);
		expect(new Set(ids).size).toBe(10);
	});

	it("without a lease nothing is claimed: unknown, expired, revoked or closed", async () => {
		const unknown = await bench.open("unknown");
		const lapsed = await bench.open("lapsed");
		const revoked = await bench.open("revoked");
		const closed = await bench.open("closed");
		await bench.sessions.revoke({
			...{
				session: revoked.name,
				grounds: { when: "now" },
				limit: 1,
			},
		});
		await bench.sessions.close(closed.name, 1);
		await bench.lapse(lapsed);
		await bench.submit({});
		const names = [`${unknown.name}0`, lapsed.name, revoked.name, closed.name];
		for (const session of names) {
			const { generation } = unknown;
			const request = { session, generation, routes: [ROUTE], limit: 1 };
			const reply = await bench.tasks.claim(request);
			expect(reply).toEqual({ ok: false, code: "no_lease" });
		}
		expect((await bench.tasks.counts()).attempts).toBe(0);
	});
}

export function readingRules(bench: Bench): void {
	it("tasks are read in the order asked for, and a missing one is undefined", async () => {
		const [a, b] = await bench.submit({}, {});
		const ids = [b?.id ?? "", "nobody", a?.id ?? ""];
		const records = await bench.tasks.get(ids);
		expect(records.map((task) => task?.id)).toEqual([b?.id, undefined, a?.id]);
	});

	it("tasks that have ended, or do not exist, are over", async () => {
		const session = await bench.open();
		const tasks = await bench.submit({}, {}, {});
		const { tasks: claimed } = await bench.claim(session, 2);
		await bench.tasks.complete(claimed.slice(0, 1).map(success));
		const ids = ["nobody", ...tasks.map(({ id }) => id)];
		expect(await bench.tasks.over(ids)).toEqual(["nobody", claimed[0]?.id]);
	});

	it("lists are newest first, page by page, whatever the priorities and states", async () => {
		const session = await bench.open();
		const priorities = [5, 255, 0, 5, 9, 0, 5];
		const tasks = await bench.submit(
			...priorities.map((priority, i) => ({ priority, route: `r${i % 2}|t|` })),
		);
		const { tasks: claimed } = await bench.claim(session, 4, ["r0|t|"]);
		await bench.tasks.complete(claimed.slice(0, 2).map(success));
		const ids: string[] = [];
		let beforeSeq = FROM_THE_TOP;
		for (;;) {
			const request = { state: undefined, beforeSeq, limit: 3 };
			const page = await bench.tasks.list(request);
			ids.push(...page.tasks.map((task) => task.id));
			if (!page.more) break;
			beforeSeq = page.tasks.at(-1)?.seq ?? 0;
		}
		expect(ids).toEqual(tasks.map((task) => task.id).reverse());
	});

	it("a page ends with the task that makes it too large, and the next one goes on after it", async () => {
		const payload = JSON.stringify("x".repeat(FIND_BYTES_MAX / 4));
		const count = 4 + 3;
		const tasks = await bench.submit(
			...Array.from({ length: count }, () => ({ payload })),
		);
		const all = { state: undefined, beforeSeq: FROM_THE_TOP, limit: 100 };
		const first = await bench.tasks.list(all);
		expect(first.more).toBe(true);
		expect(first.tasks.length).toBeLessThan(count);
		const beforeSeq = first.tasks.at(-1)?.seq ?? 0;
		const second = await bench.tasks.list({ ...all, beforeSeq });
		expect(second.more).toBe(false);
		const ids = [...first.tasks, ...second.tasks].map(({ id }) => id);
		expect(ids).toEqual(tasks.map(({ id }) => id).reverse());
	});

	it("lists of one state have all tasks of that state and no others, as `get` returns them", async () => {
		const session = await bench.open();
		await bench.submit({}, { priority: 1 }, {}, { priority: 200 }, {}, {});
		const { tasks } = await bench.claim(session, 4);
		await bench.tasks.complete(tasks.slice(0, 2).map(success));
		const { states } = await bench.tasks.counts();
		expect(states).toMatchObject({ PENDING: 2, STARTED: 2, SUCCESS: 2 });
		for (const state of TASK_STATES) {
			const request = { state, beforeSeq: FROM_THE_TOP, limit: 10 };
			const { tasks: list, more } = await bench.tasks.list(request);
			expect(more).toBe(false);
			expect(list.map((task) => task.state)).toEqual(
				Array.from({ length: states[state] }, () => state),
			);
			const ids = list.map((task) => task.id);
			if (ids.length > 0) expect(await bench.tasks.get(ids)).toEqual(list);
		}
	});

	it("an empty shard counts 0 in every state", async () => {
		expect(await bench.tasks.counts()).toEqual({
			states: Object.fromEntries(TASK_STATES.map((state) => [state, 0])),
			...{ accepted: 0, attempts: 0, stale: 0, routes: 0, waiting: [] },
		});
	});

	it("counts include what waits on each route", async () => {
		await bench.submit({ route: "b|t|" }, { route: "a|t|" }, { route: "b|t|" });
		expect((await bench.tasks.counts()).waiting).toEqual([
			{ route: "a|t|", count: 1 },
			{ route: "b|t|", count: 2 },
		]);
	});
}
