/** How long a node that leaves waits for its tasks, and for a store that is away. */
import { expect, test } from "vitest";
import { Drainer } from "../../node/drainer.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

const DRAIN_MS = 30_000;
const AWAY_MS_MAX = 3_000;

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
	const drainer = new Drainer({ clock, log, runner, crews: [], store });
	return { clock, store, runner, drainer };
}

test("tasks have the whole time, also while the store is away", async () => {
	const { clock, runner, drainer } = makeLeaver(false);
	const drained = drainer.drain(DRAIN_MS, Number.POSITIVE_INFINITY);
	await clock.runFor(DRAIN_MS * 2);
	await drained;
	expect(runner.givenUpMs).toBe(DRAIN_MS);
});

test("a store that may be gone for good is waited for so long and no longer", async () => {
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
	// From when it was last seen, at a look shortly before.
	expect(waitedMs).toBeLessThanOrEqual(AWAY_MS_MAX);
	expect(waitedMs).toBeGreaterThan(AWAY_MS_MAX - 100);
});
