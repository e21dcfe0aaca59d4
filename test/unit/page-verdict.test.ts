/** What the page says of a cluster in one sentence, and of what happened in one each. */
import { describe, expect, test } from "vitest";
import { happenedOf } from "../../dashboard/words/happened.ts";
import { fold, type LiveModel } from "../../dashboard/words/live-model.ts";
import {
	outOfDate,
	percent,
	verdictOf,
} from "../../dashboard/words/verdict.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { MadeUpCluster } from "../page/made-up-cluster.ts";
import { busyCluster, MadeUpPage } from "../page/made-up-page.ts";
import { MadeUpStream } from "../page/made-up-stream.ts";

const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 0);

const says = ({ lead, parts }: ReturnType<typeof verdictOf>) =>
	[lead, ...parts].join(" · ");

describe("the verdict", () => {
	const none = new Set<string>();
	const of = (frame: Partial<LiveFrame>) =>
		fold(undefined, { kind: "first", nowMs: NOW_MS, ...frame }) as LiveModel;

	test("all well, if nothing is the matter", () => {
		expect(
			says(verdictOf(new MadeUpPage(busyCluster(NOW_MS)).model, NOW_MS, none)),
		).toBe("All well · 3 nodes up · nothing waits");
	});

	test("what was said last is not taken for the present, if nothing has come since", () => {
		const last = verdictOf(
			new MadeUpPage(busyCluster(NOW_MS)).model,
			NOW_MS,
			none,
		);
		const old = outOfDate(last, 200);
		expect([old.tone, says(old)]).toEqual([
			"suspect",
			"How things are now is not known · this node does not answer · it and the others are asked again · it said last: All well",
		]);
		expect(says(outOfDate(last, 61_000))).toContain(
			"this node has not answered for 1 min 1 s",
		);
	});

	test("a death names the node, where its tasks went, how long it took, and that none is lost", () => {
		const cluster = busyCluster(NOW_MS);
		const page = new MadeUpPage(cluster);
		cluster.kill(2);
		page.advance(1_000);
		expect(says(verdictOf(page.model, cluster.nowMs, none))).toMatch(
			/^node-3 died 1 s ago · /,
		);
		page.advance(9_000);
		const verdict = verdictOf(page.model, cluster.nowMs, none);
		expect(says(verdict)).toMatch(
			/^node-3 died 10 s ago · 8 tasks moved to node-\d \(\d\), node-\d \(\d\) · slowest [\d.]+ m?s · none lost$/,
		);
		cluster.restart(2);
		page.advance(60_000);
		const later = verdictOf(page.model, cluster.nowMs, none);
		expect(says(later)).toMatch(
			/^node-3 died 1 min 10 s ago · 8 tasks moved .* · it is back$/,
		);
		const dismissed = new Set([verdict.key ?? ""]);
		expect(verdictOf(page.model, cluster.nowMs, dismissed).lead).toBe(
			"All well",
		);
		page.advance(540_000);
		expect(verdictOf(page.model, cluster.nowMs, none).lead).toBe("All well");
	});

	test("tasks that have not begun again yet are said to wait", () => {
		const [death] = new MadeUpStream(deadCluster()).first().deaths ?? [];
		const one = { ...death, tasks: 3, movedTasks: 1, waitingTasks: 2 } as never;
		expect(says(verdictOf(of({ deaths: [one] }), NOW_MS, none))).toContain(
			"2 others wait to run again",
		);
	});

	test("Redis away comes before all else, and says what goes on", () => {
		const sinceMs = new Date(2026, 10, 29, 18, 2, 12).getTime();
		const frame: Partial<LiveFrame> = {
			store: { up: false, awaySinceMs: sinceMs, agree: 2 },
			figures: {
				...{ pending: 0, started: 24, slots: 24, endedInMinute: 0 },
				failing: { ended: 0, failed: 0, types: [] },
			},
			nodes: [{ n: 0, id: "a", name: "node-1", state: "cut-off" }],
		};
		const verdict = verdictOf(of(frame), sinceMs + 5_000, none);
		expect(says(verdict)).toBe(
			"Redis is away since 18:02:12 · 24 tasks go on · submissions are refused · 3 nodes agree",
		);
		expect(verdict.others).toEqual([]);
	});

	test("a node that alone cannot reach Redis says who can", () => {
		const store = {
			up: false,
			disagree: 2,
			disagreeNames: ["node-2", "node-3"],
		};
		expect(says(verdictOf(of({ store }), NOW_MS, none))).toContain(
			"node-2 and node-3 can reach it",
		);
	});

	test("a queue that nobody serves says what is missing", () => {
		const queue = {
			...{ queue: "video", type: "transcode", labels: ["gpu"], unserved: true },
			counts: { PENDING: 1 },
			oldest: {
				id: "a",
				since: new Date(NOW_MS - 91_000).toISOString(),
				waitMs: 0,
			},
			...{ servedBy: { nodes: 0, names: [] }, missing: 'the label "gpu"' },
		} as never;
		expect(says(verdictOf(of({ queues: [queue] }), NOW_MS, none))).toBe(
			'video · transcode waits for nobody · no node has the label "gpu" · 1 task for 1 min 31 s',
		);
	});

	test("shares are never rounded to all or nothing", () => {
		expect([0, 0.0004, 0.279, 0.9996, 1].map(percent)).toEqual([
			...["0 %", "< 0.1 %", "27.9 %", "100 %", "100 %"],
		]);
	});
});

function deadCluster(): MadeUpCluster {
	const cluster = busyCluster(NOW_MS);
	cluster.kill(2);
	return cluster;
}

describe("what happened", () => {
	test.each([
		[
			{ kind: "node.dead", nodeName: "node-3", why: "now" },
			"node-3 died: connection closed, port refused",
		],
		[
			{ kind: "session.revoked", nodeName: "node-3", tasks: 8 },
			"Lease of node-3 taken; 8 tasks wait again",
		],
		[
			{
				...{ kind: "task.started", task: "1m8m6sa9kmnrwm66k30j" },
				...{ type: "flaky", nodeName: "node-1", attempt: 2 },
			},
			"flaky …wm66k30j → node-1, attempt 2",
		],
		[
			{
				kind: "audit",
				audit: {
					by: "ann",
					operation: "cancelTask",
					target: "a",
					outcome: "refused",
				},
			},
			"ann: cancel task · a (refused)",
		],
	])("%j is said in a sentence", (event, text) => {
		expect(
			happenedOf({ at: "2026-11-29T12:00:00.000Z", ...event } as never).text,
		).toBe(text);
	});
});
