/** Claims that were refused, or whose answer was lost: what follows from them. */
import { expect, test } from "vitest";
import { Claimer } from "../../node/claimer.ts";
import type { GiveBack, Log, Shard } from "../../node/ports.ts";
import { Reconciler } from "../../node/reconciler.ts";
import { COMPLETE_BATCH_MAX } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

test.each(["stale_generation", "no_lease"] as const)(
	"free slots do not make a node repeat a claim that was refused with %s",
	async (code) => {
		const clock = new VirtualClock();
		let claims = 0;
		const claimer: Claimer = new Claimer({
			shard: {
				claim: async () => {
					claims += 1;
					return { ok: false, code };
				},
			} as unknown as Shard,
			clock,
			log,
			serves: () => true,
			lease: () => ({ session: "a:1", generation: 1 }),
			reserve: () => 1,
			reserveAll: () => false,
			release: () => clock.soon(() => claims < 10 && claimer.kick()),
			deliver() {},
			staleGeneration() {},
			noLease() {},
			claimLost() {},
		});
		claimer.hint("default|work|");
		await clock.runFor(1_000);
		expect(claims).toBe(1);
		claimer.retry();
		await clock.runFor(1_000);
		expect(claims).toBe(2);
	},
);

/** A reconciler of a node that holds nothing, and what it gives back of the tasks listed. */
function reconcilerOf(listed: readonly { id: string; token: number }[]) {
	const node = { claiming: false, newestToken: 0 };
	const batches: (readonly GiveBack[])[] = [];
	const reconciler = new Reconciler({
		shard: {
			index: 0,
			running: async () => listed,
			giveBack: async (tasks: readonly GiveBack[]) => {
				batches.push(tasks);
				return tasks.map(() => "pending");
			},
		} as unknown as Shard,
		log,
		count: () => 0,
		held: () => [],
		claiming: () => node.claiming,
		newestToken: () => node.newestToken,
		givenBack() {},
	});
	return { node, reconciler, batches };
}

test("more lost tasks than the store takes back at once are given back in parts", async () => {
	const count = COMPLETE_BATCH_MAX + 1;
	const { reconciler, batches } = reconcilerOf(
		Array.from({ length: count }, (_, i) => ({ id: `${i}`, token: i })),
	);
	await reconciler.counted("a:1", count);
	await reconciler.counted("a:1", count);
	expect(batches.map(({ length }) => length)).toEqual([COMPLETE_BATCH_MAX, 1]);
});

test("a busy node gives back what a lost claim took, and not what is on its way to it", async () => {
	const { node, reconciler, batches } = reconcilerOf([
		{ id: "lost", token: 2 },
		{ id: "under way", token: 4 },
	]);
	node.claiming = true;
	node.newestToken = 1;
	reconciler.claimLost();
	await reconciler.counted("a:1", 2);
	expect(batches).toEqual([]);
	node.newestToken = 3;
	await reconciler.counted("a:1", 2);
	await reconciler.counted("a:1", 2);
	expect(batches.map((tasks) => tasks.map(({ id }) => id))).toEqual([["lost"]]);
});
