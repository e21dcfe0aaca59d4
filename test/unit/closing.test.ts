/** What fails to close does not keep the rest open, and what is slow is told. */
import { expect, test } from "vitest";
import { closeAll } from "../../node/closing.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

const none = () => Promise.resolve();

test("all are closed in order, and the first error is told", async () => {
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
