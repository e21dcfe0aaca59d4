/** Metrics: how they are counted and written; and boards and alerts name only metrics that exist. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PacedRead } from "../../node/answers/paced-read.ts";
import { QueueReader } from "../../node/answers/queue-readings.ts";
import { StatsKeeper } from "../../node/duties/stats-keeper.ts";
import { StoreError, type WorkSums } from "../../node/ports.ts";
import { RunMeter } from "../../node/work/run-meter.ts";
import { Histogram, Labelled, OTHER } from "../../protocol/instruments.ts";
import {
	METRIC_LABELS_MAX,
	METRICS_READ_MS_MIN,
	METRICS_READ_SHARE,
	STATS_ADD_MS,
	STATS_ADDED_MAX,
} from "../../protocol/limits.ts";
import { METRICS, type MetricName } from "../../protocol/metrics.ts";
import { formatRoute } from "../../protocol/route.ts";
import { writeSums } from "../../protocol/work-sums.ts";
import { claimedTask } from "../claimed-task.ts";
import { VirtualClock } from "../clock.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

const BOARDS = ["grafana.json", "alerts.yaml"].map((file) => ({
	file,
	text: readFileSync(`scripts/deploy/${file}`, "utf8"),
}));
const SUFFIX = /_(bucket|sum|count)$/;

test("a histogram counts a value in the first bucket that it fits", () => {
	const histogram = new Histogram([1, 2]);
	for (const value of [0, 1, 1.5, 2, 7]) histogram.observe(value);
	expect(histogram.counts).toEqual([2, 2, 1]);
	expect(histogram.sum).toBe(11.5);
});

test("if there are more labels than fit, the last ones share one", () => {
	const all = new Labelled(() => ({ count: 0 }));
	for (let i = 0; i < METRIC_LABELS_MAX + 50; i++) all.at(`l${i}`).count += 1;
	all.at("l0").count += 1;
	const counts = new Map([...all].map(([label, { count }]) => [label, count]));
	expect(counts.size).toBe(METRIC_LABELS_MAX);
	expect(counts.get("l0")).toBe(2);
	expect(counts.get(OTHER)).toBe(51);
});

test("if there are more queues than fit, the smallest are reported as one, with their oldest wait", () => {
	const queues = Array.from({ length: METRIC_LABELS_MAX + 10 }, (_, i) => ({
		...{
			route: formatRoute({ queue: `q${i}`, type: "t", labels: [] }),
			count: 1_000 - i,
		},
		...{ oldestId: "a", oldestMs: 1_000_000 - i * 1_000 },
		...{ started: 0, scheduled: 0 },
	}));
	const readings = new QueueReader().readings({ asOfMs: 1_000_000, queues });
	const told = (name: MetricName) =>
		new Map(
			readings
				.filter((each) => each.name === name)
				.map(({ labels, value }) => [labels?.queue, value]),
		);
	const counts = told("hearsay_queue_tasks");
	expect(counts.size).toBe(METRIC_LABELS_MAX);
	expect(counts.get("q0")).toBe(1_000);
	const others = queues.slice(METRIC_LABELS_MAX - 1);
	const sum = others.reduce((total, { count }) => total + count, 0);
	expect(counts.get(OTHER)).toBe(sum);
	expect(told("hearsay_queue_oldest_seconds").get(OTHER)).toBe(
		METRIC_LABELS_MAX + 9,
	);
});

test("if queues are equally large, as many are named as fit; and a queue that is gone is no longer reported", () => {
	const reader = new QueueReader();
	const view = (count: number) => ({
		asOfMs: 1_000_000,
		queues: Array.from({ length: count }, (_, i) => ({
			...{
				route: `q${i}|t|`,
				count: 3,
				oldestMs: 900_000,
				oldestId: "a",
				started: 0,
				scheduled: 0,
			},
		})),
	});
	const told = (count: number) =>
		reader
			.readings(view(count))
			.filter(({ name }) => name === "hearsay_queue_tasks")
			.map(({ labels, value }) => [labels?.queue, value]);
	const all = told(300);
	expect(all).toHaveLength(METRIC_LABELS_MAX);
	expect(all.at(-1)).toEqual(["other", (300 - METRIC_LABELS_MAX + 1) * 3]);
	expect(told(1)).toEqual([["q0", 3]]);
});

describe("what is read of the cluster for metrics", () => {
	function pacedOn(clock: VirtualClock, tookMs: number) {
		let reads = 0;
		const read = async () => {
			reads += 1;
			await new Promise<void>((resolve) => clock.after(tookMs, resolve));
			return reads;
		};
		return { paced: new PacedRead(clock, read), reads: () => reads };
	}

	test("is read once for all who ask within a second", async () => {
		const clock = new VirtualClock();
		const { paced, reads } = pacedOn(clock, 0);
		const both = [paced.ask(), paced.ask()];
		await clock.runFor(0);
		expect(await Promise.all(both)).toEqual([1, 1]);
		await clock.runFor(METRICS_READ_MS_MIN - 1);
		expect(await paced.ask()).toBe(1);
		await clock.runFor(1);
		const next = paced.ask();
		await clock.runFor(0);
		expect(await next).toBe(2);
		expect(reads()).toBe(2);
	});

	test("is read the more rarely, the longer that takes", async () => {
		const clock = new VirtualClock();
		const { paced, reads } = pacedOn(clock, 50);
		const first = paced.ask();
		await clock.runFor(50);
		expect(await first).toBe(1);
		await clock.runFor(50 * METRICS_READ_SHARE - 51);
		expect(await paced.ask()).toBe(1);
		await clock.runFor(1);
		void paced.ask();
		expect(reads()).toBe(2);
	});

	test("is left out while the store is away", async () => {
		const read = async () => {
			throw new StoreError("unreachable", "away");
		};
		expect(await new PacedRead(new VirtualClock(), read).ask()).toBeUndefined();
	});
});

test("a run counts by its type and end, and a lost one as lost, whatever it returned", () => {
	const meter = new RunMeter();
	const runs = meter.claimed(claimedTask({ type: "a" }));
	const success = { kind: "success", result: "1", ranMs: 20 } as const;
	const error = { code: "c", message: "m" };
	const failure = { kind: "failure", error, ranMs: 20 } as const;
	meter.over(runs, success, undefined);
	meter.over(runs, success, "lost");
	meter.over(runs, success, "cancelled");
	meter.over(runs, failure, "cancelled");
	meter.over(runs, { kind: "displaced", suspect: false }, undefined);
	meter.over(runs, { kind: "not-begun" }, undefined);
	expect(meter.byType.get("a")?.ends).toMatchObject({
		...{ success: 2, lost: 1, cancelled: 1, "handed-back": 1, failure: 0 },
	});
	expect(meter.byType.get("a")?.ranS.sum).toBeCloseTo(0.08);
});

test("a first claim counts from when the task was due, and later ones do not count", () => {
	const meter = new RunMeter();
	const task = claimedTask({ claimedMs: 9_000, options: { delay: 5_000 } });
	meter.claimed(task);
	meter.claimed({ ...task, attempt: 2 });
	expect(meter.waitedS.sum).toBe(3);
	expect(meter.waitedS.counts.reduce((sum, one) => sum + one)).toBe(1);
});

describe("how work went on a node", () => {
	const error = { code: "c", message: "m" };
	const failure = { kind: "failure", error, ranMs: 30 } as const;

	function workedMeter(): RunMeter {
		const meter = new RunMeter();
		for (const labels of [[], ["gpu"]]) {
			const route = formatRoute({ queue: "q", type: "t", labels });
			const runs = meter.claimed(claimedTask({ route, claimedMs: 1_250 }));
			meter.over(runs, { kind: "success", result: "1", ranMs: 20 }, undefined);
			meter.over(runs, failure, undefined);
			meter.over(runs, failure, "lost");
		}
		return meter;
	}

	const WORKED = { queue: "q", type: "t", ended: 4, failed: 2 };

	test("is summed up by queue and type, and taken once", () => {
		const meter = workedMeter();
		const sums = meter.takeSums();
		expect(sums).toMatchObject([{ ...WORKED, waitMs: 500, runMs: 100 }]);
		expect(meter.takeSums()).toEqual([]);
		meter.putBack(sums);
		expect(meter.takeSums()).toEqual(sums);
	});

	test("is added in as many calls as it takes", async () => {
		const goes: number[] = [];
		const add = async (sums: readonly WorkSums[]) => {
			goes.push(sums.flatMap(writeSums).length);
		};
		const [clock, log] = [new VirtualClock(), new RecordedLog()];
		const meter = new RunMeter();
		for (let i = 0; i < STATS_ADDED_MAX; i++) {
			const runs = meter.claimed(claimedTask({ queue: `q${i}` }));
			meter.over(runs, { kind: "success", result: "1", ranMs: 20 }, undefined);
		}
		await new StatsKeeper({ clock, log, meter, stats: { add } }).add();
		expect(goes.length).toBeGreaterThan(2);
		expect(Math.max(...goes)).toBeLessThanOrEqual(STATS_ADDED_MAX);
		expect(meter.takeSums()).toEqual([]);
	});

	test("is added every few seconds, once, and again only if the store has not taken it", async () => {
		const clock = new VirtualClock();
		const added: (readonly WorkSums[])[] = [];
		let failure: Error | undefined;
		const add = async (sums: readonly WorkSums[]) => {
			if (failure !== undefined) throw failure;
			added.push(sums);
		};
		const meter = workedMeter();
		const log = new RecordedLog();
		const keeper = new StatsKeeper({ clock, log, meter, stats: { add } });
		keeper.start();
		failure = new StoreError("unreachable", "away");
		await clock.runFor(STATS_ADD_MS);
		expect(added).toEqual([]);
		failure = undefined;
		await clock.runFor(2 * STATS_ADD_MS);
		expect(added).toMatchObject([[WORKED]]);
		meter.putBack(added.flat());
		failure = new StoreError("unknown", "no answer");
		await clock.runFor(STATS_ADD_MS);
		failure = undefined;
		await clock.runFor(STATS_ADD_MS);
		expect(added).toHaveLength(1);
		keeper.stop();
	});
});

test.each(BOARDS)(
	"$file names only metrics that exist, with their labels",
	({ text }) => {
		const names = new Set(text.match(/\b(?:hearsay|process)_\w+\b/g));
		expect(names.size).toBeGreaterThan(5);
		const metrics: Readonly<Record<string, object>> = METRICS;
		for (const name of names) {
			if (name === "hearsay_build_info") continue;
			const metric = metrics[name] ?? metrics[name.replace(SUFFIX, "")];
			expect(metric, name).toBeDefined();
			const selected = text.matchAll(
				new RegExp(`\\b${name}\\{([^}]*)\\}`, "g"),
			);
			for (const [, matchers = ""] of selected)
				for (const [label] of matchers.matchAll(/\w+(?=\s*[=!])/g))
					expect(["job", ...labelsOf(metric)], name).toContain(label);
		}
	},
);

test("the manual describes every metric, and its labels", () => {
	const text = readFileSync("dashboard/docs/observability.md", "utf8");
	const rows = text.split("\n").filter((line) => line.startsWith("| `"));
	for (const [name, metric] of Object.entries(METRICS)) {
		const wanted = name.startsWith("process_") ? "process_*" : name;
		const row = rows.find((line) => line.includes(`\`${wanted}\``));
		expect(row, name).toBeDefined();
		if (name === "hearsay_build_info") continue;
		for (const label of labelsOf(metric))
			expect(row, name).toContain(`\`${label}\``);
	}
});

test("there are six alerts, each with a severity and what to do", () => {
	const text = BOARDS.find(({ file }) => file === "alerts.yaml")?.text ?? "";
	const count = (what: RegExp) => text.match(what)?.length;
	expect(count(/- alert: Hearsay/g)).toBe(6);
	expect(count(/severity: (critical|warning)/g)).toBe(6);
	expect(count(/description: >-/g)).toBe(6);
});

function labelsOf(metric: object = {}): readonly string[] {
	const { labels = [] } = metric as { labels?: readonly string[] };
	return labels;
}
