/**
 * The course of a split: the same load on a healthy cluster; then while every peer is cut
 * from every other and all reach Redis and their clients; then once all peers see each
 * other again. Each of these phases has a backlog for most of its time, and then none.
 * `split-report.ts` says what it cost.
 */
import { readFileSync } from "node:fs";
import { nowMs, sleep } from "../bench/clock.ts";
import { isApart, isWhole, untilMesh } from "./mesh.ts";
import type { OwnCluster } from "./own-cluster.ts";
import type { Progress } from "./progress.ts";
import type { SeededRandom } from "./random.ts";
import {
	readCluster,
	readNodes,
	unfinishedOf,
	untilDrained,
} from "./reading.ts";
import { type Run, readRuns } from "./run-line.ts";
import { DRAINED_MS_MAX } from "./settling.ts";
import { type Probe, SplitLoad } from "./split-load.ts";
import type { Flaw } from "./stage.ts";

/** Not measured: code is compiled, threads are started. */
const WARM_UP_MS = 2_000;
/** The length of the phases before and after, as a part of the split, within bounds. */
const CALM_SHARE = 1 / 4;
const CALM_MS = [2_500, 30_000] as const;
/** The last part of a phase, which has no backlog. */
const LIGHT_SHARE = 1 / 6;
/** After this nobody waits any longer for the mesh. */
const MESH_MS_MAX = 60_000;

export interface SplitParts {
	readonly cluster: OwnCluster;
	readonly splitMs: number;
	readonly random: SeededRandom;
	readonly progress: Progress;
	/** Where probes write their runs. */
	readonly effects: string;
}

export interface Phase {
	readonly name: "before" | "split" | "after";
	readonly fromMs: number;
	/** From here on there is no backlog. */
	readonly lightMs: number;
	readonly untilMs: number;
	readonly endedPerS: number;
}

export interface SplitCourse {
	/** The phases, in their order. */
	readonly phases: readonly [before: Phase, split: Phase, after: Phase];
	readonly probes: readonly Probe[];
	/** The runs of probes. */
	readonly runs: readonly Run[];
	/** From the cut until no node heard from any other; undefined if that never came. */
	readonly apartMs: number | undefined;
	/** From mending until each node saw every other; undefined if that did not come. */
	readonly wholeMs: number | undefined;
	readonly flaws: readonly Flaw[];
}

export async function runSplit(parts: SplitParts): Promise<SplitCourse> {
	const { cluster, effects } = parts;
	const { urls } = cluster;
	const flaws: string[] = [];
	if ((await untilMesh(isWhole, urls, MESH_MS_MAX)) === undefined) {
		flaws.push("the mesh was not whole before the split");
	}
	const nodes = await readNodes(urls[0] as string);
	const slots = nodes.reduce((sum, each) => sum + each.slots, 0);
	const load = new SplitLoad({ ...parts, urls, slots });
	const stop = new AbortController();
	const probing = load.probe(stop.signal);
	const measured = await underLoad(load, parts);
	stop.abort();
	await probing;
	if (measured.apartMs === undefined) {
		flaws.push("peers saw each other all the time although they were cut");
	}
	flaws.push(...(await account(load, urls)));
	await cluster.end();
	const atMs = nowMs();
	return {
		...measured,
		probes: load.probes,
		runs: readRuns(readFileSync(effects, "utf8")),
		flaws: [...flaws.map((what) => ({ atMs, what })), ...cluster.flaws()],
	};
}

async function underLoad(
	load: SplitLoad,
	{ cluster, splitMs, progress }: SplitParts,
): Promise<Pick<SplitCourse, "phases" | "apartMs" | "wholeMs">> {
	const { urls, nodes } = cluster;
	const { network } = cluster.victims;
	if (network === undefined) throw new Error("the network cannot be cut");
	const all = [...nodes.keys()];
	const [least, most] = CALM_MS;
	const calmMs = Math.min(Math.max(splitMs * CALM_SHARE, least), most);
	const phase = async (name: Phase["name"], ms: number) => {
		const measured = await measure(name, ms, load);
		const rate = `${Math.round(measured.endedPerS)} tasks/s`;
		progress.tell(`${name.padEnd(10)} ${rate}`);
		return measured;
	};

	const warmMs = nowMs() + WARM_UP_MS;
	await load.backlog(() => nowMs() < warmMs);
	const before = await phase("before", calmMs);
	progress.tell(`split      no peer sees another for ${splitMs / 1_000} s`);
	network.cut("apart", all);
	const [split, apartMs] = await Promise.all([
		phase("split", splitMs),
		untilMesh(isApart, urls, splitMs),
	]);
	network.mend("apart", all);
	let isMending = true;
	const mending = load.backlog(() => isMending);
	const wholeMs = await untilMesh(isWhole, urls, MESH_MS_MAX);
	isMending = false;
	await mending;
	const after = await phase("after", calmMs);
	return { phases: [before, split, after], apartMs, wholeMs };
}

/** Whether everything that was accepted has ended, and nothing was refused. */
async function account(
	load: SplitLoad,
	urls: readonly string[],
): Promise<string[]> {
	await untilDrained(urls, DRAINED_MS_MAX);
	const last = await readCluster(urls);
	const ended = last && last.totals.accepted - unfinishedOf(last);
	return [
		...(ended === load.accepted
			? []
			: [`${load.accepted} tasks were accepted, and ${ended} ended`]),
		...load.refusals.map((why) => `a submission was ${why}`),
	];
}

async function measure(
	name: Phase["name"],
	ms: number,
	load: SplitLoad,
): Promise<Phase> {
	const fromMs = nowMs();
	const heavyMs = fromMs + ms * (1 - LIGHT_SHARE);
	const endedPerS = await load.backlog(() => nowMs() < heavyMs);
	const lightMs = nowMs();
	await sleep(fromMs + ms - lightMs);
	return { name, fromMs, lightMs, untilMs: nowMs(), endedPerS };
}
