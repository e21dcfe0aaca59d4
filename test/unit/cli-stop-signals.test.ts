/** A second signal, of whatever kind, asks to stop at once; one that arrives twice counts once. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { listenForStop, mayHearTwice } from "../../node/cli/stop-signals.ts";
import { SAME_SIGNAL_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** What else listens in this process, which tests share: it must not hear of these. */
let others: (readonly [NodeJS.Signals, NodeJS.SignalsListener[]])[];
let clock: VirtualClock;

beforeEach(() => {
	clock = new VirtualClock();
	others = SIGNALS.map((name) => [
		name,
		process.rawListeners(name) as NodeJS.SignalsListener[],
	]);
	for (const name of SIGNALS) process.removeAllListeners(name);
});
afterEach(() => {
	for (const [name, listeners] of others) {
		process.removeAllListeners(name);
		for (const listener of listeners) process.on(name, listener);
	}
});

/** Returns what is asked for after these signals, at these times. */
async function asked(
	twice: boolean,
	...signals: [name: NodeJS.Signals, atMs: number][]
): Promise<string> {
	const wish = listenForStop(clock, twice);
	let told = "nothing";
	void wish.inOrder.then((by) => {
		told = `in order by ${by}`;
	});
	void wish.atOnce.then(() => {
		told = "at once";
	});
	for (const [name, atMs] of signals) {
		await clock.runFor(atMs - clock.monoMs());
		process.emit(name, name);
		await clock.runFor(0);
	}
	return told;
}

test.each<[boolean, [NodeJS.Signals, number][], string]>([
	[false, [["SIGTERM", 0]], "in order by signal"],
	[
		false,
		[
			["SIGTERM", 0],
			["SIGTERM", 1],
		],
		"at once",
	],
	[
		false,
		[
			["SIGINT", 0],
			["SIGTERM", 1],
		],
		"at once",
	],
	[
		true,
		[
			["SIGINT", 0],
			["SIGINT", SAME_SIGNAL_MS],
		],
		"in order by signal",
	],
	[
		true,
		[
			["SIGINT", 0],
			["SIGINT", SAME_SIGNAL_MS + 1],
		],
		"at once",
	],
	[
		true,
		[
			["SIGINT", 0],
			["SIGTERM", 1],
		],
		"at once",
	],
	[
		true,
		[
			["SIGINT", 0],
			["SIGINT", 1],
			["SIGTERM", 2],
		],
		"at once",
	],
])("passed on %s, %j: %s", async (twice, signals, told) => {
	expect(await asked(twice, ...signals)).toBe(told);
});

test("npm passes on what its child has heard already; nobody else does", () => {
	expect(mayHearTwice({ npm_lifecycle_event: "start" })).toBe(
		process.send === undefined,
	);
	expect(mayHearTwice({})).toBe(false);
});
