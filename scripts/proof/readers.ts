/**
 * A thousand readers of one node's events cost Redis what one costs: the node reads for all
 * of them. Each is told the same, and what they take of the node is bounded.
 */
import { once } from "node:events";
import { type ClientRequest, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Breach } from "../../test/checker/checker.ts";
import { type Cluster, until } from "../../test/cluster.ts";
import { residentMiB } from "../bench/process-meter.ts";
import { clientOf } from "../client.ts";
import { startThree, whenEnded } from "./killed-cluster.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

const BATCHES = 20;
const BATCH = 25;
const BATCH_EVERY_MS = 250;
const TASKS = BATCHES * BATCH;
/** Reads of the events' streams with all the readers, over those with one: noise of two runs. */
const RATIO_MAX = 1.15;
const TOLD_MS_MAX = 30_000;
const ENDED_MS_MAX = 60_000;
/** What reads events in Redis: the rest is work, and the same whoever reads. */
const READING_COMMANDS = ["xread", "xrange"];

export const readers: Proof = {
	name: "readers",
	proves:
		"so many readers of one node's events cost Redis what one costs, and each is told of every task that ended",
	takes: "1 min",
	unit: "readers",
	times: 1_000,
	run: measure,
};

async function measure({ times, tell }: Ground): Promise<Finding> {
	await using cluster = await startThree();
	const redis = new Redis(cluster.redis.url);
	try {
		const alone = await workWatched(cluster, redis, 1);
		tell(`one reader: ${alone.reads} reads in Redis; now ${times} readers`);
		const many = await workWatched(cluster, redis, times);
		return findingOf(alone, many);
	} finally {
		redis.disconnect();
	}
}

/** What the same work cost, while so many read. */
interface Watched {
	readonly readers: number;
	/** Reads of the events in Redis. */
	readonly reads: number;
	/** How many ended tasks each reader was told of. */
	readonly told: readonly number[];
	/** How much more memory the node needed that they read from. */
	readonly moreMiB: number;
}

async function workWatched(
	cluster: Cluster,
	redis: Redis,
	count: number,
): Promise<Watched> {
	const node = cluster.node(1);
	const { pid } = (await node.peers()).find(({ id }) => id === node.id) as {
		pid: number;
	};
	const beforeMiB = residentMiB(pid);
	const before = (await node.cluster()).counts.SUCCESS;
	const all: Reader[] = [];
	while (all.length < count) {
		const some = Math.min(100, count - all.length);
		const more = Array.from({ length: some }, () => new Reader(node.url));
		await Promise.all(more.map((reader) => reader.open));
		all.push(...more);
	}
	const readsBefore = await readsOf(redis);
	for (let i = 0; i < BATCHES; i++) {
		const body = Array.from({ length: BATCH }, () => ({ type: "noop" }));
		await clientOf(cluster.node(2).url).value("submitTaskLines", { body });
		await pause(BATCH_EVERY_MS);
	}
	const reads = (await readsOf(redis)) - readsBefore;
	await whenEnded(cluster, before + TASKS, ENDED_MS_MAX);
	const allTold = until(
		async () => all.every(({ ended }) => ended >= TASKS),
		(is) => is,
		TOLD_MS_MAX,
	);
	// Readers that are told too little are reported below.
	await allTold.catch(() => {});
	const moreMiB = residentMiB(pid) - beforeMiB;
	for (const reader of all) reader.close();
	return {
		...{ readers: count, reads, moreMiB },
		told: all.map(({ ended }) => ended),
	};
}

/** A connection that reads events of ended tasks. */
class Reader {
	ended = 0;
	/** Resolves when the node has begun to answer. */
	readonly open: Promise<void>;
	readonly #request: ClientRequest;

	constructor(url: string) {
		this.#request = get(`${url}/v1/events?kind=task.ended`, { agent: false });
		this.open = this.#read();
	}

	close(): void {
		this.#request.destroy();
	}

	async #read(): Promise<void> {
		const [answer] = await once(this.#request, "response");
		if (answer.statusCode !== 200)
			throw new Error(`a reader is answered ${answer.statusCode}`);
		let rest = "";
		answer.setEncoding("utf8").on("data", (text: string) => {
			const lines = (rest + text).split("\n");
			rest = lines.pop() ?? "";
			this.ended += lines.filter((line) => line === "event: task.ended").length;
		});
		// It is closed by this proof, or counted as one that was told too little.
		answer.on("error", () => {});
		this.#request.on("error", () => {});
	}
}

async function readsOf(redis: Redis): Promise<number> {
	const stats = await redis.info("commandstats");
	let calls = 0;
	for (const command of READING_COMMANDS)
		calls += Number(
			new RegExp(`^cmdstat_${command}:calls=(\\d+)`, "m").exec(stats)?.[1] ?? 0,
		);
	return calls;
}

function findingOf(alone: Watched, many: Watched): Finding {
	const breaches: Breach[] = [];
	if (many.reads > alone.reads * RATIO_MAX)
		breaches.push({
			promise: "many readers cost Redis what one costs",
			what: `${many.reads} reads for ${many.readers}, ${alone.reads} for one`,
		});
	for (const { readers: count, told } of [alone, many]) {
		const less = told.filter((ended) => ended !== TASKS).length;
		if (less > 0)
			breaches.push({
				promise: "each reader is told of every task, once",
				what: `${less} of ${count} readers were not`,
			});
	}
	return {
		figures: {
			"reads in Redis with one reader": alone.reads,
			"reads in Redis with all": many.reads,
			"tasks ended, told to each": TASKS,
			"more memory of the node with all, MiB": many.moreMiB.toFixed(0),
		},
		breaches,
	};
}
