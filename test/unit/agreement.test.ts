/**
 * How a node comes to agree with its store: it asks until it is told, however
 * the store fails meanwhile, and not beyond its own end.
 */
import { expect, test } from "vitest";
import { agree } from "../../node/agreement.ts";
import { StoreError } from "../../node/ports.ts";
import { STORE_RETRY_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

/** A store that fails in these ways, one after the other, and then agrees. */
function agreeing(failures: Error[], up = true) {
	const clock = new VirtualClock();
	const log = new RecordedLog();
	const listeners: ((up: boolean) => void)[] = [];
	const seen = { asked: 0, stopping: false, agreed: undefined as unknown };
	const store = {
		up,
		onChange: (listener: (up: boolean) => void) => listeners.push(listener),
		async agreeOnShards() {
			seen.asked++;
			const failure = failures.shift();
			if (failure !== undefined) throw failure;
		},
	};
	agree({ store, clock, log, isStopping: () => seen.stopping }).then(
		(agreed) => {
			seen.agreed = agreed;
		},
		(error) => {
			seen.agreed = error;
		},
	);
	const comeBack = () => {
		for (const listener of listeners) listener(true);
	};
	return { clock, log, seen, comeBack };
}

const busy = () => new StoreError("full", "NOREPLICAS");

test("a store that refuses over an open connection is asked again", async () => {
	const { clock, log, seen } = agreeing([busy(), busy()]);
	await clock.runFor(2 * STORE_RETRY_MS - 1);
	expect([seen.asked, seen.agreed]).toEqual([2, undefined]);
	expect(log.lines).toHaveLength(1);
	await clock.runFor(1);
	expect([seen.asked, seen.agreed]).toEqual([3, true]);
	await clock.runFor(10 * STORE_RETRY_MS);
	expect(seen.asked).toBe(3);
});

test("a store that comes back is asked at once", async () => {
	const { clock, seen, comeBack } = agreeing([busy()], false);
	await clock.runFor(1);
	comeBack();
	await clock.runFor(0);
	expect(seen.agreed).toBe(true);
});

test("a node that stops asks no more, and has not agreed", async () => {
	const { clock, seen } = agreeing([busy()]);
	await clock.runFor(1);
	seen.stopping = true;
	await clock.runFor(10 * STORE_RETRY_MS);
	expect([seen.asked, seen.agreed]).toEqual([1, false]);
});

test("a store that is another's ends the asking with its error", async () => {
	const mismatch = new Error("made with 8 shards");
	const { clock, seen } = agreeing([busy(), mismatch]);
	await clock.runFor(STORE_RETRY_MS);
	expect(seen.agreed).toBe(mismatch);
});
