/**
 * A reader of events misses nothing when the node that it reads from is killed: it goes on from
 * its last id on another one, and has seen every task accepted and ended, once; or it was told
 * by a `reset` what it may have missed.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
	type EventRead,
	readEvents,
	type StreamingFetch,
} from "../../protocol/client/events.ts";
import type { Breach } from "../../test/checker/checker.ts";
import type { Cluster, ClusterNode } from "../../test/cluster.ts";
import { until } from "../../test/cluster.ts";
import { type Spread, spread } from "../chaos/spread.ts";
import { clientOf } from "../client.ts";
import { allTasks, startThree, whenEnded } from "./killed-cluster.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

const KILLS = 10;
const BATCH = 50;
const ENDED_MS_MAX = 120_000;
const FLAWS_TOLD_MAX = 20;

export const events: Proof = {
	name: "events",
	proves: `a reader of events whose node is killed ${KILLS} times sees every task accepted and ended, once, or a reset that says what is missing`,
	takes: "1 min",
	unit: "tasks",
	times: 10_000,
	run: measure,
};

/** One reader, which goes from node to node. */
class Watcher {
	/** How often each task was told to be accepted, and ended. */
	readonly accepted = new Map<string, number>();
	readonly ended = new Map<string, number>();
	readonly resets: EventRead[] = [];
	/** From which node it reads. */
	url = "";
	/** From the end of one connection to the first word on another. */
	readonly gapsMs: number[] = [];
	readonly over: Promise<void>;
	readonly #stop = new AbortController();

	constructor(urls: () => readonly string[]) {
		this.over = this.#watch(urls);
	}

	async end(): Promise<void> {
		this.#stop.abort();
		await this.over;
	}

	async #watch(urls: () => readonly string[]): Promise<void> {
		let lastMs = performance.now();
		const asked: StreamingFetch = async (url, request) => {
			const answer = await fetch(url, request);
			this.url = new URL(url).origin;
			this.gapsMs.push(performance.now() - lastMs);
			return answer;
		};
		const all = readEvents({
			...{ urls, fetch: asked, signal: this.#stop.signal },
			pause: async (ms, signal) => {
				await pause(ms, undefined, { signal }).catch(() => {});
			},
		});
		for await (const read of all) {
			lastMs = performance.now();
			const { kind, task = "" } = read.event;
			if (kind === "reset") this.resets.push(read);
			if (kind === "task.accepted") count(this.accepted, task);
			if (kind === "task.ended") count(this.ended, task);
		}
	}
}

function count(times: Map<string, number>, id: string): void {
	times.set(id, (times.get(id) ?? 0) + 1);
}

async function measure({ times, tell }: Ground): Promise<Finding> {
	await using cluster = await startThree("--concurrency", "16");
	const watcher = new Watcher(() => cluster.nodes.map(({ url }) => url));
	await until(
		async () => watcher.url,
		(url) => url !== "",
	);
	let submitted = 0;
	let kills = 0;
	while (submitted < times) {
		const size = Math.min(BATCH, times - submitted);
		await submit(cluster, watcher, submitted, size);
		submitted += size;
		if (submitted < ((kills + 1) * times) / (KILLS + 1) || kills === KILLS)
			continue;
		kills += 1;
		await killServing(cluster, watcher);
		tell(
			`${submitted} tasks are submitted, ${kills} times the node was killed`,
		);
	}
	await whenEnded(cluster, times, ENDED_MS_MAX);
	const seen = until(
		async () => watcher.ended.size,
		(size) => size >= times || watcher.resets.length > 0,
		10_000,
	);
	// If some never come, they are told below.
	await seen.catch(() => {});
	await watcher.end();
	const tasks = await allTasks(cluster.node(1));
	return findingOf(watcher, tasks, times, kills);
}

/** Over a node that lives, whoever reads from it. */
async function submit(
	cluster: Cluster,
	watcher: Watcher,
	from: number,
	size: number,
): Promise<void> {
	const node = cluster.nodes.find(
		({ running, url }) => running && url !== watcher.url,
	) as ClusterNode;
	const body = Array.from({ length: size }, (_, i) => ({
		...{ id: `task-${from + i}`, type: "process_task" },
		payload: { durationMs: 5 },
	}));
	await clientOf(node.url).value("submitTaskLines", { body });
}

async function killServing(cluster: Cluster, watcher: Watcher): Promise<void> {
	const { url } = watcher;
	const node = cluster.nodes.find((each) => each.url === url) as ClusterNode;
	await node.kill();
	await until(
		async () => watcher.url,
		(now) => now !== url,
	);
	await node.start();
}

function findingOf(
	watcher: Watcher,
	tasks: readonly { readonly id: string }[],
	times: number,
	kills: number,
): Finding {
	const { accepted, ended, resets, gapsMs } = watcher;
	const flaws: string[] = [];
	if (tasks.length !== times) flaws.push(`there are ${tasks.length} tasks`);
	for (const { id } of tasks)
		for (const [what, told] of Object.entries({ accepted, ended })) {
			const often = told.get(id) ?? 0;
			if (often !== 1 && (often > 1 || resets.length === 0))
				flaws.push(`${id} was told to be ${what} ${often} times`);
		}
	const breaches: Breach[] = flaws.slice(0, FLAWS_TOLD_MAX).map((what) => ({
		...{ promise: "each task is told of once, or a reset is", what },
	}));
	const gaps: Spread = spread(gapsMs.slice(1));
	return {
		figures: {
			"times the node was killed": kills,
			"tasks told as accepted": accepted.size,
			"tasks told as ended": ended.size,
			"resets told": resets.length,
			"from the last event to another node, ms": gaps,
		},
		breaches,
	};
}
