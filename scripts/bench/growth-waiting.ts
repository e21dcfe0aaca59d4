/**
 * The cost of a claim as the backlog grows: processor time of Redis's main
 * thread for a task claimed, with that of the smallest backlog beside it.
 */
import type { Ground } from "./contender.ts";
import { bullmqClaims } from "./growth-bullmq-claims.ts";
import { runProgram } from "./growth-program.ts";
import type { Figures, Line, Measure } from "./measure.ts";

const PROGRAM = "test/bench/claims-at-depth.ts";

/**
 * A line for each depth, which must rise, and one for what the last costs
 * beside the first.
 */
export function waitingMeasure(
	name: string,
	depths: readonly number[],
	who: "alone" | "with BullMQ",
): Measure {
	const format = (depth: number) => depth.toLocaleString("en");
	const [first = 0, last = 0] = [depths[0], depths.at(-1)];
	const lines: [string, Line][] = depths.map((depth) => [
		`at${depth}`,
		{
			title: `a claim while ${format(depth)} wait, Redis's CPU a task`,
			unit: "µs",
			better: "lower",
		},
	]);
	const growth: Line = {
		title: `… at ${format(last)} / at ${format(first)}`,
		unit: "ratio",
		better: "lower",
	};
	const figures = (micros: readonly number[]): Figures => ({
		...Object.fromEntries(depths.map((depth, i) => [`at${depth}`, micros[i]])),
		growth: (micros.at(-1) ?? Number.NaN) / (micros[0] ?? Number.NaN),
	});
	return {
		name,
		note: "Redis's main thread alone, by its own account; claims as a worker with 100 slots makes them.",
		lines: { ...Object.fromEntries(lines), growth },
		sides: {
			hearsay: async ({ redis }: Ground) => {
				const args = [redis.port, ...depths].map(String);
				return figures((await runProgram(PROGRAM, args)) as number[]);
			},
			...(who === "with BullMQ" && {
				bullmq: async ({ redis }: Ground) =>
					figures(await bullmqClaims(redis.port, depths)),
			}),
		},
	};
}
