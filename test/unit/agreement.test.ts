/**
 * How a node comes to agree with its store: it asks until it gets an answer, however the store
 * fails meanwhile, and not beyond its own end.
 */
import { expect, test } from "vitest";
import { agree } from "../../node/lease/agreement.ts";
import { type Agreement, StoreError, StoreMismatch } from "../../node/ports.ts";
import { STORE_EMPTY_MS, STORE_RETRY_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

/** A store that fails or answers in these ways, one after the other, and then repeats the last. */
function agreeing(
	failures: (Error | Agreement)[],
	up = true,
	rest: Agreement = "agreed",
) {
	const clock = new VirtualClock();
	const log = new RecordedLog();
	const listeners: ((up: boolean) => void)[] = [];
	const seen = {
		asked: 0,
		stopping: false,
		agreed: undefined as unknown,
		madeMs: undefined as number | undefined,
	};
	const store = {
		up,
		onChange: (listener: (up: boolean) => void) => listeners.push(listener),
		async agreeOnShards(mayMake: boolean): Promise<Agreement> {
			seen.asked++;
			const answer = failures.shift() ?? rest;
			if (answer instanceof Error) throw answer;
			if (answer !== "empty" || !mayMake) return answer;
			seen.madeMs = clock.monoMs();
			return "agreed";
		},
		numberIsLost: () => new StoreMismatch("its number is lost"),
	};
	const node = {
		get isStopping() {
			return seen.stopping;
		},
	};
	agree({ store, clock, log, node }).then(
		(agreed) => {
			seen.agreed = agreed;
		},
		(error) => {
			seen.agreed = error;
		},
	);
	const change = (up: boolean) => {
		for (const listener of listeners) listener(up);
	};
	return { clock, log, seen, change, comeBack: () => change(true) };
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

test("a node that stops asks no more, and has agreed to nothing", async () => {
	const { clock, seen } = agreeing([busy()]);
	await clock.runFor(1);
	seen.stopping = true;
	await clock.runFor(10 * STORE_RETRY_MS);
	expect([seen.asked, seen.agreed]).toEqual([1, false]);
});

test("a store of another cluster ends the asking with its error", async () => {
	const mismatch = new Error("made with 8 shards");
	const { clock, seen } = agreeing([busy(), mismatch]);
	await clock.runFor(STORE_RETRY_MS);
	expect(seen.agreed).toBe(mismatch);
});

test("a cluster is made when the store has been empty for long enough", async () => {
	const { clock, seen } = agreeing([], true, "empty");
	await clock.runFor(STORE_EMPTY_MS - 1);
	expect(seen.agreed).toBe(undefined);
	await clock.runFor(1);
	expect([seen.madeMs, seen.agreed]).toEqual([STORE_EMPTY_MS, true]);
});

test("time in which the store was away does not count", async () => {
	const { clock, seen, change } = agreeing([], true, "empty");
	await clock.runFor(STORE_EMPTY_MS - 10);
	change(false);
	change(true);
	await clock.runFor(STORE_EMPTY_MS - 1);
	expect(seen.madeMs).toBe(undefined);
	await clock.runFor(STORE_RETRY_MS);
	expect(seen.agreed).toBe(true);
});

test("running nodes restore their number, and the cluster is not made anew", async () => {
	const { clock, seen } = agreeing(["empty", "empty", "used"]);
	await clock.runFor(4 * STORE_RETRY_MS);
	expect([seen.madeMs, seen.agreed]).toEqual([undefined, true]);
});

test("a node is refused if there are tasks and nobody restores a number", async () => {
	const { clock, seen } = agreeing(["empty"], true, "used");
	await clock.runFor(STORE_EMPTY_MS + 2 * STORE_RETRY_MS);
	expect(seen.agreed).toBeInstanceOf(StoreMismatch);
});
