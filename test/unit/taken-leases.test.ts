import { expect, test } from "vitest";
import { TakenLeases } from "../../node/peers/taken-leases.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";

test("a lease counts as taken for as long as it would have stood", async () => {
	const clock = new VirtualClock();
	const taken = new TakenLeases(clock);
	expect(taken.of("bob")).toBe(false);
	taken.takes("bob");
	expect([taken.of("bob"), taken.of("cid")]).toEqual([true, false]);
	await clock.runFor(LEASE_TTL_MS);
	expect(taken.of("bob")).toBe(true);
	await clock.runFor(1);
	taken.takes("cid");
	expect([taken.of("bob"), taken.of("cid")]).toEqual([false, true]);
});
