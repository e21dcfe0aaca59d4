/** How long a node that leaves waits for its tasks, and for a store that is away or mute. */
import { expect, test } from "vitest";
import { Drainer } from "../../node/lease/drainer.ts";
import {
	type NodeRecord,
	type ShardSessions,
	StoreError,
} from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import {
	ABORT_GRACE_MS,
	EXIT_MS,
	KILL_MS,
	REVOKE_BATCH_MAX,
	STOP_BOUND_MS,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";
import { standInShard } from "../stand-ins.ts";

const DRAIN_MS = 30_000;
const AWAY_MS_MAX = 3_000;

function report() {
	return { draining: false, record: () => ({}) as NodeRecord };
}

/** A node with one task that does not end by itself. */
function makeLeaver(storeUp: boolean) {
	const clock = new VirtualClock();
	const store = { up: storeUp };
	const runner = {
		running: 1,
		givenUpMs: undefined as number | undefined,
		giveUp() {
			runner.running = 0;
			runner.givenUpMs = clock.monoMs();
		},
	};
	const log = new RecordedLog();
	const executor = { stop: async () => {} };
	const drainer = new Drainer({
		...{ clock, log, runner, executor, engines: [], store, report: report() },
	});
	return { clock, store, runner, drainer };
}

test("tasks have the whole time, even while the store is away", async () => {
	const { clock, runner, drainer } = makeLeaver(false);
	const drained = drainer.drain(DRAIN_MS, Number.POSITIVE_INFINITY);
	await clock.runFor(DRAIN_MS * 2);
	await drained;
	expect(runner.givenUpMs).toBe(DRAIN_MS);
});

test("a drain that is hurried hands tasks back sooner, and never later", async () => {
	const { clock, runner, drainer } = makeLeaver(true);
	const drained = drainer.drain(DRAIN_MS, Number.POSITIVE_INFINITY);
	await clock.runFor(DRAIN_MS / 2);
	drainer.hurry(DRAIN_MS);
	drainer.hurry(DRAIN_MS / 4);
	await clock.runFor(DRAIN_MS / 2);
	await drained;
	expect(runner.givenUpMs).toBeCloseTo((DRAIN_MS * 3) / 4, -1);
});

test("a store that may be gone for good is waited for up to a bound", async () => {
	const { clock, runner, drainer } = makeLeaver(false);
	const drained = drainer.drain(DRAIN_MS, AWAY_MS_MAX);
	await clock.runFor(DRAIN_MS);
	await drained;
	expect(runner.givenUpMs).toBe(AWAY_MS_MAX);
});

test("a store that is there, or is back in time, leaves tasks their time", async () => {
	const { clock, store, runner, drainer } = makeLeaver(true);
	const drained = drainer.drain(DRAIN_MS, AWAY_MS_MAX);
	for (let round = 0; round < 5; round += 1) {
		store.up = false;
		await clock.runFor(AWAY_MS_MAX - 100);
		store.up = true;
		await clock.runFor(100);
	}
	expect(runner.givenUpMs).toBe(undefined);
	store.up = false;
	const awayMs = clock.monoMs();
	await clock.runFor(DRAIN_MS);
	await drained;
	const waitedMs = (runner.givenUpMs ?? 0) - awayMs;
	// The time counts from when it was last seen, at a look shortly before.
	expect(waitedMs).toBeLessThanOrEqual(AWAY_MS_MAX);
	expect(waitedMs).toBeGreaterThan(AWAY_MS_MAX - 100);
});

const never = () => new Promise<never>(() => {});
const session = "one:1" as SessionName;

/** A node with tasks that nothing ends, and a store that answers nothing if it is mute. */
function makeBlocked(mute: boolean, close?: ShardSessions["close"]) {
	const clock = new VirtualClock();
	const closes: number[] = [];
	let left = 2 * REVOKE_BATCH_MAX + 1;
	const sessions: Partial<ShardSessions> = {
		describe: mute ? never : async (_, { name }) => name,
		async close(_: SessionName, limit: number) {
			closes.push(clock.monoMs());
			if (mute) return await never();
			left = Math.max(0, left - limit);
			return { left, putBack: [] };
		},
		...(close && { close }),
	};
	const log = new RecordedLog();
	const stopped: number[] = [];
	const drainer = new Drainer({
		clock,
		log,
		runner: { running: left, giveUp() {} },
		executor: {
			async stop() {
				stopped.push(clock.monoMs());
			},
		},
		engines: [
			{
				shard: standInShard({ sessions }),
				claimer: { stop() {} },
				intake: { expects: mute },
				finisher: { idle: !mute },
				renewer: { session },
			},
		],
		store: { up: true },
		report: report(),
	});
	return { clock, drainer, closes, stopped, log };
}

/** The other message to the store at the end, which it may not answer. */
const toldLast = (mute: boolean) =>
	mute ? new Promise<void>(() => {}) : Promise.resolve();

test.each([false, true])(
	"a node with tasks that nothing ends is gone in time, and says goodbye until none is left; the store mute: %s",
	async (mute) => {
		const { clock, drainer, closes, stopped } = makeBlocked(mute);
		let goneMs = Number.POSITIVE_INFINITY;
		void drainer
			.drain(DRAIN_MS, Number.POSITIVE_INFINITY)
			.then(() => drainer.sayGoodbye(toldLast(mute)))
			.then(() => {
				goneMs = clock.monoMs();
			});
		await clock.runFor(DRAIN_MS + STOP_BOUND_MS);
		expect(stopped).toHaveLength(1);
		expect(stopped[0]).toBeLessThan(DRAIN_MS + ABORT_GRACE_MS + 100);
		expect(closes).toHaveLength(mute ? 1 : 3);
		expect(goneMs).toBeLessThan(DRAIN_MS + STOP_BOUND_MS - EXIT_MS);
	},
);

test("a store that cannot be told that the node leaves is one sentence in the log", async () => {
	const { drainer, log } = makeBlocked(false, async () => {
		throw new StoreError("unknown", "Redis did not answer: it is away");
	});
	await drainer.sayGoodbye(toldLast(false));
	const why = "Redis did not answer: it is away";
	const sentence = "the store could not be told that the node is leaving";
	expect(log.entries).toEqual([["warn", { why, session }, sentence]]);
});

test.each([false, true])(
	"a node told to stop at once ends its tasks by force at once; the store mute: %s",
	async (mute) => {
		const { clock, drainer, closes, stopped } = makeBlocked(mute);
		let gone = false;
		void drainer
			.drop()
			.then(() => drainer.sayGoodbye(toldLast(mute)))
			.then(() => {
				gone = true;
			});
		await clock.runFor(KILL_MS);
		expect(stopped).toEqual([0]);
		expect(closes.length).toBeGreaterThan(0);
		expect(gone).toBe(true);
	},
);
