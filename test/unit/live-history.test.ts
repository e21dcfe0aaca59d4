/** What is read when somebody begins to read frames: in short steps, and not in too many. */
import { expect, test } from "vitest";
import {
	endsOf,
	type HistoryShard,
	readHistory,
} from "../../node/live/history.ts";
import type { LiveHead, LiveLook } from "../../node/ports.ts";
import {
	LIVE_ATTEMPTS_MAX,
	LIVE_HEADS_STEPS_MAX,
	LIVE_HELD_MAX,
} from "../../protocol/limits.ts";

const LOOK: LiveLook = {
	...{ nowMs: 1, pending: 0, started: 1, ended: 0, failed: 0, samples: [] },
	sessions: [{ session: "ann:1", expiresMs: 9, running: 1 }],
};

/** A shard that runs so many tasks, of whose heads a step reads so many. */
function shardOf(running: number, step: number) {
	const asked: number[] = [];
	const attempts = Array.from({ length: running }, (_, i) => ({
		...{ id: `t${i}`, session: "ann:1", token: i, attempt: 1, claimedMs: i },
	}));
	const heads = async (ids: readonly string[]): Promise<LiveHead[]> => {
		asked.push(ids.length);
		return ids.slice(0, step).map(() => ({ round: 1, route: "a|b|" }));
	};
	const place = { ms: 0, bytes: 0 };
	const shard = {
		events: {
			after: async () => ({ from: place, nowMs: 1 }),
			before: async () => ({ entries: [], more: false }),
		},
		live: { holders: async () => ({ attempts, looked: 1 }), heads },
	} as unknown as HistoryShard;
	return { shard, asked };
}

async function historyOf(shard: HistoryShard) {
	const ends = await endsOf([shard]);
	return await readHistory([shard], ends, [LOOK], LIVE_HELD_MAX);
}

test("however many attempts run, no step reads more than some of what they are", async () => {
	const { shard, asked } = shardOf(LIVE_HELD_MAX, LIVE_ATTEMPTS_MAX);
	const { held } = await historyOf(shard);
	expect(held.every(({ head }) => head !== undefined)).toBe(true);
	expect(Math.max(...asked)).toBeLessThanOrEqual(LIVE_ATTEMPTS_MAX);
});

test("if they are so large that a step reads one, those that have run longest are read", async () => {
	const { shard, asked } = shardOf(LIVE_HELD_MAX, 1);
	const { held } = await historyOf(shard);
	expect(asked).toHaveLength(LIVE_HEADS_STEPS_MAX);
	const read = held.filter(({ head }) => head !== undefined);
	expect(read.map(({ id }) => id)).toEqual(
		Array.from({ length: LIVE_HEADS_STEPS_MAX }, (_, i) => `t${i}`),
	);
});
