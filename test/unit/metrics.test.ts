/** Metrics: how they are counted and written, and that boards and alerts name only such as there are. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PacedRead } from "../../node/answers/paced-read.ts";
import { queueReadings } from "../../node/answers/queue-readings.ts";
import { StoreError } from "../../node/ports.ts";
import { RunMeter } from "../../node/work/run-meter.ts";
import { type Reading, writeMetrics } from "../../protocol/exposition.ts";
import { Histogram, Labelled, OTHER } from "../../protocol/instruments.ts";
import {
	METRIC_LABELS_MAX,
	METRICS_READ_MS_MIN,
	METRICS_READ_SHARE,
} from "../../protocol/limits.ts";
import { METRICS, type MetricName } from "../../protocol/metrics.ts";
import { formatRoute } from "../../protocol/route.ts";
import { VirtualClock } from "../clock.ts";

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

test("readings are written as Prometheus reads them: buckets add up, labels are escaped, each metric is described once", () => {
	const ran = new Histogram([0.5]);
	for (const value of [0.25, 0.25, 2]) ran.observe(value);
	const type = 'a "b"\\\n';
	const readings: Reading[] = [
		{ name: "hearsay_store_up", value: 1 },
		{ name: "hearsay_task_run_seconds", labels: { type }, value: ran },
		{ name: "hearsay_tasks", labels: { state: "PENDING" }, value: 3 },
		{ name: "hearsay_tasks", labels: { state: "STARTED" }, value: 1 },
	];
	const text = writeMetrics(readings);
	const label = 'type="a \\"b\\"\\\\\\n"';
	expect(text.split("\n").filter((line) => !line.startsWith("# HELP"))).toEqual(
		[
			"# TYPE hearsay_tasks gauge",
			'hearsay_tasks{state="PENDING"} 3',
			'hearsay_tasks{state="STARTED"} 1',
			"# TYPE hearsay_task_run_seconds histogram",
			`hearsay_task_run_seconds_bucket{${label},le="0.5"} 2`,
			`hearsay_task_run_seconds_bucket{${label},le="+Inf"} 3`,
			`hearsay_task_run_seconds_sum{${label}} 2.5`,
			`hearsay_task_run_seconds_count{${label}} 3`,
			"# TYPE hearsay_store_up gauge",
			"hearsay_store_up 1",
			"",
		],
	);
	expect(text).toMatch(/# HELP hearsay_tasks .*max, not the sum/);
});

test("of more labels than fit the last ones share one", () => {
	const all = new Labelled(() => ({ count: 0 }));
	for (let i = 0; i < METRIC_LABELS_MAX + 50; i++) all.at(`l${i}`).count += 1;
	all.at("l0").count += 1;
	const counts = new Map([...all].map(([label, { count }]) => [label, count]));
	expect(counts.size).toBe(METRIC_LABELS_MAX);
	expect(counts.get("l0")).toBe(2);
	expect(counts.get(OTHER)).toBe(51);
});

test("of more queues than fit the smallest are told as one, and the oldest wait of them", () => {
	const queues = Array.from({ length: METRIC_LABELS_MAX + 10 }, (_, i) => ({
		...{
			route: formatRoute({ queue: `q${i}`, type: "t", labels: [] }),
			count: 1_000 - i,
		},
		...{ oldestId: "a", oldestMs: 1_000_000 - i * 1_000 },
	}));
	const readings = queueReadings({ asOfMs: 1_000_000, queues });
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

	test("is read as seldom as it takes long", async () => {
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
	const success = { kind: "success", result: "1", ranMs: 20 } as const;
	const error = { code: "c", message: "m" };
	const failure = { kind: "failure", error, ranMs: 20 } as const;
	meter.over("a", success, undefined);
	meter.over("a", success, "lost");
	meter.over("a", success, "cancelled");
	meter.over("a", failure, "cancelled");
	meter.over("a", { kind: "displaced", suspect: false }, undefined);
	meter.over("a", { kind: "not-begun" }, undefined);
	expect(meter.byType.get("a")?.ends).toMatchObject({
		...{ success: 2, lost: 1, cancelled: 1, "handed-back": 1, failure: 0 },
	});
	expect(meter.byType.get("a")?.ranS.sum).toBeCloseTo(0.08);
});

test("a first claim counts from when the task was due, and later ones do not count", () => {
	const meter = new RunMeter();
	const task = {
		...{
			id: "a",
			route: formatRoute({ queue: "q", type: "t", labels: [] }),
			priority: 5,
			token: 1,
		},
		...{ payload: "1", createdMs: 1_000, claimedMs: 9_000, round: 1 },
		...{ failures: 0, crashes: 0, losses: 0, attempt: 1, options: {} },
	};
	meter.claimed({ ...task, options: { delay: 5_000 } });
	meter.claimed({ ...task, attempt: 2 });
	expect(meter.waitedS.sum).toBe(3);
	expect(meter.waitedS.counts.reduce((sum, one) => sum + one)).toBe(1);
});

test.each(BOARDS)(
	"$file names only metrics that there are, with their labels",
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

test("the manual tells of every metric, and of its labels", () => {
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
