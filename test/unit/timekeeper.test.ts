/** When a node asks the store to act on what is due, and when it leaves that to others. */
import { expect, test } from "vitest";
import { Timekeeper } from "../../node/duties/timekeeper.ts";
import { type ElapseReply, type Log, StoreError } from "../../node/ports.ts";
import {
	ELAPSE_GAP_MS,
	ELAPSE_OVERDUE_MS,
	ELAPSE_TURN_MS,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { standInShard } from "../stand-ins.ts";

const log = { debug() {} } as unknown as Log;
const NOTHING: ElapseReply = {
	...{ nowMs: 0, nextTimeMs: undefined, expiredIds: [], promoted: [] },
};

/** A timekeeper whose turn it is, and when it asked. */
function bench(turn: number | "none" = 0) {
	const clock = new VirtualClock();
	const askedMs: number[] = [];
	const answers: (ElapseReply | StoreError)[] = [];
	const told: unknown[] = [];
	const shard = standInShard({
		tasks: {
			async elapse() {
				askedMs.push(clock.monoMs());
				const answer = answers.shift() ?? NOTHING;
				if (answer instanceof StoreError) throw answer;
				return answer;
			},
		},
	});
	const timekeeper = new Timekeeper({
		...{ shard, clock, log },
		renewer: { storeNowMs: () => clock.monoMs() },
		hinter: { hint: (counts) => told.push(counts) },
		watcher: { endedHere: (ids) => ids.length > 0 && told.push(ids) },
		dutyTurns: { turnAt: () => (turn === "none" ? undefined : turn) },
	});
	return { clock, askedMs, answers, told, timekeeper };
}

test("a time that a pulse names is acted on when it is due, and once", async () => {
	const { clock, askedMs, timekeeper } = bench();
	timekeeper.pulsed(500);
	timekeeper.pulsed(500);
	await clock.runFor(2_000);
	expect(askedMs).toEqual([500]);
});

test("the second in turn acts a little later, and a node without a turn does not", async () => {
	const second = bench(1);
	second.timekeeper.pulsed(500);
	await second.clock.runFor(2_000);
	expect(second.askedMs).toEqual([500 + ELAPSE_TURN_MS]);
	const none = bench("none");
	none.timekeeper.pulsed(500);
	await none.clock.runFor(550);
	none.timekeeper.pulsed(500);
	await none.clock.runFor(1_000);
	expect(none.askedMs).toEqual([]);
});

test("a node acts without a turn on what it has stored itself", async () => {
	const { clock, askedMs, answers, timekeeper } = bench("none");
	answers.push({ ...NOTHING, nextTimeMs: 900 });
	timekeeper.stored({ dueMs: 300, expiresMs: 900 });
	await clock.runFor(2_000);
	expect(askedMs).toEqual([300, 900]);
});

test("an earlier time goes before a later one that was known", async () => {
	const { clock, askedMs, answers, timekeeper } = bench();
	answers.push({ ...NOTHING, nextTimeMs: 800 });
	timekeeper.pulsed(800);
	timekeeper.stored({ dueMs: 200, expiresMs: undefined });
	await clock.runFor(2_000);
	expect(askedMs).toEqual([200, 800]);
});

test("while there is more the timekeeper goes on, with a gap between steps", async () => {
	const { clock, askedMs, answers, told, timekeeper } = bench();
	const promoted = [{ route: "a|t|", count: 256, topPriority: 5 }];
	answers.push({ ...NOTHING, nextTimeMs: 1, promoted });
	answers.push({ ...NOTHING, nextTimeMs: 1, expiredIds: ["x"] });
	timekeeper.pulsed(1);
	await clock.runFor(100);
	expect(askedMs).toEqual([1, 1 + ELAPSE_GAP_MS, 1 + 2 * ELAPSE_GAP_MS]);
	expect(told).toEqual([promoted, ["x"]]);
});

test("a node acts at once on what its pulse finds long overdue", async () => {
	const { clock, askedMs, timekeeper } = bench(2);
	await clock.runFor(1_000);
	timekeeper.pulsed(1_000 - ELAPSE_OVERDUE_MS);
	expect(askedMs).toEqual([1_000]);
});

test("a store that is away is asked again when a pulse comes through", async () => {
	const { clock, askedMs, answers, timekeeper } = bench();
	answers.push(new StoreError("unreachable", "away"));
	timekeeper.pulsed(10);
	await clock.runFor(500);
	expect(askedMs).toEqual([10]);
	timekeeper.pulsed(10);
	expect(askedMs).toEqual([10, 500]);
});

test("a time months ahead is waited for in pieces that a timer can have", async () => {
	const { clock, askedMs, timekeeper } = bench();
	const farMs = 40 * 24 * 60 * 60 * 1_000;
	timekeeper.pulsed(farMs);
	await clock.runFor(farMs - 1);
	expect(askedMs).toEqual([]);
	await clock.runFor(1);
	expect(askedMs).toEqual([farMs]);
});

test("a timekeeper that was stopped asks for nothing", async () => {
	const { clock, askedMs, timekeeper } = bench();
	timekeeper.pulsed(10);
	timekeeper.stop();
	timekeeper.stored({ dueMs: 20, expiresMs: undefined });
	await clock.runFor(100);
	expect(askedMs).toEqual([]);
});
