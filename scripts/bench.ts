/**
 * `npm run bench`: Hearsay beside its peers and its ceilings, everything in one run on
 * one Redis that the bench starts and ends.
 *
 * A figure depends on the machine, the day and the neighbours. A ratio depends on them
 * much less, if its two sides took turns within minutes on the same machine. So the
 * ratios are the result, and no figure is printed without the other beside it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine } from "./bench/machine.ts";
import { type Result, runMeasure } from "./bench/measure.ts";
import { MEASURES } from "./bench/measures.ts";
import { BenchRedis } from "./bench/redis.ts";
import { formatReport, makeReport } from "./bench/report.ts";
import { bundleProgram } from "./build/program.ts";

const NAMES = MEASURES.map(({ name }) => name);
const HELP = `npm run bench [-- OPTIONS]

  --json      print the report as JSON
  --tasks N   tasks of one throughput run (default 50000)
  --rounds N  alternating rounds; medians are reported (default 3)
  --only A,B  some of: ${NAMES.join(", ")}

All of it takes about twenty minutes.
`;

interface Options {
	readonly json: boolean;
	readonly tasks: number;
	readonly rounds: number;
	readonly only: readonly string[];
}

/** Undefined if help was asked for. @throws if the use is wrong */
function readOptions(args: readonly string[]): Options | undefined {
	const { values } = parseArgs({
		args: [...args],
		options: {
			help: { type: "boolean", default: false },
			json: { type: "boolean", default: false },
			tasks: { type: "string", default: "50000" },
			rounds: { type: "string", default: "3" },
			only: { type: "string", default: NAMES.join(",") },
		},
	});
	if (values.help) return;
	const only = values.only.split(",");
	const unknown = only.filter((name) => !NAMES.includes(name));
	if (unknown.length > 0) {
		throw new TypeError(
			`--only: there is no ${unknown.join(", ")}; there are ${NAMES.join(", ")}`,
		);
	}
	return {
		json: values.json,
		tasks: readCount("--tasks", values.tasks, 100),
		rounds: readCount("--rounds", values.rounds, 1),
		only,
	};
}

function readCount(option: string, text: string, min: number): number {
	const count = Number(text);
	if (Number.isSafeInteger(count) && count >= min) return count;
	throw new TypeError(
		`${option}: ${text} is not a whole number from ${min} up`,
	);
}

async function bench(
	{ json, tasks, rounds, only }: Options,
	directory: string,
): Promise<void> {
	await bundleProgram();
	await using redis = await BenchRedis.start(directory);
	const ground = { redis, directory, tasks };
	const tell = (text: string) => process.stderr.write(text);
	const measures = MEASURES.filter(({ name }) => only.includes(name));
	const results: Result[] = [];
	for (const measure of measures) {
		const clear = () => redis.clear();
		results.push(...(await runMeasure(measure, rounds, ground, clear, tell)));
	}
	const machine = describeMachine(await redis.version());
	const report = makeReport(machine, { tasks, rounds }, measures, results);
	process.stdout.write(
		json
			? `${JSON.stringify(report, null, "\t")}\n`
			: `\n${formatReport(report)}`,
	);
}

/** Exit code: 0 done, 1 failed, 2 wrong use. */
async function main(args: readonly string[]): Promise<number> {
	let options: Options | undefined;
	try {
		options = readOptions(args);
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
		return 2;
	}
	if (options === undefined) {
		process.stdout.write(HELP);
		return 0;
	}
	const directory = mkdtempSync(join(tmpdir(), "hearsay-bench-"));
	// After the children, which end at the same event (see children.ts) and may still write
	// while they do: hence the retries.
	const removal = { recursive: true, force: true, maxRetries: 10 };
	process.on("exit", () => rmSync(directory, removal));
	process.once("SIGINT", () => process.exit(130));
	process.once("SIGTERM", () => process.exit(143));
	await bench(options, directory);
	return 0;
}

process.exitCode = await main(process.argv.slice(2));
