/**
 * `npm run chaos`: real nodes and a real Redis, clients that submit without pause, and
 * faults drawn from a seed; then the checker's verdict on what was recorded outside of
 * the system. See `chaos/course.ts` for the course of a run, and `test/checker/` for the
 * promises. With `--split`, a measurement of its own: see `chaos/split.ts`.
 */
import {
	closeSync,
	mkdtempSync,
	openSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "../test/checker/checker.ts";
import { bundleProgram } from "./build/program.ts";
import { AttachedCluster } from "./chaos/attached-cluster.ts";
import { runCourse } from "./chaos/course.ts";
import { isNetworkFault } from "./chaos/fault.ts";
import {
	enterNetwork,
	isInsideNetwork,
	networkTrouble,
} from "./chaos/network-entry.ts";
import { NotPossible } from "./chaos/not-possible.ts";
import { HELP, type Options, readOptions } from "./chaos/options.ts";
import { OwnCluster } from "./chaos/own-cluster.ts";
import { planFaults, planSeries, SERIES_SLOTS } from "./chaos/plan.ts";
import { Progress } from "./chaos/progress.ts";
import { SeededRandom } from "./chaos/random.ts";
import { writeHistory } from "./chaos/recording.ts";
import { makeReport, type Report, type Skipped } from "./chaos/report.ts";
import { formatReport } from "./chaos/report-text.ts";
import { DRAINED_MS_MAX } from "./chaos/settling.ts";
import { runSplit } from "./chaos/split.ts";
import {
	formatSplitReport,
	makeSplitReport,
	type SplitReport,
} from "./chaos/split-report.ts";

/** Once a node can hear again, it stops what it has lost within this. */
const STOP_MS = { paused: 1_000, "cut-off": 1_000, gone: 0 };

async function chaos(
	options: Options,
	skipped: readonly Skipped[],
	directory: string,
): Promise<Report> {
	const { nodes, fsync, attach, series, seed, durationMs } = options;
	const left = ({ kind }: Skipped) => kind;
	const kinds = options.faults.filter(
		(kind) => !skipped.map(left).includes(kind),
	);
	const network = kinds.some(isNetworkFault);
	const stage =
		attach === undefined
			? await OwnCluster.start({
					...{ nodes, fsync, directory, network },
					slots: series && SERIES_SLOTS,
				})
			: await AttachedCluster.find(attach);
	const random = new SeededRandom(seed);
	const count = stage.victims.nodes.length;
	const plan =
		series === undefined
			? planFaults({ nodes: count, durationMs, kinds }, random)
			: planSeries(count, series, random);
	const progress = new Progress();
	const lasts = series === undefined ? `, ${durationMs / 1_000} s` : "";
	progress.tell(`seed ${seed}: ${plan.length} faults, ${count} nodes${lasts}`);
	const course = await runCourse({
		...{ stage, plan, random, progress },
		effects: effectsIn(directory),
		durationMs: series === undefined ? durationMs : 0,
		idPrefix: `chaos-${seed}-${process.pid}-`,
		forgets: fsync !== "always",
		alone: attach === undefined,
	});
	const verdict = judge(writeHistory(course.recording), {
		drainMs: DRAINED_MS_MAX,
		stopMs: STOP_MS,
	});
	return makeReport(options, skipped, course, verdict);
}

async function split(
	options: Options,
	splitMs: number,
	directory: string,
): Promise<SplitReport> {
	const { nodes, fsync, seed } = options;
	const cluster = await OwnCluster.start({
		...{ nodes, fsync, directory },
		network: true,
	});
	const course = await runSplit({
		...{ cluster, splitMs },
		random: new SeededRandom(seed),
		progress: new Progress(),
		effects: effectsIn(directory),
	});
	return makeSplitReport(options, course);
}

/** Makes an empty file to which task code writes. */
function effectsIn(directory: string): string {
	const path = join(directory, "runs.jsonl");
	closeSync(openSync(path, "a"));
	return path;
}

/** Whether every promise was kept. */
async function run(
	options: Options,
	skipped: readonly Skipped[],
): Promise<boolean> {
	const directory = mkdtempSync(join(tmpdir(), "hearsay-chaos-"));
	let keep = true;
	process.on("exit", () => {
		const removal = { recursive: true, force: true, maxRetries: 10 };
		if (!keep) rmSync(directory, removal);
		else process.stderr.write(`logs and runs are kept in ${directory}\n`);
	});
	// The processes that were started end with this one: see `chaos/process.ts`.
	for (const [event, code] of [
		["SIGINT", 130],
		["SIGTERM", 143],
		["disconnect", 1],
	] as const) {
		// Every time: a second Ctrl-C must not end this before it has cleaned up.
		process.on(event, () => {
			keep = false;
			process.exit(code);
		});
	}
	process.channel?.unref();
	const { splitMs, json } = options;
	const measure = () =>
		splitMs === undefined
			? chaos(options, skipped, directory)
			: split(options, splitMs, directory);
	const report = await measure().catch((error: unknown) => {
		if (error instanceof NotPossible) keep = false;
		throw error;
	});
	keep = report.breaches.length > 0;
	const data = `${JSON.stringify(report, null, "\t")}\n`;
	if (keep) writeFileSync(join(directory, "report.json"), data);
	const text = () =>
		"phases" in report ? formatSplitReport(report) : formatReport(report);
	process.stdout.write(json ? data : `\n${text()}`);
	return !keep;
}

/** Exit code: 0 if every promise was kept, 1 if not, 2 for wrong use or if it is not possible here. */
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
	const cuts = options.faults.filter(isNetworkFault);
	const skipped: Skipped[] = [];
	if (cuts.length > 0 && !isInsideNetwork()) {
		const why = networkTrouble();
		if (why === undefined) return enterNetwork();
		if (
			options.splitMs !== undefined ||
			cuts.length === options.faults.length
		) {
			process.stderr.write(`No network can be cut here: ${why}.\n`);
			return 2;
		}
		skipped.push(...cuts.map((kind) => ({ kind, why })));
	}
	if (options.attach === undefined) {
		try {
			await bundleProgram();
		} catch (error) {
			process.stderr.write(`The program cannot be bundled: ${error}\n`);
			return 2;
		}
	}
	try {
		return (await run(options, skipped)) ? 0 : 1;
	} catch (error) {
		if (!(error instanceof NotPossible)) throw error;
		process.stderr.write(`${error.message}\n`);
		process.exit(2); // Ends whatever a look at the nodes has left under way.
	}
}

process.exitCode = await main(process.argv.slice(2));
