/** Who keeps the figures at the end of a step and when, and what these say of the oldest task. */
import { expect, test } from "vitest";
import { FigureKeeper } from "../../node/duties/figure-keeper.ts";
import { type Log, type QueuesReply, StoreError } from "../../node/ports.ts";
import {
	LIVE_STEP_MS,
	LIVE_TURN_MS,
	QUEUES_STEP_MAX,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord } from "../contract/store-bench.ts";

const log = { debug() {} } as unknown as Log;
const NONE: QueuesReply = {
	...{ nowMs: 0, highest: 0, next: undefined, queues: [] },
};

const depth = (route: string, oldestMs: number) => ({
	...{ route, count: 1, oldestId: "a", oldestMs, started: 0, scheduled: 0 },
});

/** A node that starts half-way through a step. `aheadMs`: the store's clock is that much ahead of the node's. */
function bench(turn: number | "none" = 0, aheadMs = LIVE_STEP_MS / 2) {
	const clock = new VirtualClock();
	const kept: { shard: number; atMs: number; oldestMs: unknown }[] = [];
	const slots: number[] = [];
	const matters: string[] = [];
	const ground = {
		turn,
		away: false,
		/** What each shard says of its queues. */
		queues: [NONE, NONE] as QueuesReply[],
	};
	const storeNowMs = () => clock.monoMs() + aheadMs;
	const keeper = new FigureKeeper({
		...{ clock, log },
		shards: [0, 1].map((shard) => ({
			live: {
				async sample(figures) {
					if (ground.away) throw new StoreError("unreachable", "away");
					const { oldestMs } = figures;
					kept.push({ shard, atMs: storeNowMs(), oldestMs });
					slots.push(figures.slots);
					return true;
				},
			},
			tasks: {
				async queues({ above, limit }) {
					expect([above, limit]).toEqual([-1, QUEUES_STEP_MAX]);
					return ground.queues[shard] ?? NONE;
				},
			},
		})),
		engines: [{ renewer: { storeNowMs } }],
		dutyTurns: {
			turnAt: (matter) => {
				matters.push(matter);
				return ground.turn === "none" ? undefined : ground.turn;
			},
		},
		runner: { slots: 8 },
		roster: {
			others: [
				{ record: { ...nodeRecord("ann"), slots: 4 }, expiresMs: 9_999 },
				{ record: { ...nodeRecord("bob"), slots: 2 }, expiresMs: undefined },
				{ record: { ...nodeRecord("eve"), slots: 1 }, expiresMs: 0 },
			],
		},
	});
	/** When figures were kept in the first shard, in the store's time; and what was said of the oldest then. */
	const steps = () =>
		kept
			.filter(({ shard }) => shard === 0)
			.map(({ atMs, oldestMs }) => [atMs, oldestMs]);
	return { clock, keeper, ground, kept, slots, steps, matters };
}

test("a node that starts keeps what there is, and then the end of each step by the store's clock", async () => {
	const { clock, keeper, kept, slots, steps, matters } = bench();
	keeper.start();
	await clock.runFor(2 * LIVE_STEP_MS);
	const [begun, ...ends] = steps();
	expect(begun).toEqual([LIVE_STEP_MS / 2, undefined]);
	const lateMs = ends.map(
		([atMs], at) => Number(atMs) - (at + 1) * LIVE_STEP_MS,
	);
	expect(lateMs).toHaveLength(2);
	// Behind the end, as otherwise the figures would be of the step before.
	for (const ms of lateMs) {
		expect(ms).toBeGreaterThan(0);
		expect(ms).toBeLessThan(100);
	}
	expect(kept.map(({ shard }) => shard)).toEqual([0, 1, 0, 1, 0, 1]);
	// They are the node's own slots, and those of whoever holds a lease.
	expect(new Set(slots)).toEqual(new Set([12]));
	expect(matters).toEqual([
		...[`figures ${LIVE_STEP_MS}`, `figures ${2 * LIVE_STEP_MS}`],
	]);
	keeper.stop();
});

test("the second in turn keeps them a little later, without a look at the queues; a node without a turn leaves it to others", async () => {
	const second = bench(2);
	second.ground.queues = [{ ...NONE, queues: [depth("a|t|", 7)] }, NONE];
	second.keeper.start();
	await second.clock.runFor(LIVE_STEP_MS);
	const [, [atMs, oldestMs] = []] = second.steps();
	expect(Number(atMs) - LIVE_STEP_MS).toBeGreaterThanOrEqual(2 * LIVE_TURN_MS);
	expect(oldestMs).toBeUndefined();
	second.keeper.stop();
	const none = bench("none");
	none.keeper.start();
	await none.clock.runFor(3 * LIVE_STEP_MS);
	// It keeps only what it begins with, and asks for each step whether it is its turn.
	expect(none.steps()).toHaveLength(1);
	expect(none.matters).toHaveLength(3);
	none.ground.turn = 0;
	await none.clock.runFor(LIVE_STEP_MS);
	expect(none.steps()).toHaveLength(2);
	none.keeper.stop();
});

test("since when the oldest task waits is known over all shards, if each can be looked at in one step", async () => {
	const { clock, keeper, ground, steps } = bench();
	const ends = async (queues: QueuesReply[]) => {
		ground.queues = queues;
		await clock.runFor(LIVE_STEP_MS);
		return steps().at(-1)?.[1];
	};
	keeper.start();
	const one = { ...NONE, queues: [depth("a|t|", 700), depth("b|t|", 500)] };
	const other = { ...NONE, queues: [depth("a|t|", 600)] };
	expect(await ends([one, other])).toBe(500);
	expect(await ends([NONE, other])).toBe(600);
	// Nothing waits.
	expect(await ends([NONE, NONE])).toBe(0);
	// Queues that have come since need not be looked at; but if those that were there are not, nothing is said.
	const newer = { ...other, next: 9, highest: 9 };
	expect(await ends([one, newer])).toBe(500);
	const more = { ...other, next: 8, highest: 9 };
	expect(await ends([one, more])).toBeUndefined();
	keeper.stop();
});

test("a store that is away is asked again: soon at the start, later at the next step", async () => {
	const { clock, keeper, ground, steps } = bench("none");
	ground.away = true;
	keeper.start();
	await clock.runFor(3 * LIVE_TURN_MS);
	expect(steps()).toEqual([]);
	ground.away = false;
	await clock.runFor(LIVE_TURN_MS);
	expect(steps()).toHaveLength(1);
	ground.turn = 0;
	ground.away = true;
	await clock.runFor(LIVE_STEP_MS);
	expect(steps()).toHaveLength(1);
	ground.away = false;
	await clock.runFor(LIVE_STEP_MS);
	expect(steps()).toHaveLength(2);
	keeper.stop();
});

test("a keeper that was stopped keeps nothing, wherever it was", async () => {
	for (const ms of [0, LIVE_STEP_MS / 2 - 1, LIVE_STEP_MS / 2 + 30]) {
		const { clock, keeper, steps } = bench(1);
		keeper.start();
		await clock.runFor(ms);
		keeper.stop();
		const before = steps().length;
		await clock.runFor(3 * LIVE_STEP_MS);
		expect(steps()).toHaveLength(before);
	}
	const { clock, keeper, ground, steps } = bench();
	ground.away = true;
	keeper.start();
	await clock.runFor(1);
	keeper.stop();
	ground.away = false;
	await clock.runFor(3 * LIVE_STEP_MS);
	expect(steps()).toEqual([]);
});
