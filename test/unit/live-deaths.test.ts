/** Deaths: which sessions are one death, and what has become of the tasks that it cut off. */
import { describe, expect, test } from "vitest";
import { Attempts } from "../../node/live/attempts.ts";
import { Deaths } from "../../node/live/deaths.ts";
import type { StoreEvent } from "../../protocol/event.ts";
import { LIVE_DEATHS_MAX } from "../../protocol/limits.ts";

/** When the first death happens; the second follows within the time in which sessions are one death. */
const FIRST_MS = 100_000;
const SECOND_MS = FIRST_MS + 5_500;

const kept = { grounds: "now", tasks: 0 } as const;

describe("a node that dies twice within seconds", () => {
	test("each death has its own sessions, though one shard reports both first", () => {
		const deaths = new Deaths();
		deaths.revoked("ann:11", 1, FIRST_MS + 1, "now", 2);
		deaths.revoked("ann:21", 1, SECOND_MS + 1, "now", 0);
		deaths.revoked("ann:10", 0, FIRST_MS, "now", 1);
		deaths.revoked("ann:20", 0, SECOND_MS, "now", 0);
		deaths.kept("ann", { ...kept, epoch: 20, atMs: SECOND_MS, by: "cid" }, 0);
		deaths.kept("ann", { ...kept, epoch: 10, atMs: FIRST_MS, by: "bob" }, 0);
		expect(deaths.all.map((each) => [each.epoch, each.by, each.tasks])).toEqual(
			[
				[21, "cid", 0],
				[11, "bob", 3],
			],
		);
		expect(deaths.all.some(({ isPartial }) => isPartial)).toBe(false);
	});

	test("the store's word is for the nearest, if the first shard has reported neither", () => {
		const deaths = new Deaths();
		deaths.revoked("ann:11", 1, FIRST_MS, "now", 0);
		deaths.revoked("ann:21", 1, SECOND_MS, "now", 0);
		deaths.kept("ann", { ...kept, epoch: 20, atMs: SECOND_MS, by: "cid" }, 0);
		deaths.kept("ann", { ...kept, epoch: 10, atMs: FIRST_MS, by: "bob" }, 0);
		expect(deaths.all.map(({ epoch, by }) => [epoch, by])).toEqual([
			[21, "cid"],
			[11, "bob"],
		]);
	});

	test("a session that its own node ended, as it came again, is of the death that it had died by then", () => {
		const deaths = new Deaths();
		deaths.revoked("ann:11", 1, FIRST_MS, "silent", 0);
		deaths.revoked("ann:10", 0, FIRST_MS + 500, "superseded", 1);
		deaths.revoked("ann:20", 0, SECOND_MS, "expired", 2);
		deaths.revoked("ann:21", 1, SECOND_MS + 500, "expired", 0);
		expect(deaths.all.map((each) => [each.epoch, each.tasks])).toEqual([
			[20, 2],
			[11, 1],
		]);
	});

	test("sessions that were lost together stay together, though an older death had room for one", () => {
		const deaths = new Deaths();
		deaths.revoked("ann:11", 1, FIRST_MS, "restarted", 1);
		deaths.revoked("ann:10", 0, SECOND_MS, "now", 2);
		deaths.kept("ann", { ...kept, epoch: 10, atMs: SECOND_MS, by: "bob" }, 0);
		for (const death of deaths.all) death.isTold = true;
		deaths.revoked("ann:21", 1, SECOND_MS + 40, "now", 1);
		expect(
			deaths.all.map(({ epoch, by, tasks }) => ({ epoch, by, tasks })),
		).toEqual([
			{ epoch: 21, by: "bob", tasks: 3 },
			{ epoch: 11, by: undefined, tasks: 1 },
		]);
		expect(deaths.untold).toHaveLength(2);
	});

	test.each([
		["ann:20", "ann:21"],
		["ann:21", "ann:20"],
	] as const)(
		"what two sessions lost in one millisecond ran is dealt alike, whichever is told first: %s or %s",
		(...told) => {
			const deaths = new Deaths();
			deaths.revoked("ann:11", 1, FIRST_MS, "restarted", 0);
			deaths.revoked("ann:12", 1, FIRST_MS, "restarted", 0);
			for (const session of told)
				deaths.revoked(
					session,
					0,
					FIRST_MS + 5,
					"now",
					session === told[0] ? 1 : 2,
				);
			const ran = { [told[0]]: 1, [told[1]]: 2 };
			expect(
				deaths.all.map(({ shard, epoch, tasks }) => [shard, epoch, tasks]),
			).toEqual([
				[1, 12, ran["ann:21"]],
				[1, 11, ran["ann:20"]],
			]);
		},
	);

	test("a session makes room for a nearer one of its shard, with what its tasks came to", () => {
		const deaths = new Deaths();
		const attempts = new Attempts(deaths);
		deaths.revoked("ann:11", 1, SECOND_MS, "now", 0);
		deaths.revoked("ann:10", 0, FIRST_MS, "now", 1);
		attempts.happened(cutOff("moves", "ann:10"), 0, FIRST_MS);
		attempts.happened(begun("moves", "bob:5"), 0, FIRST_MS + 60);
		deaths.revoked("ann:20", 0, SECOND_MS + 100, "now", 2);
		expect(deaths.all).toMatchObject([
			{ epoch: 11, tasks: 2, moved: 0 },
			{ epoch: 10, tasks: 1, moved: 1, slowestMs: 60 },
		]);
	});

	test("a task that the first death cut off counts for that, though it begins again after the second", () => {
		const deaths = new Deaths();
		const attempts = new Attempts(deaths);
		deaths.revoked("ann:10", 0, FIRST_MS, "now", 2);
		for (const id of ["moves", "ends"])
			attempts.happened(cutOff(id, "ann:10"), 0, FIRST_MS);
		deaths.revoked("ann:20", 0, SECOND_MS, "now", 0);
		attempts.happened(begun("moves", "bob:5"), 0, SECOND_MS + 500);
		attempts.happened(given("ends"), 0, SECOND_MS + 600);
		expect(deaths.all).toMatchObject([
			{ epoch: 20, tasks: 0, moved: 0, over: 0 },
			{ epoch: 10, tasks: 2, moved: 1, over: 1, slowestMs: 6_000 },
		]);
	});
});

