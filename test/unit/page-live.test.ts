/** What the page makes of the frames that it gets: how they are kept, laid out and put into words. */
import { describe, expect, test } from "vitest";
import {
	barsOf,
	cellsOf,
	curveOf,
	kindOf,
	layoutOf,
	shiftOf,
} from "../../dashboard/charts/lanes.ts";
import { rolling, sparkline } from "../../dashboard/charts/sparkline.ts";
import {
	fold,
	LANE_MS,
	type LaneAttempt,
	shareAt,
} from "../../dashboard/words/live-model.ts";
import { LIVE_DEATHS_MAX, LIVE_DEATHS_MS } from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { busyCluster, MadeUpPage } from "../page/made-up-page.ts";

const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 0);
const SCALE = { widthPx: 600, baseMs: NOW_MS };

/** An attempt on an axis of 10 px a second, so that places are easily calculated. */
const attempt = (part: Partial<LaneAttempt>): LaneAttempt => ({
	...{ shard: 0, token: 1, task: "a", n: 0, key: "0 1", line: 0 },
	...{ claimedMs: NOW_MS - 20_000, ...part },
});

describe("frames", () => {
	test("before a first one nothing is known, and a closing one changes nothing", () => {
		const next: LiveFrame = { kind: "next", nowMs: NOW_MS };
		expect(fold(undefined, next)).toBeUndefined();
		const model = fold(undefined, { ...next, kind: "first" });
		expect(fold(model, { kind: "closing", reason: "stopping" })).toBe(model);
	});

	test("a node that hears nobody, or has only begun, takes no address of another node from the page", () => {
		const first: LiveFrame = { kind: "first", nowMs: NOW_MS };
		const elsewhere = ["http://127.0.0.1:5001"];
		const known = fold(undefined, { ...first, elsewhere });
		const alone = fold(known, { ...first, kind: "next", elsewhere: [] });
		expect(alone?.elsewhere).toEqual(elsewhere);
		const begun = fold(alone, { ...first, elsewhere: [] });
		expect(begun?.elsewhere).toEqual(elsewhere);
		const others = ["http://127.0.0.1:5002"];
		expect(fold(begun, { ...first, elsewhere: others })?.elsewhere).toBe(
			others,
		);
	});

	test("what a frame does not say stays as it was", () => {
		const node = {
			n: 4,
			id: "x",
			name: "node-5",
			state: "up" as const,
			slots: 8,
		};
		let model = fold(undefined, {
			...{ kind: "first", nowMs: NOW_MS, cluster: "shop", nodes: [node] },
		});
		model = fold(model, {
			...{ kind: "next", nowMs: NOW_MS + 1_000 },
			nodes: [{ n: 4, running: 2, leaseLeftMs: 4_000 }],
		});
		expect(model?.cluster).toBe("shop");
		expect(model?.nodes.get(4)).toMatchObject({ ...node, running: 2 });
		model = fold(model, {
			...{ kind: "next", nowMs: NOW_MS + 2_000 },
			nodes: [{ n: 4, state: "dead" }],
		});
		expect(model?.nodes.get(4)?.leaseLeftMs).toBeUndefined();
		model = fold(model, {
			kind: "next",
			nowMs: NOW_MS + 3_000,
			nodesGone: [4],
		});
		expect(model?.nodes.size).toBe(0);
	});

	test("two attempts of a node never overlap, and keep their lines", () => {
		const page = new MadeUpPage(busyCluster(NOW_MS));
		const lines = new Map<string, number>();
		const found: string[] = [];
		for (let second = 0; second < 30; second++) {
			page.advance(1_000);
			const until = new Map<string, number>();
			const all = [...page.model.attempts.values()];
			for (const one of all.sort((a, b) => a.claimedMs - b.claimedMs)) {
				const { key, n, line, claimedMs, endedMs = Infinity } = one;
				if (line !== (lines.get(key) ?? line)) found.push(`${key} moved`);
				lines.set(key, line);
				const place = `${n} ${line}`;
				if ((until.get(place) ?? 0) > claimedMs + 2)
					found.push(`${key} overlaps`);
				until.set(place, endedMs);
			}
		}
		expect(found).toEqual([]);
		expect(lines.size).toBeGreaterThan(400);
	});

	test("what has long been over is discarded", () => {
		const page = new MadeUpPage(busyCluster(NOW_MS));
		page.advance(300_000);
		const { attempts, cells } = page.model;
		expect(attempts.size).toBeLessThan(2_000);
		expect(cells.length).toBeLessThanOrEqual(90);
	});

	test("the deaths that are kept are those that a newcomer is told", () => {
		const death = (atMs: number) => ({
			...{ node: "x", shard: 0, epoch: atMs, atMs },
			...{ grounds: "now" as const, why: "" },
			...{ tasks: 0, moved: [], movedTasks: 0, overTasks: 0, waitingTasks: 0 },
		});
		const atMs = Array.from({ length: LIVE_DEATHS_MAX }, (_, i) => NOW_MS - i);
		const deaths = atMs.map(death);
		let model = fold(undefined, { kind: "first", nowMs: NOW_MS, deaths });
		const shown = () => model?.deaths.map((each) => each.atMs);
		expect(shown()).toEqual(atMs);
		const later = NOW_MS + LIVE_DEATHS_MS - 2;
		model = fold(model, {
			...{ kind: "next", nowMs: NOW_MS + 1, deaths: [death(NOW_MS + 1)] },
		});
		expect(shown()).toEqual([NOW_MS + 1, ...atMs.slice(0, -1)]);
		model = fold(model, { kind: "next", nowMs: later });
		expect(shown()).toEqual([NOW_MS + 1, NOW_MS, NOW_MS - 1]);
	});

	test.each([
		[
			"had the same number in two shards",
			[1, 7, NOW_MS],
			[0, 7, NOW_MS - 5_000],
		],
		["were lost in the same millisecond", [1, 8, NOW_MS], [1, 7, NOW_MS]],
	] as const)(
		"two deaths of a node are two, also if their sessions %s",
		(_what, later, earlier) => {
			const death = (
				[shard, epoch, atMs]: readonly [number, number, number],
				tasks: number,
			) => ({
				...{ node: "x", shard, epoch, atMs, grounds: "now" as const, why: "" },
				...{ tasks, moved: [], movedTasks: 0, overTasks: 0, waitingTasks: 0 },
			});
			const deaths = [death(later, 0), death(earlier, 1)];
			let model = fold(undefined, { kind: "first", nowMs: NOW_MS, deaths });
			expect(model?.deaths).toEqual(deaths);
			const again = death(earlier, 2);
			model = fold(model, { kind: "next", nowMs: NOW_MS, deaths: [again] });
			expect(model?.deaths).toEqual([deaths[0], again]);
		},
	);

	test("a character of a cell is a share", () => {
		expect(shareAt("0.9", 0)).toBe(0);
		expect(shareAt("0.9", 1)).toBeUndefined();
		expect(shareAt("0.9", 2)).toBe(1);
		expect(shareAt("0.9", 7)).toBeUndefined();
	});
});

