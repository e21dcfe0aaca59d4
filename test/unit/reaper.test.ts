import { expect, test } from "vitest";
import { Reaper } from "../../node/lease/reaper.ts";
import type { RevokeReply, RoutedCount } from "../../node/ports.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";
import { standInShard } from "../stand-ins.ts";

/** A reaper on a store that answers like this, how often a lost node was reported, and what came of the answer. */
function reaperOf(
	mayReap: boolean,
	reply: RevokeReply = { ok: false, code: "renewed" },
	index = 0,
	inherited: ReadonlyMap<string, number> = new Map(),
) {
	const clock = new VirtualClock();
	const calls: string[] = [];
	const hinted: RoutedCount[] = [];
	const revoke = async () => {
		calls.push("revoke");
		await clock.runFor(5);
		return reply;
	};
	const lost: true[] = [];
	const did: string[] = [];
	const log = new RecordedLog();
	const shard = { ...standInShard({ sessions: { revoke } }), index };
	const reaper = new Reaper({
		self: "watcher",
		inquest: { sightingsOf: () => [] },
		takenLeases: { takes: (nodeId) => calls.push(`take from ${nodeId}`) },
		...{ shard, clock, log },
		renewer: { mayReap },
		hinter: {
			hint: (counts) => {
				did.push("shared its tasks out");
				hinted.push(...counts);
			},
		},
		roster: {
			sessionOver: (nodeId, words) =>
				did.push(`left out ${nodeId} ${JSON.stringify(words)}`),
		},
		heir: {
			inherit: async (nodeId) => {
				calls.push(`inherit from ${nodeId}`);
				return inherited;
			},
		},
		runner: { nodeLost: () => lost.push(true) },
		coroner: { lostElsewhere: async () => true },
	});
	return { reaper, lost, did, calls, hinted, log };
}

test("a lost node is reported by each node that finds it out, not only by the first; one that left in good order, or renewed its lease, is not lost", async () => {
	const over = { ok: true, putBack: [], left: 0 } as const;
	const replies = [
		[{ ...over, taken: true }, 1],
		[over, 1],
		[{ ...over, noDeath: true }, 0],
		[{ ok: false, code: "renewed" }, 0],
	] as const;
	for (const [reply, times] of replies) {
		const { reaper, lost } = reaperOf(true, reply);
		await reaper.reap("node:1" as never, { when: "now" });
		expect(lost).toHaveLength(times);
	}
});

test("a lease that this node may not judge is no loss", async () => {
	const { reaper, lost } = reaperOf(false);
	await reaper.expired([{ session: "node@1" as never, expiresMs: 0 }]);
	expect(lost).toHaveLength(0);
});

test("a node whose session is over gets none of the tasks that it ran, one that has renewed its lease may", async () => {
	const over = reaperOf(true, { ok: true, putBack: [], left: 0 });
	await over.reaper.reap("node:1" as never, { when: "now" });
	expect(over.did).toEqual([
		'left out node {"epoch":1}',
		"shared its tasks out",
	]);
	const renewed = reaperOf(true);
	await renewed.reaper.reap("node:1" as never, { when: "now" });
	expect(renewed.did).toEqual([]);
});

test("in a shard whose epochs no digest tells, only what was said before its reaping counts no more, and only if there was anything to reap", async () => {
	const putBack = [{ route: "a|t|", count: 1, topPriority: 5 }];
	const over = reaperOf(true, { ok: true, putBack, left: 0 }, 1);
	await over.reaper.reap("node:1" as never, { when: "now" });
	expect(over.did[0]).toBe('left out node {"heardByMs":0}');
	const taken = { ok: true, taken: true, putBack: [], left: 0 } as const;
	const idle = reaperOf(true, taken, 1);
	await idle.reaper.reap("node:1" as never, { when: "now" });
	expect(idle.did[0]).toBe('left out node {"heardByMs":0}');
	const late = reaperOf(true, { ok: true, putBack: [], left: 0 }, 1);
	await late.reaper.reap("node:1" as never, { when: "now" });
	expect(late.did).toEqual(["shared its tasks out"]);
});

test.each([
	["now", true, "a node is dead; its tasks were taken back"],
	["now", false, undefined],
	["expired", true, "a lease had expired; its tasks were taken back"],
	["expired", false, undefined],
] as const)(
	"a session found %s, whose lease it took: %s; a node that left in good order is not called dead",
	async (when, taken, words) => {
		const reply = { putBack: [], left: 0, ...(taken && { taken }) } as const;
		const { reaper, log } = reaperOf(true, { ok: true, ...reply });
		await reaper.reap("node:1" as never, { when, expiresMs: 0 });
		const loud = log.entries.filter(([level]) => level !== "debug");
		expect(loud.map(([, , line]) => line)).toEqual(words ? [words] : []);
	},
);

test("what a node takes right behind the revocation is not shared out, the rest is", async () => {
	const putBack = [
		{ route: "a|t|", count: 3, topPriority: 5 },
		{ route: "b|t|", count: 1, topPriority: 5 },
	];
	const inherited = new Map([
		["a|t|", 2],
		["b|t|", 1],
		["c|t|", 1],
	]);
	const reply = { ok: true, taken: true, putBack, left: 0 } as const;
	const { reaper, calls, hinted } = reaperOf(true, reply, 0, inherited);
	const reaping = reaper.reap("node:1" as never, { when: "now" });
	expect(calls).toEqual(["take from node", "revoke", "inherit from node"]);
	await reaping;
	expect(hinted).toEqual([{ route: "a|t|", count: 1, topPriority: 5 }]);
});
