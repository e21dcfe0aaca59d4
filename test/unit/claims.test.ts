/** Claims that were refused: what follows from them. */
import { expect, test } from "vitest";
import { Claimer } from "../../node/claimer.ts";
import type { Log, Shard } from "../../node/ports.ts";
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
			rumourProved() {},
		});
		claimer.hint("default|work|");
		await clock.runFor(1_000);
		expect(claims).toBe(1);
		claimer.retry();
		await clock.runFor(1_000);
		expect(claims).toBe(2);
	},
);
