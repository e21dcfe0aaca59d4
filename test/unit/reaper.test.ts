import { expect, test } from "vitest";
import { Reaper } from "../../node/lease/reaper.ts";
import { RecordedLog } from "../contract/recorded-log.ts";
import { standInShard } from "../stand-ins.ts";

/** A reaper on a store that has revoked the session already, and how often a lost node was told of. */
function reaperOf(mayReap: boolean) {
	const lost: true[] = [];
	const shard = standInShard({
		sessions: { revoke: async () => ({ ok: false, code: "renewed" }) },
	});
	const reaper = new Reaper({
		self: "watcher",
		inquest: { sightingsOf: () => [] },
		shard,
		log: new RecordedLog(),
		renewer: { mayReap },
		hinter: { hint() {} },
		runner: { nodeLost: () => lost.push(true) },
		coroner: { lostElsewhere: async () => true },
	});
	return { reaper, lost };
}

test("a lost node is reported by each node that finds it out, not only by the first", async () => {
	const { reaper, lost } = reaperOf(true);
	await reaper.reap("node@1" as never, { when: "now" });
	expect(lost).toHaveLength(1);
});

test("a lease that this node may not judge is no loss", async () => {
	const { reaper, lost } = reaperOf(false);
	await reaper.expired([{ session: "node@1" as never, expiresMs: 0 }]);
	expect(lost).toHaveLength(0);
});
