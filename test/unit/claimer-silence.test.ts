/** Claims whose shard fell silent, so that others got the slots: what becomes of late answers. */
import { expect, test } from "vitest";
import { type Log, StoreError } from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";
import { claimedTask } from "../new-task.ts";
import { AROUND_CLAIMER, standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ROUTE = "default|work|";
const SLOTS = 2;

/** A claimer whose only claim is answered when the test says so; by then others have its slots. */
async function recalled() {
	const clock = new VirtualClock();
	const seen = { free: SLOTS, claims: 0, ran: 0, back: 0 };
	const claims: PromiseWithResolvers<readonly ClaimedTask[]>[] = [];
	const claimer: Claimer = new Claimer({
		shard: standInShard({
			tasks: {
				claim: async () => {
					const claim = Promise.withResolvers<readonly ClaimedTask[]>();
					claims.push(claim);
					return { ok: true, tasks: await claim.promise, waiting: [0] };
				},
			},
		}),
		...{ clock, log },
		...AROUND_CLAIMER,
		slots: {
			reserve: (slotsMax) => {
				const slots = Math.min(slotsMax, seen.free);
				seen.free -= slots;
				return slots;
			},
			reserveAll: () => false,
			release: (slots) => {
				seen.free += slots;
			},
		},
		intake: {
			...AROUND_CLAIMER.intake,
			deliver: (tasks, _, slots) => {
				seen.ran += slots;
				seen.back += tasks.length - slots;
			},
		},
	});
	claimer.hint(ROUTE);
	await clock.runFor(1);
	claimer.pledges.recall();
	expect(seen.free).toBe(SLOTS);
	claimer.hint(ROUTE);
	await clock.runFor(10);
	expect(claims.length).toBe(1);
	const [claim] = claims as [PromiseWithResolvers<readonly ClaimedTask[]>];
	return { clock, claimer, seen, claim, claims };
}

test("tasks that come late run in slots that are free, and the rest goes back", async () => {
	const { clock, seen, claim } = await recalled();
	seen.free = 1;
	claim.resolve([claimedTask("a", 1), claimedTask("b", 2)]);
	await clock.runFor(1);
	expect(seen).toMatchObject({ free: 0, ran: 1, back: 1 });
});

test("a shard that answers again claims again", async () => {
	const { clock, seen, claim, claims } = await recalled();
	claim.resolve([]);
	await clock.runFor(1);
	expect(claims.length).toBe(2);
	expect(seen.free).toBe(0);
});

test("a claim that gets no answer at all gives back no slots for a second time", async () => {
	const { clock, seen, claim, claims } = await recalled();
	claim.reject(new StoreError("unknown", "it did not answer"));
	await clock.runFor(1);
	expect(seen.free + (claims.length - 1) * SLOTS).toBe(SLOTS);
});
