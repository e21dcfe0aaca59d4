/**
 * `npm run chaos`: real nodes and a real Redis, clients that submit without
 * pause, faults drawn from a seed; then the checker's verdict on what was
 * recorded outside of the system. See `chaos/course.ts` for the course of a run,
 * and `test/checker/` for the promises.
 */
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "../test/checker/checker.ts";
import { AttachedCluster } from "./chaos/attached-cluster.ts";
import { DRAINED_MS_MAX, runCourse } from "./chaos/course.ts";
import type { PlannedFault } from "./chaos/fault.ts";
import {
	enterNetwork,
	isInsideNetwork,
	networkTrouble,
} from "./chaos/network.ts";
import { HELP, type Options, readOptions } from "./chaos/options.ts";
import { OwnCluster } from "./chaos/own-cluster.ts";
import { planFaults, planKills } from "./chaos/plan.ts";
import { Progress } from "./chaos/progress.ts";
import { SeededRandom } from "./chaos/random.ts";
import { writeHistory } from "./chaos/recording.ts";
import {
	formatReport,
	makeReport,
	type Report,
	type Skipped,
} from "./chaos/report.ts";

/** A node that can hear again stops what it has lost within this. */
const STOP_MS = { paused: 1_000, "cut-off": 1_000, gone: 0 };

async function chaos(
	options: Options,
	skipped: readonly Skipped[],
	directory: string,
): Promise<Report> {
	const { nodes, fsync, attach, kills, seed, durationMs } = options;
	const left = ({ kind }: Skipped) => kind;
	const kinds = options.faults.filter(
		(kind) => !skipped.map(left).includes(kind),
	);
	const network = kinds.includes("partition") && kills === undefined;
	const stage =
		attach === undefined
			? await OwnCluster.start({ nodes, fsync, directory, network })
			: await AttachedCluster.find(attach);
	const random = new SeededRandom(seed);
	const count = stage.victims.nodes.length;
	const plan: PlannedFault[] =
		kills === undefined
			? planFaults({ nodes: count, durationMs, kinds }, random)
			: planKills(count, kills.count, kills.everyMs, random);
	const effects = join(directory, "runs.jsonl");
	closeSync(openSync(effects, "a"));
	const progress = new Progress();
	progress.tell(`seed ${seed}: ${plan.length} faults, ${count} nodes`);
	const course = await runCourse({
		...{ stage, plan, random, progress, effects },
		durationMs: kills === undefined ? durationMs : 0,
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

/** Exit code: 0 every promise was kept, 1 not, 2 wrong use. */
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
	const skipped: Skipped[] = [];
	const cuts = options.faults.includes("partition") && !options.kills;
	if (cuts && !isInsideNetwork()) {
		const why = networkTrouble();
		if (why === undefined) return enterNetwork();
		skipped.push({ kind: "partition", why });
	}
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
	const report = await chaos(options, skipped, directory);
	keep = report.breaches.length > 0;
	process.stdout.write(
		options.json
			? `${JSON.stringify(report, null, "\t")}\n`
			: `\n${formatReport(report)}`,
	);
	return keep ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
