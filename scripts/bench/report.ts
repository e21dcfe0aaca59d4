/** The report: a table for people, and the same as data. */
import { CONCURRENCY, ENDED_KEPT_MAX, IN_FLIGHT } from "./contender.ts";
import type { Machine } from "./machine.ts";
import {
	formatFigure,
	type Result,
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
	readonly results: readonly Result[];
}

export function makeReport(
	machine: Machine,
	tasks: number,
	rounds: number,
	results: readonly Result[],
): Report {
	return {
		at: new Date().toISOString(),
		machine,
		settings: {
			tasks,
			rounds,
			concurrency: CONCURRENCY,
			inFlight: IN_FLIGHT,
			endedKeptMax: ENDED_KEPT_MAX,
			redis: REDIS_SETTINGS,
		},
		results,
	};
}

const HEAD = [
	"",
	"unit",
	"Hearsay",
	"BullMQ",
	"ratio",
	"ceiling",
	"ratio",
	"better",
];

export function formatReport({ machine, settings, results }: Report): string {
	const rows = [HEAD, ...results.map(row)];
	const widths = HEAD.map((_, column) =>
		Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
	);
	const table = rows.map((cells) =>
		cells
			.map((cell, column) =>
				// Text to the left, figures to the right.
				column < 2 || column === cells.length - 1
					? cell.padEnd(widths[column] ?? 0)
					: cell.padStart(widths[column] ?? 0),
			)
			.join("  ")
			.trimEnd(),
	);
	return [
		`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}, Redis ${machine.redis} (${Object.entries(REDIS_SETTINGS).flat().join(" ")}), BullMQ ${machine.bullmq}`,
		`${settings.tasks} tasks, concurrency ${settings.concurrency}; medians of ${settings.rounds} alternating rounds ± half their range; ratio: Hearsay / the other`,
		"",
		...table,
		"",
	].join("\n");
}

function row({ title, unit, better, sides, ratios }: Result): string[] {
	const figure = (side: Side) => formatSide(sides[side]);
	return [
		title,
		unit,
		figure("hearsay"),
		figure("bullmq"),
		formatRatio(ratios.bullmq),
		figure("ceiling"),
		formatRatio(ratios.ceiling),
		better,
	];
}

/** The median, and half the distance between the best round and the worst. */
function formatSide(side: SideResult | undefined): string {
	if (side === undefined) return "";
	const { median, rounds } = side;
	const spread = (Math.max(...rounds) - Math.min(...rounds)) / 2 / median;
	return `${formatFigure(median)} ±${Math.round(100 * spread)} %`;
}

function formatRatio(ratio: number | undefined): string {
	return ratio === undefined ? "" : `${formatFigure(ratio)} ×`;
}
