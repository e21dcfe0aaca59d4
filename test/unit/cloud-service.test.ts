/** What a node tells the service manager that started it, on a clock turned by hand. */
import { beforeEach, expect, test } from "vitest";
import { Service } from "../../node/cloud/service.ts";
import { RENEWALS_STUCK_MS, SERVICE_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

const WATCHDOG_MS = 30_000;

let told: string[];
let takes: boolean;
let clock: VirtualClock;
let log: RecordedLog;
let node: { status: string; renewalsBegunMs: number | undefined };

beforeEach(() => {
	told = [];
	takes = true;
	clock = new VirtualClock();
	log = new RecordedLog();
	node = { status: "well", renewalsBegunMs: undefined };
});

function begin(watchdogMs?: number): Service {
	const manager = {
		watchdogMs,
		tell(message: string) {
			if (takes) told.push(message);
			return takes;
		},
		close() {},
	};
	return new Service({ clock, log, manager, node });
}

const signs = () => told.filter((message) => message === "WATCHDOG=1").length;

test("it says that it is ready, what its state is whenever that has changed, and that it lives", async () => {
	begin(WATCHDOG_MS).started();
	expect(told).toEqual(["READY=1", "STATUS=well", "WATCHDOG=1"]);
	await clock.runFor(2 * SERVICE_MS);
	expect(told.slice(3)).toEqual(["WATCHDOG=1", "WATCHDOG=1"]);
	node.status = "ill";
	await clock.runFor(SERVICE_MS);
	expect(told.slice(5)).toEqual(["STATUS=ill", "WATCHDOG=1"]);
});

test("a watchdog with a shorter time than usual hears from it three times within that time", async () => {
	begin(300).started();
	await clock.runFor(3_000);
	expect(signs()).toBe(31);
});

test("without a watchdog no sign of life is sent", async () => {
	begin().started();
	await clock.runFor(60_000);
	expect(told).toEqual(["READY=1", "STATUS=well"]);
});

test("messages that were not taken are sent again, in order, until they are", async () => {
	takes = false;
	const service = begin(WATCHDOG_MS);
	service.started();
	await clock.runFor(3 * SERVICE_MS);
	service.stopping(1_000);
	expect(told).toEqual([]);
	takes = true;
	await clock.runFor(SERVICE_MS);
	const stopping = "STOPPING=1\nEXTEND_TIMEOUT_USEC=1000000";
	expect(told).toEqual(["READY=1", stopping, "STATUS=well", "WATCHDOG=1"]);
});

test("renewals that settle, however late, are signs of life; if none does for long the node is silent, and says why", async () => {
	begin(WATCHDOG_MS).started();
	for (let i = 0; i < 10; i++) {
		node.renewalsBegunMs = clock.monoMs();
		await clock.runFor(RENEWALS_STUCK_MS);
	}
	const before = signs();
	expect(before).toBe(1 + (10 * RENEWALS_STUCK_MS) / SERVICE_MS);
	await clock.runFor(60_000);
	expect(signs()).toBe(before);
	expect(log.lines).toEqual([
		"renewals hang; the watchdog is to end this node",
	]);
	node.renewalsBegunMs = clock.monoMs();
	await clock.runFor(SERVICE_MS);
	expect(signs()).toBe(before + 1);
});

test("a closed service sends nothing any more", async () => {
	const service = begin(WATCHDOG_MS);
	service.started();
	service.close();
	const before = told.length;
	await clock.runFor(60_000);
	expect(told).toHaveLength(before);
});
