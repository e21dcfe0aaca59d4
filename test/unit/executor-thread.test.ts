/** When a worker is over, after which nothing more is done about it. */
import { beforeEach, expect, test } from "vitest";
import type { Link, LinkEvents } from "../../node/executor/link.ts";
import type { FromWorker } from "../../node/executor/messages.ts";
import { Thread } from "../../node/executor/thread.ts";
import { BLOCKED_MS, LEFT_BEHIND_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

const LOADED: FromWorker = {
	...({ kind: "loaded", types: ["t"], settings: [] } as const),
	thread: 77,
};
const DYING: FromWorker = {
	...{ kind: "dying", culprit: undefined, message: "it called process.exit" },
};

let clock: VirtualClock;
let worker: LinkEvents;
/** What the worker has said, and nobody has heard yet. */
let words: FromWorker[];
let thread: Thread;
/** What was reported of the worker. */
let told: string[];

beforeEach(() => {
	clock = new VirtualClock();
	words = [];
	told = [];
	const tell = (what: string) => () => void told.push(what);
	const link: Link = {
		...{ cells: undefined, send() {}, takeWorkMs: () => undefined, end() {} },
		hearAll() {
			for (const word of words.splice(0)) worker.heard([word]);
		},
	};
	const start = { handlerFiles: [], processTaskMs: 0, typesServed: [] };
	const open = (_: unknown, events: LinkEvents) => {
		worker = events;
		return link;
	};
	thread = new Thread(open, start, clock, new RecordedLog(), {
		...{ onLoaded: tell("loaded"), onBegan: tell("began") },
		...{ onUnruly: tell("unruly"), onOpen: tell("open") },
		...{ onProgress: tell("progress"), onIdle() {} },
		...{ onUnloaded: tell("unloaded"), onUnbegun() {} },
		...{ onStuck: tell("stuck"), onBlocked: tell("blocked") },
		onOver: () => void told.push(thread.leftBehind ? "left" : "over"),
		onExit: tell("exit"),
	});
});

test("a worker whose last words come after its exit is over once, and nothing is looked for any more", async () => {
	worker.heard([LOADED]);
	words.push(DYING);
	worker.exited("the worker exited with code 1");
	worker.closed();
	await clock.runFor(2 * BLOCKED_MS);
	expect(told).toEqual(["loaded", "over", "exit"]);
});

test("a worker that is told to end when it has exited is over once, too", async () => {
	worker.heard([LOADED]);
	worker.exited("the worker exited with code 1");
	thread.end();
	worker.closed();
	await clock.runFor(2 * BLOCKED_MS);
	expect(told).toEqual(["loaded", "over", "exit"]);
});

test("a worker that does not end is known to be left behind as soon as it is over, and is dropped once it is gone", async () => {
	thread.end();
	await clock.runFor(LEFT_BEHIND_MS);
	expect(told).toContain("left");
	worker.exited("the worker exited with code 1");
	worker.closed();
	await clock.runFor(2 * BLOCKED_MS);
	expect(told).toEqual(["left", "exit"]);
});