test("a death that events reported stays whole, however far clocks of shards are apart", () => {
	const deaths = new Deaths();
	deaths.revoked("ann:11", 1, FIRST_MS, "now", 1);
	deaths.revoked("ann:10", 0, FIRST_MS + 10_000, "now", 1);
	const atMs = FIRST_MS + 20_000;
	deaths.kept("ann", { ...kept, epoch: 10, atMs, by: "bob" }, 0);
	expect(deaths.all).toMatchObject([{ by: "bob", isPartial: false }]);
});

test("who took the lease is asked again when the first shard, which records it, reports the death", () => {
	const deaths = new Deaths();
	deaths.revoked("ann:11", 1, FIRST_MS, "now", 1);
	expect(deaths.takeUnasked()).toHaveLength(1);
	deaths.revoked("ann:10", 0, FIRST_MS + 2_000, "now", 1);
	expect(deaths.takeUnasked()).toEqual(["ann"]);
	deaths.revoked("ann:12", 2, FIRST_MS + 2_000, "now", 1);
	expect(deaths.takeUnasked()).toEqual([]);
});

test("who took the lease is asked once, if several shards have reported the death meanwhile", () => {
	const deaths = new Deaths();
	deaths.revoked("ann:11", 1, FIRST_MS, "now", 1);
	deaths.revoked("ann:10", 0, FIRST_MS + 1, "now", 1);
	expect(deaths.takeUnasked()).toHaveLength(1);
});

test("a death has the grounds on which the node that is named took the lease, whatever other shards report later", () => {
	const deaths = new Deaths();
	const silent = { grounds: "silent", tasks: 1 } as const;
	deaths.revoked("ann:10", 0, FIRST_MS, "silent", 1);
	deaths.kept("ann", { ...silent, epoch: 10, atMs: FIRST_MS, by: "bob" }, 0);
	deaths.revoked("ann:11", 1, FIRST_MS + 500, "superseded", 1);
	expect(deaths.all).toMatchObject([{ grounds: "silent", by: "bob" }]);
});

test("if there are many, the newest are shown, whichever shard reports first", () => {
	const deaths = new Deaths();
	const late = FIRST_MS + LIVE_DEATHS_MAX;
	deaths.revoked("late:1", 1, late, "now", 0);
	for (let atMs = FIRST_MS; atMs < late; atMs++)
		deaths.revoked(`node-${atMs}:1`, 0, atMs, "now", 0);
	expect(deaths.all).toHaveLength(LIVE_DEATHS_MAX);
	expect(deaths.all[0]).toMatchObject({ node: "late" });
});

function cutOff(id: string, session: string): StoreEvent {
	return {
		...{ id, token: 1 },
		about: { kind: "task.put-back", session, end: "revoked" },
	} as StoreEvent;
}

function begun(id: string, session: string): StoreEvent {
	return {
		...{ id, token: 2 },
		about: { kind: "task.started", session, attempt: 2 },
	} as StoreEvent;
}

/** The event of a task that ends while it waits. */
function given(id: string): StoreEvent {
	return {
		id,
		about: { kind: "task.ended", state: "CANCELLED" },
	} as StoreEvent;
}
