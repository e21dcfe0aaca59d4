/** A part that fails to close does not keep the rest open, and a slow one is reported. */
import { expect, test } from "vitest";
import { closeAll, Stopper } from "../../node/engine/closing.ts";
import { STOP_BOUND_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

const none = () => Promise.resolve();

test("all parts are closed in order, and the first error is reported", async () => {
	const closed: string[] = [];
	const log = new RecordedLog();
	const failure = new Error("no goodbye");
	const first = await closeAll(
		[
			{ part: "gossip", close: () => Promise.reject(failure) },
			{ part: "http", close: async () => void closed.push("http") },
			{
				part: "executor",
				close: () => {
					throw new Error("not even begun");
				},
			},
			{ part: "nothing", close: () => undefined },
			{ part: "store", close: async () => void closed.push("store") },
		],
		new VirtualClock(),
		log,
	);
	expect(first).toBe(failure);
	expect(closed).toEqual(["http", "store"]);
	const errors = log.entries.filter(([level]) => level === "error");
	expect(errors.map(([, fields]) => fields)).toMatchObject([
		{ part: "gossip" },
		{ part: "executor" },
	]);
});

test("the log says of each part how long it took", async () => {
	const log = new RecordedLog();
	const clock = new VirtualClock();
	const slow = () =>
		new Promise<void>((resolve) => void clock.after(735, resolve));
	const closing = closeAll(
		[
			{ part: "gossip", close: slow },
			{ part: "store", close: none },
		],
		clock,
		log,
	);
	await clock.runFor(1_000);
	await closing;
	expect(log.entries.map(([, fields]) => fields)).toEqual([
		{ part: "gossip", tookMs: 735 },
		{ part: "store", tookMs: 0 },
	]);
});

function makeStopper(left: Promise<number>, close = none) {
	const clock = new VirtualClock();
	const seen = { end: undefined as unknown, asked: [] as string[] };
	const stopper = new Stopper({
		...{ clock, log: new RecordedLog(), drainMs: 5_000 },
		engine: {
			stop: (ms) => {
				seen.asked.push(`stop ${ms}`);
				return left;
			},
			drop: () => left,
			hurry: (ms) => void seen.asked.push(`hurry ${ms}`),
		},
		service: {
			stopping: (ms) => void seen.asked.push(`gone within ${ms}`),
		},
		adapters: [{ part: "executor", close }],
	});
	void stopper.stopped.then((end) => {
		seen.end = end;
	});
	return { clock, stopper, seen };
}
const never = () => new Promise<never>(() => {});

test("a node that has tasks in calls that nothing ends waits for none of its parts", async () => {
	const { clock, stopper, seen } = makeStopper(Promise.resolve(1), never);
	void stopper.stop("drained");
	await clock.runFor(1);
	expect(seen.end).toBe("drained");
});

test.each([
	["its engine hangs", never()],
	["another part hangs", Promise.resolve(0)],
])("a node of which %s is gone by its bound", async (_, left) => {
	const { clock, stopper, seen } = makeStopper(left, never);
	void stopper.stop("drained");
	await clock.runFor(5_000);
	expect(seen.end).toBe(undefined);
	await clock.runFor(STOP_BOUND_MS);
	expect(seen.end).toBe("drained");
});

test("a node that stops for an error has no time to wait for tasks, and reports the error", async () => {
	const { clock, stopper, seen } = makeStopper(never());
	const error = new Error("superseded");
	void stopper.stop(error);
	await clock.runFor(STOP_BOUND_MS);
	expect(seen.end).toBe(error);
});

test.each([
	["is less than its tasks have", 2_000, 2_000],
	["is more", 60_000, 5_000],
	["is not told", Number.POSITIVE_INFINITY, 5_000],
])(
	"a node that is to drain in a time that %s does so in the lesser of both",
	async (_, within, drainMs) => {
		const { stopper, seen } = makeStopper(never());
		stopper.drainWithin(within);
		expect(seen.asked).toEqual([
			`gone within ${drainMs + STOP_BOUND_MS}`,
			`stop ${drainMs}`,
		]);
	},
);

test("a node that drains already hurries, and is gone by its new time", async () => {
	const { clock, stopper, seen } = makeStopper(never());
	void stopper.stop("drained");
	await clock.runFor(1_000);
	stopper.drainWithin(60_000);
	stopper.drainWithin(1_000);
	expect(seen.asked.slice(2)).toEqual(["hurry 1000"]);
	await clock.runFor(1_000 + STOP_BOUND_MS);
	expect(seen.end).toBe("drained");
});
