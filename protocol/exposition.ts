/**
 * Metrics as Prometheus reads them: its text format, 0.0.4.
 */
import type { Histogram } from "./instruments.ts";
import { helpOf, METRICS, type MetricName } from "./metrics.ts";

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;

type Counted = Pick<Histogram, "bounds" | "counts" | "sum">;

/** One metric, or one of its values under a set of labels. */
export interface Reading {
	readonly name: MetricName;
	readonly labels?: Labels;
	readonly value: number | Counted;
	/** The part of a summary that this reports: its sum or its count. */
	readonly suffix?: "_sum" | "_count";
}

/** Readings of one metric, already written, as they are reported more often than they change. */
export interface Written {
	readonly name: MetricName;
	readonly lines: string;
}

export function written(readings: Iterable<Reading>): Written[] {
	return [...Map.groupBy(readings, ({ name }) => name)].map(([name, own]) => ({
		...{ name, lines: own.map(writeReading).join("") },
	}));
}

/** What is written before the readings of each metric, in the order in which metrics are reported. */
const HEADS = new Map(
	(Object.keys(METRICS) as MetricName[]).map((name) => [
		name,
		`# HELP ${name} ${helpOf(name)}\n# TYPE ${name} ${METRICS[name].type}\n`,
	]),
);

/** Writes metrics in the order of METRICS; one without a reading is left out. */
export function writeMetrics(readings: Iterable<Reading | Written>): string {
	const byName = new Map<MetricName, string[]>();
	for (const each of readings) {
		const lines = "lines" in each ? each.lines : writeReading(each);
		const own = byName.get(each.name);
		if (own === undefined) byName.set(each.name, [lines]);
		else own.push(lines);
	}
	const texts: string[] = [];
	for (const [name, head] of HEADS) {
		const own = byName.get(name);
		if (own !== undefined) texts.push(head, ...own);
	}
	return texts.join("");
}

function writeReading({ name, labels, value, suffix }: Reading): string {
	const inner = writeLabels(labels);
	const own = inner === "" ? "" : `{${inner}}`;
	if (typeof value === "number")
		return `${name}${suffix ?? ""}${own} ${value}\n`;
	const kept = KEPT.get(value);
	const count = countOf(value);
	if (kept?.name === name && kept.inner === inner && kept.count === count)
		return kept.text;
	const text = `${writeBuckets(name, inner, value)}${name}_sum${own} ${value.sum}\n${name}_count${own} ${count}\n`;
	KEPT.set(value, { name, inner, count, text });
	return text;
}

/** How a histogram was written last. */
interface Kept {
	readonly name: MetricName;
	readonly inner: string;
	readonly count: number;
	readonly text: string;
}

/**
 * The last text of each histogram. There are many, and most have counted nothing new since
 * they were last written.
 */
const KEPT = new WeakMap<Counted, Kept>();

function countOf({ counts }: Counted): number {
	let count = 0;
	for (const each of counts) count += each;
	return count;
}

function writeBuckets(
	name: MetricName,
	inner: string,
	{ bounds, counts }: Counted,
): string {
	// What is the same in each line is written once.
	const bucket = `${name}_bucket{${inner}${inner === "" ? "" : ","}le="`;
	let text = "";
	let count = 0;
	for (let at = 0; at < counts.length; at++) {
		count += counts[at] ?? 0;
		text += `${bucket}${at < bounds.length ? bounds[at] : "+Inf"}"} ${count}\n`;
	}
	return text;
}

function writeLabels(labels: Labels = {}): string {
	let text = "";
	for (const label of Object.keys(labels)) {
		const comma = text === "" ? "" : ",";
		text += `${comma}${label}="${escaped(labels[label] ?? "")}"`;
	}
	return text;
}

const SPECIAL = /[\\"\n]/;

function escaped(value: string): string {
	if (!SPECIAL.test(value)) return value;
	return value
		.replaceAll("\\", "\\\\")
		.replaceAll('"', '\\"')
		.replaceAll("\n", "\\n");
}
