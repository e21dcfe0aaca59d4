/**
 * The course of a run: clients submit and faults strike at the same time. Then everything
 * is mended, the clients stop, all tasks have to end, and everything is read back twice:
 * once from the list, and once task by task. The result is the recording; the checker
 * says whether promises were kept.
 */
import { readFileSync } from "node:fs";
import type { ClusterAsRead } from "../../protocol/schema.ts";
import { TASK_STATES } from "../../protocol/state.ts";
import { nowMs } from "../bench/clock.ts";
import type { PlannedFault } from "./fault.ts";
import { WHOLE_MS_MAX } from "./mesh.ts";
import { NotPossible } from "./not-possible.ts";
import type { Progress } from "./progress.ts";
import type { SeededRandom } from "./random.ts";
import {
	answeringOf,
	type Looked,
	listTasks,
	lookAtTasks,
	readCluster,
	readNodes,
	unfinishedOf,
} from "./reading.ts";
import type { Recording } from "./recording.ts";
import { readRuns } from "./run-line.ts";
import { untilSettled } from "./settling.ts";
import type { Flaw, Stage } from "./stage.ts";
import { Troublemaker } from "./trouble.ts";
import { type Submission, Workload } from "./workload.ts";

/** By how much the store's clock may be behind this host's. */
const CLOCKS_DIFFER_MS = 60_000;

export interface CourseParts {
	readonly stage: Stage;
	readonly plan: readonly PlannedFault[];
	/** The clients stop no sooner than after this. */
	readonly durationMs: number;
	/** Draws what clients do. */
	readonly random: SeededRandom;
	readonly progress: Progress;
	/** Where task code writes its runs. */
	readonly effects: string;
	readonly idPrefix: string;
	/** Whether a killed Redis may lose what it has acknowledged. */
	readonly forgets: boolean;
	/** Whether the cluster has had only this run's tasks. */
	readonly alone: boolean;
}

export interface Course {
	readonly recording: Recording;
	/** The cluster as read when everything had ended. */
	readonly cluster: ClusterAsRead | undefined;
	/** From the moment when everything was mended until everything had ended. */
	readonly drainedMs: number;
}

export async function runCourse(parts: CourseParts): Promise<Course> {
	const { stage, plan, progress, effects, idPrefix } = parts;
	const { urls } = stage;
	const startMs = nowMs();
	const startWallMs = Date.now();
	const workload = new Workload({ ...parts, urls });
	const trouble = new Troublemaker(stage.victims, (text) =>
		progress.tell(text),
	);
	let waitsFor: string | undefined;
	progress.watch(async () => {
		if (waitsFor !== undefined && !parts.alone) return waitsFor;
		const about = await describe(workload, stage, parts.alone);
		return waitsFor === undefined ? about : `${waitsFor}; ${about}`;
	});
	const working = workload.run();
	await Promise.all([
		trouble.carryOut(plan),
		new Promise((resolve) => setTimeout(resolve, parts.durationMs)),
	]);
	await stage.untilReady();
	await workload.stop();
	await working;
	const healedMs = nowMs();
	progress.tell("all is mended, and the clients have stopped");
	const settled = await untilSettled({
		...{ urls, faults: trouble.records, healedMs, alone: parts.alone },
		ids: idsOf(workload.submissions, ({ outcome }) => outcome !== "refused"),
		tell: (what) => {
			waitsFor = what;
		},
	});
	const ids = idsOf(workload.submissions, () => true);
	waitsFor = `reading ${ids.length} tasks back`;
	const answering = await answeringOf(urls);
	const [first] = answering;
	if (first === undefined) {
		throw new NotPossible(
			"No node answers any more, so nothing can be judged; see their logs.",
		);
	}
	const cluster = await readCluster(urls);
	const sinceMs = parts.alone ? 0 : startWallMs - CLOCKS_DIFFER_MS;
	const list = await listTasks(first, idPrefix, sinceMs);
	const looked = await lookAtTasks(answering, ids);
	progress.stop();
	const flaws = await flawsAtEnd(parts, first, cluster, list);
	if (!settled.isWhole) {
		const what = `not every node sees every other ${WHOLE_MS_MAX} ms after all was mended`;
		flaws.push({ atMs: nowMs(), what });
	}
	const readMs = nowMs();
	await stage.end();
	const recording: Recording = {
		...{ startMs, healedMs, readMs, forgets: parts.forgets },
		submissions: workload.submissions,
		runs: readRuns(readFileSync(effects, "utf8")),
		faults: trouble.records,
		nodes: stage.nodes,
		openings: stage.openings().map(({ node, wallMs }) => {
			return { node, atMs: startMs + wallMs - startWallMs };
		}),
		reads: [list, looked],
		flaws: [...flaws, ...stage.flaws()],
	};
	return { recording, cluster, drainedMs: settled.drainedMs };
}

/** Each id once, however often it was submitted. */
function idsOf(
	submissions: readonly Submission[],
	wanted: (submission: Submission) => boolean,
): string[] {
	const ids = submissions.filter(wanted).map(({ task }) => task.id ?? "");
	return [...new Set(ids)];
}

async function describe(
	{ submissions }: Workload,
	{ urls, victims }: Stage,
	alone: boolean,
): Promise<string> {
	const cluster = await readCluster(urls);
	const count = (outcome: string) =>
		submissions.filter((each) => each.outcome === outcome).length;
	const told = `${count("ok")} accepted, ${count("refused")} refused, ${count("unknown")} unknown`;
	const alive = victims.nodes.filter(({ pid }) => pid !== undefined).length;
	const processes = `${alive} of ${victims.nodes.length} nodes have a process`;
	if (cluster === undefined) return `${told}; ${processes}; no node answers`;
	const { SUCCESS, FAILURE, STARTED } = cluster.counts;
	const whose = alone ? "" : "in all ";
	return `${told}; ${whose}${SUCCESS + FAILURE} ended, ${STARTED} running, ${unfinishedOf(cluster) - STARTED} waiting; ${processes}`;
}

/** Checks that what the cluster says about itself agrees with what is there. */
async function flawsAtEnd(
	{ alone, forgets }: CourseParts,
	url: string,
	cluster: ClusterAsRead | undefined,
	list: readonly Looked[],
): Promise<Flaw[]> {
	const atMs = nowMs();
	const whats: string[] = [];
	const nodes = await readNodes(url);
	for (const { id, state, running } of nodes) {
		if (state !== "dead" && running > 0 && alone) {
			whats.push(`${id} still counts ${running} tasks as running`);
		}
	}
	if (cluster === undefined) whats.push("no node answers when all is over");
	else if (alone) {
		for (const state of TASK_STATES) {
			const there = list.filter(({ task }) => task.state === state).length;
			if (there !== cluster.counts[state]) {
				whats.push(
					`${there} tasks are ${state}, and ${cluster.counts[state]} are counted`,
				);
			}
		}
		if (!forgets && cluster.totals.accepted !== list.length) {
			whats.push(
				`${list.length} tasks are there, and ${cluster.totals.accepted} were counted as accepted`,
			);
		}
	}
	return whats.map((what) => ({ atMs, what }));
}
