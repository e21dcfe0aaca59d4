/** The figures of a latency: from submission to start, and to result. */
import type { Figures, Line } from "./measure.ts";
import { percentile } from "./stats.ts";

const PERCENTILES = [50, 99, 99.9] as const;
type Percentile = (typeof PERCENTILES)[number];

/** The name of a figure, such as `start p99.9`. */
export type LatencyKey = `${"start" | "result"} p${Percentile}`;

function eachFigure<T>(
	make: (until: "start" | "result", percent: Percentile) => T,
): Record<LatencyKey, T> {
	const entries = (["start", "result"] as const).flatMap((until) =>
		PERCENTILES.map((p) => [`${until} p${p}`, make(until, p)] as const),
	);
	return Object.fromEntries(entries) as Record<LatencyKey, T>;
}

export const LATENCY_LINES = eachFigure(
	(until, percent): Line => ({
		title: `submit → ${until}, p${percent}`,
		unit: "ms",
		better: "lower",
	}),
);

/** The figures of a latency. `starts`, `results`: how long each took after the submission, in ms. */
export function latencyFigures(
	starts: readonly number[],
	results: readonly number[],
): Figures<LatencyKey> {
	const values = { start: starts, result: results };
	return eachFigure((until, percent) => percentile(values[until], percent));
}
