/**
 * A measure of Hearsay alone, in several cases that stand beside one another: usually
 * sizes, each to be compared with the smallest.
 */
import type { Ground } from "./contender.ts";
import type { Figures, Line, Measure } from "./measure.ts";

export interface Case<Key extends string = string> {
	/** All lines that the case measures. */
	readonly lines: Readonly<Record<Key, Line>>;
	readonly run: (ground: Ground) => Promise<Figures<Key>>;
}

/** Runs the cases in order, on the same Redis. */
export function measureOfCases(
	name: string,
	note: string,
	cases: readonly Case[],
): Measure {
	const lines: Record<string, Line> = {};
	for (const [i, each] of cases.entries()) {
		for (const [key, line] of Object.entries(each.lines))
			lines[`${key}-${i}`] = line;
	}
	const hearsay = async (ground: Ground) => {
		const figures: Record<string, number> = {};
		for (const [i, { run }] of cases.entries()) {
			for (const [key, figure] of Object.entries(await run(ground)))
				figures[`${key}-${i}`] = figure;
		}
		return figures;
	};
	return { name, note, lines, sides: { hearsay } };
}
