/** What a node makes of announcements, true ones and a flood of others. */
import { describe, expect, test } from "vitest";
import type { Hearer } from "../../node/peers/hearer.ts";
import type { Log } from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import {
	ANNOUNCE_ROUTES_MAX,
	CLAIM_ROUTES_MAX,
	HEED_PER_S,
	RUMOUR_CREDIT_MAX,
	RUMOUR_CREDIT_PER_S,
} from "../../protocol/limits.ts";
import { AROUND_CLAIMER, servesTypes, standInShard } from "../stand-ins.ts";
import { announce, nodeOf } from "./hearer-ground.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ANSWER_MS = 2;

/** Announcements of ever new routes, as many as there are, all at once. */
function flood(hearer: Hearer, from: string, messages: number, seq = 0): void {
	for (let i = 0; i < messages; i++)
		hearer.heard(
			announce(
				from,
				seq + i,
				Array.from(
					{ length: ANNOUNCE_ROUTES_MAX },
					(_, j) => `${from}-${seq + i}-${j}|t|`,
				),
			),
		);
}

test("work that one peer announces runs at once", async () => {
	const { clock, hearer, waiting, seen } = nodeOf();
	waiting.set("a|t|", 1);
	hearer.heard(announce("ann", 1, ["a|t|", "other|t|"]));
	await clock.runFor(ANSWER_MS);
	expect(seen.ran).toEqual(["a|t|"]);
});

describe("a flood of ever new routes", () => {
	test("holds up nothing that the store has named", async () => {
		const { clock, hearer, claimer, waiting, seen } = nodeOf();
		flood(hearer, "rogue", 2_000);
		waiting.set("a|t|", 1);
		claimer.hint("a|t|");
		// One claim is under way, and the next one asks for it.
		await clock.runFor(2 * ANSWER_MS);
		expect(seen.ran).toEqual(["a|t|"]);
	});

	test("holds up what others announce by no more than the room that one sender has", async () => {
		const { clock, hearer, waiting, seen } = nodeOf();
		flood(hearer, "rogue", 2_000);
		waiting.set("a|t|", 1);
		hearer.heard(announce("ann", 1, ["a|t|"]));
		const claims = 2 + RUMOUR_CREDIT_MAX / CLAIM_ROUTES_MAX;
		await clock.runFor(claims * ANSWER_MS);
		expect(seen.ran).toEqual(["a|t|"]);
	});

	test("brings no more questions to the store than a sender has credit for", async () => {
		const { clock, hearer, asked } = nodeOf();
		const seconds = 5;
		for (let i = 0; i < seconds * 100; i++) {
			flood(hearer, "rogue", 20, i * 20);
			await clock.runFor(10);
		}
		const routes = asked.flat().length;
		expect(routes).toBeLessThanOrEqual(
			RUMOUR_CREDIT_MAX + seconds * RUMOUR_CREDIT_PER_S,
		);
		expect(routes).toBeGreaterThan(RUMOUR_CREDIT_PER_S);
	});

	test("takes no more of a node's time than a sender has attention for, however many nodes there are", () => {
		const others = Array.from({ length: 200 }, (_, i) => {
			return { nodeId: `node-${i}`, freeSlots: 50 };
		});
		const { hearer, seen } = nodeOf(1, others);
		flood(hearer, "rogue", 500);
		expect(seen.weighed).toBeLessThanOrEqual(HEED_PER_S + others.length + 1);
	});

	test("waits for a slot within bounds, too", async () => {
		const { clock, hearer, asked } = nodeOf(0);
		for (let i = 0; i < 100; i++) {
			flood(hearer, "rogue", 20, i * 20);
			await clock.runFor(1_000);
		}
		expect(asked).toEqual([]);
	});
});

test("a peer that tells the truth is believed for as long as it speaks", async () => {
	// For two nodes in three, what each says comes too late.
	const { clock, hearer, waiting, seen } = nodeOf();
	for (let i = 0; i < 3_000; i++) {
		const route = `q${i % 50}|t|`;
		if (i % 3 === 0) waiting.set(route, 1);
		hearer.heard(announce("ann", i, [route]));
		await clock.runFor(3);
	}
	expect(seen.ran).toHaveLength(1_000);
});

test("many who announce one busy route keep their credit", async () => {
	const { clock, hearer, waiting, seen } = nodeOf();
	waiting.set("a|t|", 1e9);
	for (let i = 0; i < 2_000; i++) {
		for (const from of ["ann", "bob", "cid"])
			hearer.heard(announce(from, i, ["a|t|"]));
		await clock.runFor(1);
	}
	waiting.set("a|t|", 0);
	waiting.set("b|t|", 3);
	await clock.runFor(100);
	seen.ran.length = 0;
	for (const from of ["ann", "bob", "cid"])
		hearer.heard(announce(from, 9_999, ["b|t|"]));
	await clock.runFor(100);
	expect(seen.ran).toEqual(["b|t|", "b|t|", "b|t|"]);
});

test("a rumour is no reason to repeat a claim that failed", async () => {
	const { clock, hearer, claimer, asked } = nodeOf();
	let refused = 0;
	const failing: Claimer = new Claimer({
		shard: standInShard({
			tasks: {
				claim: async () => {
					refused += 1;
					return { ok: false, code: "no_lease" };
				},
			},
		}),
		...AROUND_CLAIMER,
		...{ clock, log, serves: servesTypes("t") },
	});
	for (let i = 0; i < 100; i++) {
		failing.rumour(`q${i}|t|`, "rogue");
		await clock.runFor(10);
	}
	expect(refused).toBe(1);
	// The store has answered a pulse: it may be asked again.
	failing.retry();
	await clock.runFor(10);
	expect(refused).toBe(2);
	hearer.heard(announce("ann", 1, ["a|t|"]));
	expect(claimer.isHot("a|t|")).toBe(true);
	await clock.runFor(10);
	expect(asked).toEqual([["a|t|"]]);
});

test("a route that was refused for want of room is not asked for", async () => {
	const { clock, claimer, asked } = nodeOf(0);
	for (const route of ["a|t|", "b|t|"]) claimer.hint(route);
	claimer.refused("a|t|");
	expect([claimer.isHot("a|t|"), claimer.isHot("b|t|")]).toEqual([false, true]);
	await clock.runFor(10);
	expect(asked).toEqual([]);
});

test("a nudge makes this node look, if it is meant, and nudges and announcements take nothing from each other", async () => {
	const { clock, hearer, waiting, seen } = nodeOf();
	const nudge = { kind: "nudge", from: "ann", epoch: 1, shard: 0 } as const;
	hearer.nudged({ ...nudge, seq: 1, to: "other" });
	hearer.nudged({ ...nudge, seq: 2, to: "self", shard: 7 });
	expect(seen.looks).toBe(0);
	for (let seq = 3; seq < 1_000; seq++)
		hearer.nudged({ ...nudge, seq, to: "self" });
	waiting.set("a|t|", 1);
	hearer.heard(announce("ann", 1_000, ["a|t|"]));
	await clock.runFor(ANSWER_MS);
	expect(seen.ran).toEqual(["a|t|"]);
	flood(hearer, "ann", 2_000, 1_001);
	hearer.nudged({ ...nudge, seq: 4_000, to: "self" });
	expect(seen.looks).toBe(998);
});
