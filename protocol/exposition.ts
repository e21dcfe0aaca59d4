/**
 * Metrics as Prometheus reads them: its text format, 0.0.4.
 */
import type { Histogram } from "./instruments.ts";
import { helpOf, METRICS, type MetricName } from "./metrics.ts";

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;

/** One metric, or one of its values under a set of labels. */
export interface Reading {
	readonly name: MetricName;
	readonly labels?: Labels;
	readonly value: number | Pick<Histogram, "bounds" | "counts" | "sum">;
	/** For a summary, whose sum and count are reported this way. */
	readonly suffix?: "_sum" | "_count";
}

/** Writes metrics in the order of METRICS; one without a reading is left out. */
export function writeMetrics(readings: Iterable<Reading>): string {
	const byName = Map.groupBy(readings, ({ name }) => name);
	let text = "";
	for (const name of Object.keys(METRICS) as MetricName[]) {
		const own = byName.get(name);
		if (own === undefined) continue;
		text += `# HELP ${name} ${helpOf(name)}\n# TYPE ${name} ${METRICS[name].type}\n`;
		for (const reading of own) text += writeReading(reading);
	}
	return text;
}

function writeReading(reading: Reading): string {
	const { name, labels, value, suffix } = reading;
	if (typeof value === "number")
		return `${name}${suffix ?? ""}${writeLabels(labels)} ${value}\n`;
	const { bounds, counts, sum } = value;
	let text = "";
	let count = 0;
	for (const [at, own] of counts.entries()) {
		count += own;
		const le = at < bounds.length ? String(bounds[at]) : "+Inf";
		text += `${name}_bucket${writeLabels(labels, le)} ${count}\n`;
	}
	const own = writeLabels(labels);
	return `${text}${name}_sum${own} ${sum}\n${name}_count${own} ${count}\n`;
}

function writeLabels(labels: Labels = {}, le?: string): string {
	const all = Object.entries(labels).map(
		([label, value]) => `${label}="${escaped(value)}"`,
	);
	if (le !== undefined) all.push(`le="${le}"`);
	return all.length === 0 ? "" : `{${all.join(",")}}`;
}

function escaped(value: string): string {
	return value
		.replaceAll("\\", "\\\\")
		.replaceAll('"', '\\"')
		.replaceAll("\n", "\\n");
}
