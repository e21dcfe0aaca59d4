/** Readings as Prometheus reads them: its text format. */
import { expect, test } from "vitest";
import {
	type Reading,
	writeMetrics,
	written,
} from "../../protocol/exposition.ts";
import { Histogram } from "../../protocol/instruments.ts";

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

test("readings that were written before are reported like others of their metric, in its place", () => {
	const readings: Reading[] = [
		{ name: "hearsay_queue_tasks", labels: { queue: "a" }, value: 1 },
		{ name: "hearsay_store_up", value: 1 },
		{ name: "hearsay_queue_tasks", labels: { queue: "b" }, value: 2 },
		{ name: "hearsay_tasks", labels: { state: "PENDING" }, value: 3 },
	];
	const [slots, ...queues] = [
		{ name: "hearsay_slots", value: 8 },
		...readings,
	] as const;
	expect(writeMetrics([slots, ...written(queues)])).toBe(
		writeMetrics([...readings, slots]),
	);
});

test("a histogram is written as it is by then, however often it was written before", () => {
	const value = new Histogram([1, 2]);
	const write = (name: "hearsay_claim_seconds" | "hearsay_task_wait_seconds") =>
		writeMetrics([{ name, value }]);
	value.observe(1);
	const first = write("hearsay_claim_seconds");
	expect(write("hearsay_claim_seconds")).toBe(first);
	value.observe(0);
	expect(write("hearsay_claim_seconds")).toMatch(/_bucket\{le="1"\} 2$/m);
	expect(write("hearsay_task_wait_seconds")).toMatch(
		/^hearsay_task_wait_seconds_count 2$/m,
	);
});
