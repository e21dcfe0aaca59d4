/**
 * What gossip costs in a mesh of real libp2p nodes over loopback, in a few processes.
 *
 *   mesh.ts DIRECTORY NODES
 *
 * Prints its figures as JSON. This process holds one node alone, which announces,
 * so that what announcing and what hearing costs can be told apart; others (see
 * mesh-member.ts) share the rest evenly. What counts is processor time and bytes
 * of whole processes, divided by their nodes: a little less than each node would
 * need in a process of its own, since they wake up together. Why it lives here:
 * see bare-shard.ts.
 */
import { join } from "node:path";
import { digestCalmMs } from "../../protocol/digest-pace.ts";
import { nowMs, sleep } from "../../scripts/bench/clock.ts";
import type { Figures } from "../../scripts/bench/measure.ts";
import type { MeshKey } from "../../scripts/bench/mesh.ts";
import { spendingOf } from "../../scripts/bench/process-meter.ts";
import { percentile, sum } from "../../scripts/bench/stats.ts";
import { Member } from "./mesh-member-process.ts";
import { type Announced, MeshNode, type Report, report } from "./mesh-node.ts";

/** Processes besides this one, at most. */
const OTHERS_MAX = 4;
const WHOLE_MS_MAX = 120_000;
/** A mesh whose links have not changed for so long makes none any more: a dial that fails, and the next, take less. */
const SETTLED_MS = 8_000;
const LOOK_MS = 200;
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

class Mesh {
	readonly #announcer: MeshNode;
	readonly #others: readonly Member[];
	readonly #nodes: number;

	/** Resolves when every node has heard every other, and all links are made. */
	static async start(directory: string, nodes: number): Promise<Mesh> {
		const announcer = await MeshNode.start(join(directory, "announcer"));
		const processes = Math.min(OTHERS_MAX, nodes - 1);
		const others = await Promise.all(
			Array.from({ length: processes }, (_, i) =>
				Member.start(
					join(directory, `others-${i}`),
					Math.floor((nodes - 1 + i) / processes),
				),
			),
		);
		const mesh = new Mesh(announcer, others, nodes);
		const peers = [announcer.peer, ...others.flatMap(({ peers }) => peers)];
		announcer.admit(peers);
		for (const each of others) each.admit(peers);
		await mesh.#whole();
		return mesh;
	}

	private constructor(
		announcer: MeshNode,
		others: readonly Member[],
		nodes: number,
	) {
		this.#announcer = announcer;
		this.#others = others;
		this.#nodes = nodes;
	}

	/** This process's first, as in all that is told by process. */
	get pids(): readonly number[] {
		return [process.pid, ...this.#others.map(({ pid }) => pid)];
	}

	async reports(): Promise<readonly Report[]> {
		const others = await Promise.all(this.#others.map((each) => each.report()));
		return [report([this.#announcer]), ...others];
	}

	/** Resolves when all have had time to arrive. */
	async announce(): Promise<readonly Announced[]> {
		const everyMs = Math.max(
			ANNOUNCE_EVERY_MS_MIN,
			this.#nodes * ANNOUNCE_EVERY_MS_PER_NODE,
		);
		const made: Announced[] = [];
		while (made.length < ANNOUNCE_MS / everyMs) {
			made.push(this.#announcer.announce());
			await sleep(everyMs);
		}
		await sleep(ON_ITS_WAY_MS);
		return made;
	}

	/** Resolves when no announcement arrives any more. */
	async quiet(): Promise<void> {
		const deadlineMs = nowMs() + QUIET_MS_MAX;
		let arrived = true;
		while (arrived && nowMs() < deadlineMs) {
			await this.reports();
			await sleep(ON_ITS_WAY_MS);
			const reports = await this.reports();
			arrived = reports.some(({ announcements }) => announcements.length > 0);
		}
	}

	async #whole(): Promise<void> {
		const deadlineMs = nowMs() + WHOLE_MS_MAX;
		let links = 0;
		let sinceMs = nowMs();
		for (;;) {
			const reports = await this.reports();
			const least = Math.min(...reports.map((each) => each.peersHeardMin));
			const seen = sum(reports.map((each) => each.links));
			if (seen !== links) sinceMs = nowMs();
			links = seen;
			const settledMs = nowMs() - sinceMs;
			if (least === this.#nodes - 1 && settledMs >= SETTLED_MS) return;
			if (nowMs() > deadlineMs) {
				throw new Error(
					`a node has heard ${least} of ${this.#nodes - 1} others, and links have not changed for ${Math.round(settledMs)} ms`,
				);
			}
			await sleep(LOOK_MS);
		}
	}
}

async function measure(mesh: Mesh, nodes: number): Promise<Figures<MeshKey>> {
	const { pids } = mesh;
	// What goes before, unmeasured, until V8 has compiled what is measured.
	await mesh.announce();
	await mesh.quiet();
	const idle = await spendingOf(pids, () =>
		sleep(IDLE_ROUNDS * digestCalmMs(nodes)),
	);
	const digests = await mesh.reports();
	let made: readonly Announced[] = [];
	const busy = await spendingOf(pids, async () => {
		made = await mesh.announce();
	});
	const [, ...reports] = await mesh.reports();
	const seconds = idle.tookMs / 1_000;
	const idleCpuMs = sum(idle.spent.map(({ cpuMs }) => cpuMs));
	/** What processes spent on announcements, ms: beyond what the time alone costs them. */
	const extraMs = pids.map((_, i) => {
		const idleMs = (idle.spent[i]?.cpuMs ?? 0) * (busy.tookMs / idle.tookMs);
		return (busy.spent[i]?.cpuMs ?? 0) - idleMs;
	});
	const [announcingMs = Number.NaN, ...hearingMs] = extraMs;
	const heardByAll = delays(made, reports, nodes - 1);
	return {
		messages: sum(digests.map(({ heard }) => heard)) / nodes / seconds,
		bytes: sum(idle.spent.map(({ bytes }) => bytes)) / nodes / seconds,
		cpu: (100 * idleCpuMs) / nodes / idle.tookMs,
		p50: percentile(heardByAll, 50),
		p99: percentile(heardByAll, 99),
		hearing: (sum(hearingMs) * 1_000) / (nodes - 1) / made.length,
		announcing: (announcingMs * 1_000) / made.length,
	};
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

const [directory = "", nodes] = process.argv.slice(2);
const mesh = await Mesh.start(directory, Number(nodes));
console.log(JSON.stringify(await measure(mesh, Number(nodes))));
// The others end with the channels to them.
process.exit();
