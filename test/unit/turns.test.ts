/** How the shards of a node share its slots. */
import { expect, test } from "vitest";
import { Pledges } from "../../node/work/pledges.ts";
import { type SlotTaker, Turns } from "../../node/work/turns.ts";
import { CLAIM_SILENCE_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { NO_CAPS } from "../stand-ins.ts";

const NO_PLEDGES = { silentSinceMs: undefined, recall() {} };
const NO_RENEWER = { renewedMs: 0, hurry() {} };

function claimerOf(parts: Partial<SlotTaker>): SlotTaker {
	return { waitsForSlots: false, pledges: NO_PLEDGES, kick() {}, ...parts };
}

function turnsOf(claimers: readonly SlotTaker[]): Turns {
	return new Turns(
		new VirtualClock(),
		claimers.map((claimer) => ({ claimer, renewer: NO_RENEWER })),
	);
}

test("when slots come free each shard gets a chance at them, another one first each time", () => {
	const kicked: number[] = [];
	const turns = turnsOf(
		[0, 1, 2].map((i) => claimerOf({ kick: () => kicked.push(i) })),
	);
	for (let i = 0; i < 3; i++) turns.slotsFreed();
	expect(kicked).toEqual([1, 2, 0, 2, 0, 1, 0, 1, 2]);
});

test("a claimer does not wait for itself", () => {
	const busy = claimerOf({ waitsForSlots: true });
	const idle = claimerOf({});
	const turns = turnsOf([busy, idle]);
	expect(turns.othersWait(busy)).toBe(false);
	expect(turns.othersWait(idle)).toBe(true);
});

/**
 * A node of ten slots, all of them set aside for a shard that owes an answer, and
 * the claimer of another, which lacks some. That one's store answers renewals after `answerMs`.
 */
function nodeOf(answerMs: number, waitsForSlots = true) {
	const clock = new VirtualClock();
	const seen = { free: 10, renewals: 0 };
	const pledges = new Pledges({
		...{ clock, caps: NO_CAPS },
		slots: {
			reserve(slotsMax) {
				const slots = Math.min(slotsMax, seen.free);
				seen.free -= slots;
				return slots;
			},
			reserveAll: () => false,
			release: (slots) => {
				seen.free += slots;
			},
		},
	});
	const pledge = pledges.take(10, false);
	if (pledge === undefined) throw new Error("there are slots");
	const renewer = {
		renewedMs: 0,
		hurry() {
			seen.renewals += 1;
			const sentMs = clock.monoMs();
			clock.after(answerMs, () => {
				renewer.renewedMs = sentMs;
				lacking.kick();
			});
		},
	};
	const lacking: SlotTaker = claimerOf({
		waitsForSlots,
		kick: () => seen.free === 0 && turns.gotNone(lacking),
	});
	const turns = new Turns(clock, [
		{ claimer: claimerOf({ pledges }), renewer: NO_RENEWER },
		{ claimer: lacking, renewer },
	]);
	return { clock, seen, pledges, pledge, renewer, lacking, turns };
}

test("a claimer that lacks slots gets those of a silent shard once its own shard has answered a call sent later", async () => {
	const { clock, seen, lacking } = nodeOf(1);
	lacking.kick();
	await clock.runFor(CLAIM_SILENCE_MS - 1);
	expect(seen).toEqual({ free: 0, renewals: 0 });
	await clock.runFor(3);
	expect(seen).toEqual({ free: 10, renewals: 1 });
});

test("a store that has answered meanwhile is not asked once more", async () => {
	const { clock, seen, renewer, lacking } = nodeOf(1);
	lacking.kick();
	await clock.runFor(2);
	renewer.renewedMs = 1;
	await clock.runFor(CLAIM_SILENCE_MS);
	expect(seen).toEqual({ free: 10, renewals: 0 });
});

test("while no store answers slots stay where they are", async () => {
	const { clock, seen, lacking } = nodeOf(10_000);
	lacking.kick();
	await clock.runFor(10 * CLAIM_SILENCE_MS);
	expect(seen.free).toBe(0);
	expect(seen.renewals).toBeLessThanOrEqual(10);
});

test("slots stay while nobody waits for them, or once turns are over", async () => {
	const idle = nodeOf(1, false);
	idle.lacking.kick();
	await idle.clock.runFor(10 * CLAIM_SILENCE_MS);
	const { clock, seen, lacking, turns } = nodeOf(1);
	lacking.kick();
	turns.stop();
	await clock.runFor(10 * CLAIM_SILENCE_MS);
	for (const each of [idle.seen, seen])
		expect(each).toEqual({ free: 0, renewals: 0 });
});

test("an answer begins the silence anew", async () => {
	const { clock, seen, pledges, pledge, lacking } = nodeOf(1);
	await clock.runFor(CLAIM_SILENCE_MS);
	pledges.end(pledge, 10);
	seen.free = 10;
	pledges.take(10, false);
	lacking.kick();
	await clock.runFor(CLAIM_SILENCE_MS - 1);
	expect(seen.free).toBe(0);
	await clock.runFor(3);
	expect(seen.free).toBe(10);
});

test("a silent shard gets no slots until all is answered, and then its tasks get those that are free", () => {
	const { seen, pledges, pledge } = nodeOf(1);
	pledges.recall();
	expect(seen.free).toBe(10);
	expect(pledges.take(1, false)).toBe(undefined);
	expect(pledges.silentSinceMs).toBe(undefined);
	seen.free = 3;
	expect(pledges.fill(pledge, 5)).toBe(3);
	pledges.end(pledge, 3);
	expect(seen.free).toBe(0);
	seen.free = 2;
	expect(pledges.take(1, false)?.slots).toBe(1);
});