describe("lanes", () => {
	test("a bar is as long as its attempt, and stays where it is as time passes", () => {
		const ended = attempt({ endedMs: NOW_MS - 10_000, end: "success" });
		const [bar] = barsOf([ended], NOW_MS, SCALE);
		expect(bar).toMatchObject({ x: -200, y: 1, width: 99, kind: "done" });
		expect(barsOf([ended], NOW_MS + 30_000, SCALE)).toEqual([bar]);
		expect(barsOf([ended], NOW_MS + LANE_MS, SCALE)).toEqual([]);
		expect(shiftOf(NOW_MS, SCALE)).toBe(600);
		expect(shiftOf(NOW_MS + 6_000, SCALE)).toBe(540);
	});

	test("one that runs is open beyond the edge, and is not drawn anew each second", () => {
		const [bar] = barsOf([attempt({})], NOW_MS, SCALE);
		const [later] = barsOf([attempt({})], NOW_MS + 30_000, SCALE);
		expect(bar).toEqual(later);
		expect((bar?.x ?? 0) + (bar?.width ?? 0)).toBeGreaterThan(600);
	});

	test.each([
		["success", "done"],
		["failure", "failed"],
		["timeout", "failed"],
		["crashed", "failed"],
		["revoked", "cut"],
		["lease-lost", "cut"],
		["handed-back", "back"],
		["cancelled", "back"],
	] as const)("one that ended by %s is drawn as %s", (end, kind) => {
		expect(kindOf(attempt({ endedMs: NOW_MS, end }))).toBe(kind);
	});

	test("one that failed is notched, unless it is too short to show it", () => {
		const of = (ms: number) =>
			barsOf(
				[attempt({ endedMs: NOW_MS - 20_000 + ms, end: "failure" })],
				NOW_MS,
				SCALE,
			)[0]?.d;
		expect(of(10_000)).toContain("L");
		expect(of(300)).not.toContain("L");
	});

	test("cells are as high as their second was busy, with what failed below", () => {
		const cells = [
			{ atMs: NOW_MS - 2_000, busy: "9", failed: "9" },
			{ atMs: NOW_MS - 1_000, busy: ".", failed: "." },
		];
		const drawn = cellsOf(cells, 0, SCALE, 41);
		expect(drawn).toEqual({
			busy: "M-20 41v-40h10v40z",
			failed: "M-20 41v-40h10v40z",
		});
	});

	test("many nodes are drawn small", () => {
		expect([3, 12, 13, 60, 61].map(layoutOf)).toEqual([
			...["lanes", "lanes", "heat", "heat", "tiles"],
		]);
	});

	test("a curve begins and ends where it is told to", () => {
		expect(curveOf([10, 20], [100, 5])).toBe("M10 20C55 20 55 5 100 5");
	});
});

describe("a figure over time", () => {
	const box = { width: 100, height: 12, count: 5 };
	test("ends at the right edge, with gaps where nobody looked", () => {
		expect(sparkline([0, null, 10], box)).toBe("M50.0 11.0M100.0 1.0");
		expect(sparkline([], box)).toBe("");
		expect(sparkline([0, 0], box)).toBe("M75.0 11.0L100.0 11.0");
	});

	test("is summed over what is known", () => {
		expect(rolling([1, null, 2, 3], 2)).toEqual([1, 1, 2, 5]);
		expect(rolling([null], 2)).toEqual([null]);
	});
});
