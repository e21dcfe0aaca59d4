import { expect, test } from "vitest";
import { Reaper } from "../../node/lease/reaper.ts";
import type { RevokeReply } from "../../node/ports.ts";
import { RecordedLog } from "../contract/recorded-log.ts";
import { standInShard } from "../stand-ins.ts";

/** A reaper on a store that answers like this, how often a lost node was told of, and what came of the answer. */
function reaperOf(
	mayReap: boolean,
	reply: RevokeReply = { ok: false, code: "renewed" },
) {
	const lost: true[] = [];
	const did: string[] = [];
	const shard = standInShard({ sessions: { revoke: async () => reply } });
	const reaper = new Reaper({
		self: "watcher",
		inquest: { sightingsOf: () => [] },
		shard,
		log: new RecordedLog(),
		renewer: { mayReap },
		hinter: { hint: () => did.push("shared its tasks out") },
		roster: { sessionOver: (nodeId) => did.push(`left out ${nodeId}`) },
		runner: { nodeLost: () => lost.push(true) },
		coroner: { lostElsewhere: async () => true },
	});
	return { reaper, lost, did };
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

test("a node whose session is over gets none of the tasks that it ran, one that has renewed its lease may", async () => {
	const over = reaperOf(true, { ok: true, putBack: [], left: 0 });
	await over.reaper.reap("node:1" as never, { when: "now" });
	expect(over.did).toEqual(["left out node", "shared its tasks out"]);
	const renewed = reaperOf(true);
	await renewed.reaper.reap("node:1" as never, { when: "now" });
	expect(renewed.did).toEqual([]);
});
