/** The report: tables for people, and the same as data. */
import { CONCURRENCY, ENDED_KEPT_MAX, IN_FLIGHT } from "./contender.ts";
import type { Machine } from "./machine.ts";
import {
	formatFigure,
	type Measure,
	type Result,
	SIDES,
	type Side,
	type SideResult,
} from "./measure.ts";
import { REDIS_SETTINGS } from "./redis.ts";

export interface Report {
	readonly at: string;
	readonly machine: Machine;
	readonly settings: {
		readonly tasks: number;
		readonly rounds: number;
		readonly concurrency: number;
		readonly inFlight: number;
		readonly endedKeptMax: number;
		readonly redis: typeof REDIS_SETTINGS;
	};
	/** How each measure is taken, by the measure's name. */
	readonly notes: Readonly<Record<string, string>>;
	readonly results: readonly Result[];
}

export function makeReport(
	machine: Machine,
	size: { readonly tasks: number; readonly rounds: number },
	measures: readonly Measure[],
	results: readonly Result[],
): Report {
	return {
		at: new Date().toISOString(),
		machine,
		settings: {
			...size,
			concurrency: CONCURRENCY,
			inFlight: IN_FLIGHT,
			endedKeptMax: ENDED_KEPT_MAX,
			redis: REDIS_SETTINGS,
		},
		notes: Object.fromEntries(
			measures.map(({ name, note = "" }) => [name, note]),
		),
		results,
	};
}

export function formatReport(report: Report): string {
	const { machine, settings, notes, results } = report;
	const groups = Map.groupBy(results, ({ measure }) => measure);
	return [
		`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}, Redis ${machine.redis} (${Object.entries(REDIS_SETTINGS).flat().join(" ")}), BullMQ ${machine.bullmq}`,
		`${settings.tasks} tasks, concurrency ${settings.concurrency}; medians of ${settings.rounds} alternating rounds ± half their range; ×: Hearsay's figure / the one before it; ↑ higher is better, ↓ lower`,
		"",
		...[...groups].flatMap(([measure, lines]) => [
			[measure, notes[measure]].filter(Boolean).join(": "),
			...formatTable(lines),
			"",
		]),
	].join("\n");
}

/** The lines of one measure; its sides are the columns. */
function formatTable(results: readonly Result[]): string[] {
	const sides = (Object.keys(SIDES) as Side[]).filter((side) =>
		results.some((result) => side in result.sides),
	);
	const rows = [
		["", "", ...sides.flatMap((side) => cells(side, SIDES[side], "×"))],
		...results.map(({ title, unit, better, sides: figures, ratios }) => [
			title,
			`${unit} ${better === "higher" ? "↑" : "↓"}`,
			...sides.flatMap((side) =>
				cells(side, formatSide(figures[side]), formatRatio(ratios[side])),
			),
		]),
	];
	const widths = rows[0]?.map((_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	return rows.map((row) =>
		row
			.map((cell, column) => {
				const width = widths?.[column] ?? 0;
				// Text to the left, figures to the right.
				return column < 2 ? cell.padEnd(width) : cell.padStart(width);
			})
			.join("  ")
			.replace(/^/, "  ")
			.trimEnd(),
	);
}

/** The cells of a side: its figure and its ratio. Hearsay has no ratio to itself. */
function cells(side: Side, figure: string, ratio: string): string[] {
	return side === "hearsay" ? [figure] : [figure, ratio];
}

/** A side's median, and half the distance between its best round and its worst. */
function formatSide(side: SideResult | undefined): string {
	if (side === undefined) return "";
	const { median, rounds } = side;
	const spread = (Math.max(...rounds) - Math.min(...rounds)) / 2 / median;
	return `${formatFigure(median)} ±${Math.round(100 * spread)}%`;
}

function formatRatio(ratio: number | undefined): string {
	return ratio === undefined ? "" : formatFigure(ratio);
}
