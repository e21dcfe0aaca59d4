/**
 * What is measured, as data, and the rounds in which it is. All sides of a measure take
 * turns on the same Redis, emptied before each, and go first in turn, so that whatever
 * the machine does meanwhile affects all alike. Sides that differ by less than the
 * machine does from one minute to the next live side by side through a round, and take
 * several turns in it, seconds apart. The median of all turns counts.
 */
import type { Ground } from "./contender.ts";
import { median, medianRatio } from "./stats.ts";

/**
 * Who is compared: Hearsay, and what its figures are held against. The latter are others,
 * the least that could do the same (`ceiling`), and Hearsay itself under other circumstances.
 */
export const SIDES = {
	hearsay: "Hearsay",
	"one-node": "one node",
	"other-node": "other node",
	sweep: "sweep alone",
	"in-process": "in process",
	bullmq: "BullMQ",
	"bullmq-http": "BullMQ + HTTP",
	ceiling: "ceiling",
} as const;
export type Side = keyof typeof SIDES;

/** One line of the report. */
export interface Line {
	readonly title: string;
	readonly unit: string;
	readonly better: "higher" | "lower";
}

/** A figure for each line of a measure. */
export type Figures<Key extends string = string> = Readonly<
	Record<Key, number>
>;

export type Run<Key extends string = string> = (
	ground: Ground,
) => Promise<Figures<Key>>;
export type Sides<Key extends string = string> = Readonly<
	Partial<Record<Side, Run<Key>>>
>;

/** Sides that live together until it is disposed of. */
export interface Stage<Key extends string = string> extends AsyncDisposable {
	readonly sides: Sides<Key>;
}

interface Plan<Key extends string> {
	/** The measure's name for `--only`. */
	readonly name: string;
	/** How it is measured, for the report: what a reader of the figures must know. */
	readonly note?: string;
	/** Whether one round is enough, however many are asked for. */
	readonly once?: boolean;
	readonly lines: Readonly<Record<Key, Line>>;
}

/** A measure that takes each side by itself, on an empty Redis. */
export interface MeasureApart<Key extends string = string> extends Plan<Key> {
	readonly sides: Sides<Key>;
}

/** A measure for which all sides are alive at once, on one Redis. */
export interface MeasureTogether<Key extends string = string>
	extends Plan<Key> {
	/** The turns of each side in each round; the first ones do not count. */
	readonly turns: { readonly warmUp: number; readonly counted: number };
	readonly open: (ground: Ground) => Promise<Stage<Key>>;
}

export type Measure<Key extends string = string> =
	| MeasureApart<Key>
	| MeasureTogether<Key>;

export interface Result extends Line {
	readonly measure: string;
	readonly sides: Readonly<Partial<Record<Side, SideResult>>>;
	/**
	 * Hearsay's median divided by that of another side. For sides that live together, the
	 * median of the ratios turn by turn: whatever slows both down for a while is not in it.
	 */
	readonly ratios: Readonly<Partial<Record<Side, number>>>;
}
export interface SideResult {
	readonly median: number;
	/** The figure of each round, or of each turn that counts, in order. */
	readonly rounds: readonly number[];
}

export async function runMeasure(
	measure: Measure,
	roundsAsked: number,
	ground: Ground,
	clear: () => Promise<void>,
	tell: (text: string) => void,
): Promise<Result[]> {
	const rounds = measure.once ? 1 : roundsAsked;
	const seen: { side: Side; figures: Figures }[] = [];
	for (let round = 0; round < rounds; round++) {
		const figuresOf = async (side: Side, run: Run): Promise<Figures> => {
			tell(`${measure.name}, round ${round + 1} of ${rounds}: ${side} …`);
			const figures = await run(ground);
			tell(` ${Object.values(figures).map(formatFigure).join(" · ")}\n`);
			return figures;
		};
		if ("sides" in measure) {
			for (const [side, run] of inTurn(measure.sides, round)) {
				await clear();
				seen.push({ side, figures: await figuresOf(side, run) });
			}
		} else {
			await clear();
			await using stage = await measure.open(ground);
			const { warmUp, counted } = measure.turns;
			for (let turn = 0; turn < warmUp + counted; turn++) {
				for (const [side, run] of inTurn(stage.sides, round + turn)) {
					const figures = await figuresOf(side, run);
					if (turn >= warmUp) seen.push({ side, figures });
				}
			}
		}
	}
	return Object.entries(measure.lines).map(([key, line]) =>
		summarize(
			measure,
			line,
			seen.map(({ side, figures }) => ({ side, figure: figures[key] })),
		),
	);
}

/** All sides, in an order that begins with another one each time. */
function inTurn(sides: Sides, first: number): [Side, Run][] {
	const all = Object.entries(sides) as [Side, Run][];
	const at = first % all.length;
	return [...all.slice(at), ...all.slice(0, at)];
}

function summarize(
	measure: Measure,
	line: Line,
	seen: readonly { side: Side; figure: number | undefined }[],
): Result {
	const sides: Partial<Record<Side, SideResult>> = {};
	for (const [side, of] of Map.groupBy(seen, ({ side }) => side)) {
		const rounds = of.map(({ figure }) => figure ?? Number.NaN);
		sides[side] = { median: median(rounds), rounds };
	}
	const ratios: Partial<Record<Side, number>> = {};
	for (const [side, result] of Object.entries(sides) as [Side, SideResult][]) {
		if (side === "hearsay" || sides.hearsay === undefined) continue;
		ratios[side] =
			"sides" in measure
				? sides.hearsay.median / result.median
				: medianRatio(sides.hearsay.rounds, result.rounds);
	}
	return { measure: measure.name, ...line, sides, ratios };
}

/** A figure in three digits, which are all that it is worth. */
export function formatFigure(figure: number): string {
	return figure.toLocaleString("en", { maximumSignificantDigits: 3 });
}
