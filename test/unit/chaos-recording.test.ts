/** What a chaos run makes of what it has seen: whom the checker excuses. */
import { expect, test } from "vitest";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { readOpenings } from "../../scripts/chaos/openings.ts";
import { type Recording, writeHistory } from "../../scripts/chaos/recording.ts";
import { judge } from "../checker/checker.ts";

const CUT_MS = 20_000;
const TAKEN_MS = CUT_MS + LEASE_TTL_MS + 500;

/** node-1 is cut off from Redis, and its task runs elsewhere while it goes on for another 200 ms. */
function overlapped(openings: Recording["openings"]): string[] {
	const run = { id: "a", attempt: 1, parent: 1, how: "end" } as const;
	const recording: Recording = {
		...{ startMs: 0, readMs: 90_000, healedMs: 60_000, forgets: false },
		...{ submissions: [], reads: [], flaws: [], openings },
		runs: [
			{ ...run, token: 1, pid: 11, startMs: 10_000, overMs: TAKEN_MS + 200 },
			{ ...run, token: 2, pid: 12, startMs: TAKEN_MS, overMs: TAKEN_MS + 900 },
		],
		faults: [
			{
				...{ kind: "partition", cut: "store", nodes: ["node-1"], pids: [11] },
				...{ atMs: CUT_MS, untilMs: CUT_MS + 15_000 },
			},
		],
		nodes: [
			{ name: "node-1", lives: [{ pid: 11, endedMs: undefined }] },
			{ name: "node-2", lives: [{ pid: 12, endedMs: undefined }] },
		],
	};
	const terms = {
		drainMs: 1_000,
		stopMs: { paused: 0, "cut-off": 0, gone: 0 },
	};
	return judge(writeHistory(recording), terms)
		.breaches.filter(({ promise }) => promise.includes("overlap"))
		.map(({ what }) => what);
}

test("a node that is cut off from Redis and runs on beside another breaks a promise", () => {
	const openings = ["node-1", "node-2"].map((node) => ({ node, atMs: 500 }));
	expect(overlapped(openings)).toHaveLength(1);
});

test("a cut-off node is excused if a node came that it could not know, or nobody knows who came", () => {
	const late = { node: "node-2", atMs: CUT_MS + 100 };
	expect(overlapped([{ node: "node-1", atMs: 500 }, late])).toEqual([]);
	expect(overlapped([])).toEqual([]);
});

test("the log of a node shows when it opened its sessions, in all its lives", () => {
	const line = (time: number, msg: string) =>
		JSON.stringify({ level: 30, time, shard: 0, msg });
	const log = [
		line(1, "ready"),
		line(2, "session opened"),
		`{"level":30,"time":3,"sha${line(4, "session opened")}`,
		"a line of something else",
		line(5, "session closed"),
	];
	expect(readOpenings("node-1", log.join("\n"))).toEqual([
		{ node: "node-1", wallMs: 2 },
		{ node: "node-1", wallMs: 4 },
	]);
});
