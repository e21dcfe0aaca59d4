/**
 * What gossip costs a node as nodes are added: digests, which every node sends
 * as often as digest-pace.ts has it, and announcements, which one node sends when it has work.
 */
import { digestCalmMs } from "../../protocol/digest-pace.ts";
import { nowMs, sleep } from "./clock.ts";
import type { Ground } from "./contender.ts";
import { type Case, measureOfCases } from "./growth-cases.ts";
import type { Line, Measure } from "./measure.ts";
import { type Member, Mesh } from "./mesh-cluster.ts";
import type { Announced, Report } from "./mesh-messages.ts";
import { percentile } from "./stats.ts";

/** Rounds of digests, at their calmest pace. */
const IDLE_ROUNDS = 2;
/** Announcements are made for so long. */
const ANNOUNCE_MS = 5_000;
/** Between announcements: this or, in a large mesh, so slowly that all together hear 400 a second. */
const ANNOUNCE_EVERY_MS_MIN = 50;
const ANNOUNCE_EVERY_MS_PER_NODE = 2.5;
/** After the last announcement: on its way for so long at most, or lost. */
const ON_ITS_WAY_MS = 500;
/** What came before is over by then, or the machine cannot carry the mesh. */
const QUIET_MS_MAX = 20_000;

export function meshMeasure(sizes: readonly number[]): Measure {
	const note =
		"Nodes that do nothing but gossip, over libp2p on loopback, several in a process: digests alone, then 8 to 20 announcements a second by one of them.";
	return measureOfCases("mesh", note, sizes.map(meshCase));
}

function meshCase(nodes: number): Case {
	const line = (title: string, unit: string): Line => ({
		title: `mesh of ${nodes}: ${title}`,
		unit,
		better: "lower",
	});
	return {
		lines: {
			messages: line("digests that a node hears", "1/s"),
			bytes: line("… bytes in and out of a node", "B/s"),
			cpu: line("… CPU of a node", "% of a core"),
			p50: line("announcement heard by all, p50", "ms"),
			p99: line("announcement heard by all, p99", "ms"),
			hearing: line("… CPU of a node that hears one", "µs"),
			announcing: line("… CPU of the node that announces", "µs"),
		},
		run: (ground) => run(ground, nodes),
	};
}

async function run({ directory }: Ground, nodes: number) {
	await using mesh = await Mesh.start(directory, nodes);
	const { announcer, others } = mesh;
	const all = [announcer, ...others];
	// What goes before, unmeasured, until V8 has compiled what is measured.
	await announce(announcer, nodes);
	await quiet(mesh);
	const idle = await watch(all, () =>
		sleep(IDLE_ROUNDS * digestCalmMs(all.length)),
	);
	const digests = await mesh.reports();
	let made: readonly Announced[] = [];
	const busy = await watch(all, async () => {
		made = await announce(announcer, nodes);
	});
	const [, ...reports] = await mesh.reports();
	const seconds = idle.tookMs / 1_000;
	const idleCpuMs = sum(idle.spent.map(({ cpuMs }) => cpuMs));
	const bytes = sum(idle.spent.map((each) => each.bytes));
	const heard = sum(digests.map((each) => each.heard));
	/** What processes spent on announcements, ms: beyond what the time alone costs them. */
	const extraMs = all.map((_, i) => {
		const idleMs = (idle.spent[i]?.cpuMs ?? 0) * (busy.tookMs / idle.tookMs);
		return (busy.spent[i]?.cpuMs ?? 0) - idleMs;
	});
	const [announcingMs = Number.NaN, ...hearingMs] = extraMs;
	const heardByAll = delays(made, reports, nodes - 1);
	return {
		messages: heard / nodes / seconds,
		bytes: bytes / nodes / seconds,
		cpu: (100 * idleCpuMs) / nodes / idle.tookMs,
		p50: percentile(heardByAll, 50),
		p99: percentile(heardByAll, 99),
		hearing: (sum(hearingMs) * 1_000) / (nodes - 1) / made.length,
		announcing: (announcingMs * 1_000) / made.length,
	};
}

/** Resolves when all have had time to arrive. */
async function announce(
	announcer: Member,
	nodes: number,
): Promise<readonly Announced[]> {
	const everyMs = Math.max(
		ANNOUNCE_EVERY_MS_MIN,
		nodes * ANNOUNCE_EVERY_MS_PER_NODE,
	);
	const count = Math.ceil(ANNOUNCE_MS / everyMs);
	const announced = announcer.heard("announced");
	announcer.tell({ kind: "announce", count, everyMs });
	const { made } = await announced;
	await sleep(ON_ITS_WAY_MS);
	return made;
}

/** Resolves when no announcement arrives any more. */
async function quiet(mesh: Mesh): Promise<void> {
	const deadlineMs = nowMs() + QUIET_MS_MAX;
	let arrived = true;
	while (arrived && nowMs() < deadlineMs) {
		await mesh.reports();
		await sleep(ON_ITS_WAY_MS);
		const reports = await mesh.reports();
		arrived = reports.some(({ announcements }) => announcements.length > 0);
	}
}

interface Spending {
	readonly tookMs: number;
	readonly spent: readonly { readonly cpuMs: number; readonly bytes: number }[];
}

async function watch(
	members: readonly Member[],
	during: () => Promise<void>,
): Promise<Spending> {
	const before = members.map((each) => each.spent);
	const startMs = nowMs();
	await during();
	const tookMs = nowMs() - startMs;
	const spent = members.map((each, i) => {
		const { cpuMs, bytes } = each.spent;
		const { cpuMs: cpuBefore = 0, bytes: bytesBefore = 0 } = before[i] ?? {};
		return { cpuMs: cpuMs - cpuBefore, bytes: bytes - bytesBefore };
	});
	return { tookMs, spent };
}

/** How long each announcement took until the last node heard it, ms; infinite where one did not. */
function delays(
	made: readonly Announced[],
	reports: readonly Report[],
	hearers: number,
): number[] {
	const heard = reports.flatMap(({ announcements }) => announcements);
	return made.map(({ seq, atMs }) => {
		const of = heard.filter((each) => each.seq === seq);
		return sum(of.map(({ nodes }) => nodes)) < hearers
			? Number.POSITIVE_INFINITY
			: Math.max(...of.map(({ lastMs }) => lastMs)) - atMs;
	});
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
