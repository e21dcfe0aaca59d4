/** Hosts that are gone and whose leases stand: which of their peers should have missed them. */
import { expect, test } from "vitest";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { HistoryEvent } from "../checker/history.ts";
import { breaches, soundHistory } from "./checker-history.ts";

const TERMS = { missedWithinMs: 3_500 };
const BROKEN =
	"a host that vanishes is missed before its lease ends: the host of one was gone and its lease stood from 20000 to 24000 ms, and two could have taken it";
/** The time until a peer has seen the store up for a lease's time, and a little more. */
const RECOVERY_MS = LEASE_TTL_MS + 2_000;

function unmissed(untilMs: number, ...more: HistoryEvent[]): string[] {
	const gone = { node: "one", by: "two", fromMs: 20_000, untilMs };
	return breaches(
		[...soundHistory(), { kind: "unmissed", shard: 0, ...gone }, ...more],
		TERMS,
	);
}

function cut(node: string, fromMs: number, untilMs: number): HistoryEvent {
	return { kind: "impaired", why: "cut-off", node, fromMs, untilMs };
}

function away(shard: number, fromMs: number, untilMs: number): HistoryEvent {
	return { kind: "shard-away", shard, fromMs, untilMs };
}

test("a host is missed within the bound, or the promise is broken", () => {
	expect(unmissed(23_500)).toEqual([]);
	expect(unmissed(24_000)).toEqual([BROKEN]);
});

test.each<[string, HistoryEvent]>([
	["was cut off itself", cut("two", 19_000, 20_500)],
	["has just come back to the store", cut("two", 10_000, 20_501 - RECOVERY_MS)],
	["got no answer from the shard", away(0, 23_000, 23_500)],
	["has just got answers again", away(0, 10_000, 20_501 - RECOVERY_MS)],
	["did not know a newcomer", { kind: "opened", node: "three", atMs: 21_000 }],
	["saw the clock step", { kind: "clock-step", byMs: 500, atMs: 21_000 }],
])("a peer is excused if it %s", (_what, excuse) => {
	expect(unmissed(24_000, excuse)).toEqual([]);
});

test.each<[string, HistoryEvent]>([
	["another peer", cut("three", 19_000, 24_000)],
	["another shard", away(1, 19_000, 24_000)],
	["the shard, long before", away(0, 10_000, 20_000 - RECOVERY_MS)],
	["the shard, at the very end", away(0, 23_900, 24_000)],
])("no peer is excused by what befell %s", (_what, other) => {
	expect(unmissed(24_000, other)).toEqual([BROKEN]);
});
