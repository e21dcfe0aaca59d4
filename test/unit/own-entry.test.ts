/** Openings in a shard that has another number of shards: until when they may change it. */
import { expect, test } from "vitest";
import { OwnEntry } from "../../node/lease/own-entry.ts";
import { ShardMemory } from "../../node/lease/shard-memory.ts";
import type { OpenReply, OpenRequest } from "../../node/ports.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord } from "../contract/store-bench.ts";
import { KeptInMemory } from "../fakes/generations.ts";

const FROM = { ttlMs: LEASE_TTL_MS, known: NO_GENERATION, knownEpoch: 0 };
/** How far the shard's clock is ahead of the node's monotonic one. */
const AHEAD_MS = 1_800_000_000_000;

/**
 * The entry of a node whose number is certain until `sureUntilMs`, on a shard that refuses
 * openings later than they say. An answer takes 2 ms.
 */
function entryOf(sureUntilMs: number) {
	const clock = new VirtualClock();
	const asked: (number | undefined)[] = [];
	const opened: OpenReply = {
		...{ ok: true, ...NO_GENERATION, epoch: 1, name: "ann" },
		...{ previous: undefined, nowMs: 0 },
	};
	const entry = new OwnEntry({
		clock,
		shard: {
			sessions: {
				open: async ({ sureUntilMs }: OpenRequest) => {
					asked.push(sureUntilMs);
					const nowMs = AHEAD_MS + clock.monoMs() + 1;
					await clock.runFor(2);
					if ((sureUntilMs ?? 0) >= nowMs) return opened;
					return { ok: false, code: "late", nowMs };
				},
				describe: async () => "ann",
				pulse: () => Promise.reject(new Error("nobody asks")),
				nodes: () => Promise.reject(new Error("nobody asks")),
			},
		},
		report: { record: () => nodeRecord("ann") },
		memory: new ShardMemory(clock, 1, new KeptInMemory()),
		home: { sureUntilMs },
	});
	return { entry, asked, opened };
}

test("a shard whose clock is not known yet says it, and is told again until when the number is certain", async () => {
	const { entry, asked, opened } = entryOf(1_000);
	expect(await entry.open(FROM)).toEqual(opened);
	expect(asked).toHaveLength(2);
	// It is sooner by what the answer took, never later.
	expect(asked[1]).toBeLessThanOrEqual(AHEAD_MS + 1_000);
	expect(asked[1]).toBeGreaterThanOrEqual(AHEAD_MS + 998);
	expect(await entry.open(FROM)).toEqual(opened);
	expect(asked).toHaveLength(3);
});

test("a number that is no longer certain changes no shard's, and the node tries again later", async () => {
	const { entry, asked } = entryOf(1);
	await expect(entry.open(FROM)).rejects.toMatchObject({ kind: "unsettled" });
	expect(asked).toHaveLength(2);
});
