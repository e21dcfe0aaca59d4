/** Rules of the stream of events: what it tells, and how it says that events are missing. */

import { expect, it } from "vitest";
import type { EventsReply } from "../../node/ports.ts";
import type {
	EventPlace,
	StoredKind,
	StoreEvent,
} from "../../protocol/event.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { type Bench, nodeRecord, success, TTL_MS } from "./store-bench.ts";

async function endOf(bench: Bench): Promise<EventPlace> {
	return (await bench.shard.events.after(undefined)).from;
}

function eventsIn({ entries }: EventsReply): readonly StoreEvent[] {
	return entries.flatMap(({ events }) => events);
}

/** The events since a place, none of which may be missing. */
async function since(bench: Bench, place: EventPlace) {
	const reply = await bench.shard.events.after(place);
	expect(reply).toMatchObject({ how: "on", more: false });
	return eventsIn(reply);
}

function kindsOf(events: readonly StoreEvent[]): StoredKind[] {
	return events.map(({ about }) => about.kind);
}

export function eventRules(bench: Bench): void {
	it("events tell what becomes of a task, in order, and what kind of task it is", async () => {
		const session = await bench.open();
		const place = await endOf(bench);
		const tags = ["x", "y"];
		const [task] = await bench.submit({ options: { tags } });
		const { id = "" } = task ?? {};
		const one = await bench.claimOne(session);
		const { token } = one;
		const back = { id, token, end: "handed-back", message: "" } as const;
		await bench.tasks.giveBack([back]);
		const two = await bench.claimOne(session);
		await bench.tasks.complete([success(two)]);
		await bench.tasks.remove([{ id, round: undefined }]);
		const about = { route: task?.route, round: 1, tags };
		const { name } = session;
		const attempt = { ...about, session: name, attempt: 1 };
		const second = { ...attempt, attempt: 2 };
		expect(await since(bench, place)).toEqual([
			{ id, about: { kind: "task.accepted", ...about, state: "PENDING" } },
			{
				id,
				token,
				about: { kind: "task.started", ...attempt, state: "STARTED" },
			},
			{
				...{ id, token },
				about: {
					...{ kind: "task.put-back", ...attempt },
					...{ state: "PENDING", end: "handed-back" },
				},
			},
			{
				...{ id, token: two.token },
				about: { kind: "task.started", ...second, state: "STARTED" },
			},
			{
				id,
				about: {
					...{ kind: "task.ended", ...second },
					...{ state: "SUCCESS", end: "success" },
				},
			},
			{ id, about: { kind: "task.deleted", ...about } },
		]);
	});

	it("events also tell what happens to a task without an attempt", async () => {
		await bench.open();
		const place = await endOf(bench);
		const [task] = await bench.submit({ options: { delay: "1h" } });
		const { id = "", options = PLAIN } = task ?? {};
		const { dueMs } = await bench.read(id);
		await bench.tasks.change({
			...{ id, seen: options, options, priority: 7 },
			...{ due: { afterMs: 0 }, expires: undefined },
		});
		const by = { by: "ann", reason: "", force: false };
		await bench.tasks.cancel({ tasks: [{ id, round: 1 }], ...by });
		await bench.tasks.retry([
			{ id, round: 1, afterMs: 0, expiresMs: undefined },
		]);
		expect(await since(bench, place)).toMatchObject([
			{ id, dueMs, about: { kind: "task.accepted", state: "SCHEDULED" } },
			{ id, priority: 7, about: { kind: "task.changed" } },
			{ id, about: { kind: "task.ended", state: "CANCELLED", attempt: 0 } },
			{ id, about: { kind: "task.reopened", round: 2 } },
		]);
	});

	it("a step writes one entry, whatever it does, with its events about one task in order", async () => {
		const session = await bench.open();
		const place = await endOf(bench);
		const { name, generation } = session;
		const tasks = Array.from({ length: 3 }, () => bench.task());
		await bench.tasks.submit(tasks, { session: name, generation });
		const ids = tasks.map(({ id }) => ({ id, round: undefined }));
		const by = { by: "ann", reason: "", force: true };
		await bench.tasks.cancel({ tasks: ids, ...by });
		const { entries } = await bench.shard.events.after(place);
		expect(entries).toHaveLength(2);
		for (const { id } of tasks)
			expect(
				entries.map(({ events }) =>
					kindsOf(events.filter((event) => event.id === id)),
				),
			).toEqual([
				["task.accepted", "task.started"],
				["task.cancel-asked", "task.ended"],
			]);
		await bench.tasks.submit(tasks);
		expect((await bench.shard.events.after(place)).entries).toHaveLength(2);
	});

	it("events of tasks that a session takes as they are stored have their tokens, whether the tasks are alike or not", async () => {
		const session = await bench.open();
		const place = await endOf(bench);
		const { name, generation } = session;
		const tasks = [{}, {}, { tags: ["x"] }, {}].map((options) =>
			bench.task(Object.keys(options).length ? { options } : {}),
		);
		const outcomes = await bench.tasks.submit(tasks, {
			...{ session: name, generation },
		});
		const claimed = outcomes.flatMap((outcome) =>
			outcome.ok && outcome.created && outcome.claimed
				? [[outcome.claimed.id, outcome.claimed.token]]
				: [],
		);
		expect(claimed).toHaveLength(4);
		const told = (await since(bench, place)).filter(
			({ about }) => about.kind === "task.started",
		);
		const tokens = told.map((event) => [event.id, event.token]);
		expect(tokens.sort()).toEqual(claimed.sort());
	});

	it("events tell of a revoked session, and what becomes of its tasks", async () => {
		const session = await bench.open();
		const { id } = await bench.started(session);
		const place = await endOf(bench);
		const grounds = { when: "now" } as const;
		await bench.sessions.revoke({ session: session.name, grounds, limit: 9 });
		const isHome = bench.index === 0;
		const { epoch } = session;
		const told = await since(bench, place);
		const byKind = told.toSorted((a, b) =>
			a.about.kind < b.about.kind ? -1 : 1,
		);
		expect(byKind).toMatchObject([
			...(isHome ? [{ id: "ann", epoch, about: { kind: "node.dead" } }] : []),
			{
				...{ id: session.name, tasks: 1 },
				about: { kind: "session.revoked", why: "now" },
			},
			{ id, about: { kind: "task.put-back", end: "revoked" } },
		]);
	});

	it("only the first shard has events about nodes", async () => {
		const place = await endOf(bench);
		const session = await bench.open();
		const record = { ...nodeRecord("ann"), draining: true };
		for (let times = 0; times < 2; times++)
			await bench.sessions.describe(session.name, record);
		for (let times = 0; times < 2; times++)
			await bench.sessions.describe(session.name, { ...record, atRisk: true });
		await bench.sessions.close(session.name, 9);
		const told = await since(bench, place);
		const kinds = ["node.up", "node.draining", "node.at-risk", "node.left"];
		expect(kindsOf(told)).toEqual(bench.index === 0 ? kinds : []);
	});

	it("an event about what a user did to the cluster comes back as it was written", async () => {
		const place = await endOf(bench);
		const line = '{"who":"ann","what":"drain node-1"}';
		await bench.shard.events.audit(line);
		expect(await since(bench, place)).toEqual([
			{ id: line, about: { kind: "audit" } },
		]);
	});

	it("reading can go on from any place, and what changed nothing has no event", async () => {
		const session = await bench.open();
		const place = await endOf(bench);
		const tasks = [
			...(await bench.submit({})),
			...(await bench.submit({})),
			...(await bench.submit({})),
		];
		await bench.claim(session);
		const { entries } = await bench.shard.events.after(place);
		expect(entries.length).toBe(4);
		for (const [i, entry] of entries.entries())
			expect((await bench.shard.events.after(entry.place)).entries).toEqual(
				entries.slice(i + 1),
			);
		const end = await endOf(bench);
		await bench.tasks.submit(tasks);
		await bench.claim(session);
		await bench.tasks.complete([success({ id: "no", token: 1, claimedMs: 1 })]);
		await bench.pulse(session);
		expect(await since(bench, end)).toEqual([]);
	});

	it("events that were cut before they were read are reported as missing, up to where the stream goes on", async () => {
		await bench.open();
		const place = await endOf(bench);
		await bench.submit({});
		const atEnd = await endOf(bench);
		await bench.world.lose("events", bench.index);
		expect(await bench.shard.events.after(place)).toMatchObject({
			...{ how: "trimmed", from: { bytes: atEnd.bytes }, entries: [] },
		});
		// A reader that had read them all misses nothing.
		expect(await since(bench, atEnd)).toEqual([]);
		await bench.submit({});
		const reply = await bench.shard.events.after(place);
		expect(reply).toMatchObject({
			...{ how: "trimmed", from: { bytes: atEnd.bytes } },
		});
		expect(kindsOf(eventsIn(reply))).toEqual(["task.accepted"]);
		expect(kindsOf(await since(bench, atEnd))).toEqual(["task.accepted"]);
		expect(kindsOf(await since(bench, reply.from))).toEqual(["task.accepted"]);
	});

	it("a place that the store has not reached is reported as lost, with the stream's end", async () => {
		await bench.open();
		const { generation, bytes, ms } = await endOf(bench);
		const end = await endOf(bench);
		const ahead = { generation, bytes: bytes + 1_000, ms };
		expect(await bench.shard.events.after(ahead)).toEqual({
			...{ how: "lost", from: end, entries: [], more: false },
			nowMs: expect.any(Number),
		});
	});
}

/** Rules of a store that is restarted. */
export function eventRestartRules(bench: Bench): void {
	it("a restarted store goes on from what it has, and says so if it lacks events that were read", async () => {
		await bench.open();
		await bench.submit({});
		const place = await endOf(bench);
		await bench.submit({});
		await bench.world.restart();
		await bench.sessions.adopt(NO_GENERATION);
		const before = place.generation;
		const reply = await bench.shard.events.after(place);
		expect(reply.how).toBe("on");
		expect(reply.from.generation).toBeGreaterThan(before);
		expect(kindsOf(eventsIn(reply))).toEqual(["task.accepted"]);
		await bench.world.lose("events", bench.index);
		// The entry that ended there may have been another one.
		const end = { ...(await endOf(bench)), generation: before };
		expect(await bench.shard.events.after(end)).toMatchObject({ how: "lost" });
		expect((await bench.open("bob", TTL_MS)).epoch).toBeGreaterThan(0);
	});
}
