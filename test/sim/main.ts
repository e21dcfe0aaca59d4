/**
 * The simulator's command line, `npm run sim`: one seed after another, until the first
 * that breaks a promise. Progress goes to standard error, the outcome to standard output.
 */
import { systemClock } from "../../node/world/clock.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { explain, Tally } from "./report.ts";
import { runSeed } from "./run.ts";

const PROGRESS_MS = 2_000;

interface Result {
	readonly tally: Tally;
	readonly realMs: number;
	/** The seed that breaks a promise, and what there is to say about it. */
	readonly broken: { readonly seed: number; readonly text: string } | undefined;
}

async function runSeeds(options: Options): Promise<Result> {
	const { first, count, nodes, fault, trace } = options;
	const startedMs = systemClock.monoMs();
	const tally = new Tally();
	const print = trace ? (line: string) => console.log(line) : undefined;
	let toldMs = startedMs;
	for (let seed = first; seed < first + count; seed++) {
		const run = await runSeed({ seed, nodes, fault, trace: print });
		tally.add(run);
		const nowMs = systemClock.monoMs();
		const realMs = nowMs - startedMs;
		if (run.verdict.breaches.length > 0)
			return { tally, realMs, broken: { seed, text: explain(run, nodes) } };
		if (nowMs - toldMs < PROGRESS_MS) continue;
		toldMs = nowMs;
		console.error(
			`seed ${seed}, ${seed - first + 1} of ${count}: ${tally.progress(realMs)}`,
		);
	}
	return { tally, realMs: systemClock.monoMs() - startedMs, broken: undefined };
}

function formatResult(
	{ first, count }: Options,
	{ tally, realMs, broken }: Result,
): string {
	if (broken !== undefined) return `${broken.text}\n${tally.summary(realMs)}`;
	return `${tally.summary(realMs)}\n\nNo promise was broken by ${nameSeeds(first, count)}.\nReal processes, Redis, sockets and clocks are not in this: see npm run chaos.`;
}

function nameSeeds(first: number, count: number): string {
	if (count === 1) return `seed ${first}`;
	return `${count} seeds, ${first} to ${first + count - 1}`;
}

/** Runs the simulator. Resolves with the exit code: 0 if no promise was broken, 1 if one was, 2 for wrong use. */
async function main(args: readonly string[]): Promise<number> {
	let options: Options | undefined;
	try {
		options = readOptions(args);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		console.error(error.message);
		return 2;
	}
	if (options === undefined) {
		console.log(HELP.trimEnd());
		return 0;
	}
	const { first, count, json } = options;
	console.error(`Simulating ${nameSeeds(first, count)} …`);
	const result = await runSeeds(options);
	const { tally, broken } = result;
	const data = { first, count, figures: tally.figures, broken: broken ?? null };
	console.log(
		json ? JSON.stringify(data, null, "\t") : formatResult(options, result),
	);
	return broken === undefined ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
