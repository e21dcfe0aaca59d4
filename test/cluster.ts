/**
 * A cluster of real processes for a test: nodes started from the sources as a
 * user starts them, on free ports, over one real Redis, each with a folder of
 * its own for its key. Spoken to over HTTP alone, killed by their process.
 *
 * Owns what it starts: at the end of the test nothing is left of it, whatever
 * state the test left it in.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { LAYOUT } from "../node/store/scripts.ts";
import { type Client, Refused } from "../protocol/client/client.ts";
import { readinessOf } from "../protocol/client/readiness.ts";
import type { NodeAsRead } from "../protocol/schema/nodes.ts";
import type { ClusterAsRead, TaskAsRead } from "../protocol/schema.ts";
import { clientOf } from "../scripts/client.ts";
import { type Answer, call } from "./call.ts";
import { HearsayProcess, PROGRAM } from "./e2e/up-process.ts";
import { type RedisServer, startRedis } from "./redis.ts";

const LOOK_MS = 10;
/** Enough for a machine that has far too much to do. What may take only so long says so itself. */
const PATIENCE_MS = 60_000;

export interface ClusterPlan {
	/** For each node its flags, besides those that every node needs. */
	readonly nodes: readonly (readonly string[])[];
	/** Flags for all of them. */
	readonly all?: readonly string[];
	/** A Redis that the test started and ends itself. */
	readonly redis?: RedisServer;
}

export class Cluster implements AsyncDisposable {
	readonly redis: RedisServer;
	readonly nodes: readonly ClusterNode[];
	readonly #ownsRedis: boolean;
	readonly #folder: string;

	/** Resolves when every node is ready, and sees all others. */
	static async start(plan: ClusterPlan): Promise<Cluster> {
		const redis = plan.redis ?? (await startRedis());
		const folder = await mkdtemp(join(tmpdir(), "hearsay-cluster-"));
		const cluster = new Cluster(plan, redis, folder);
		try {
			if (redis.url.startsWith("redis://")) await found(redis.url, plan);
			await Promise.all(cluster.nodes.map((node) => node.start()));
			await cluster.whole();
		} catch (error) {
			await cluster[Symbol.asyncDispose]();
			throw error;
		}
		return cluster;
	}

	private constructor(plan: ClusterPlan, redis: RedisServer, folder: string) {
		this.redis = redis;
		this.#ownsRedis = plan.redis === undefined;
		this.#folder = folder;
		this.nodes = plan.nodes.map(
			(flags, index) =>
				new ClusterNode(folder, [
					...["--redis", redis.url, "--http", "127.0.0.1:0"],
					...["--data", join(folder, `node-${index + 1}`)],
					...(plan.all ?? []),
					...flags,
				]),
		);
	}

	/** Counted from 1, as people do. */
	node(number: number): ClusterNode {
		const node = this.nodes[number - 1];
		if (node === undefined) throw new Error(`there is no node ${number}`);
		return node;
	}

	byId(id: string | undefined): ClusterNode {
		const node = this.nodes.find((node) => node.id === id);
		if (node === undefined) throw new Error(`no node of this cluster is ${id}`);
		return node;
	}

	/** Resolves when every node is ready and knows all others to be up; those with gossip, to be connected. */
	async whole(): Promise<void> {
		const ids = this.nodes.map(({ id }) => id);
		await Promise.all(
			this.nodes.map(async (node) => {
				await node.ready();
				await until(
					() => node.peers(),
					(known) =>
						ids.every((id) => {
							const peer = known.find((each) => each.id === id);
							const others = ids.filter((other) => other !== id);
							return (
								peer?.state === "up" &&
								(peer.p2p === "" ||
									others.every((other) => peer.seenBy.includes(other)))
							);
						}),
				);
			}),
		);
	}

	/** Starts those again that have ended; resolves when the cluster is whole. */
	async revive(): Promise<void> {
		const dead = this.nodes.filter((node) => !node.running);
		await Promise.all(dead.map((node) => node.start()));
		await this.whole();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all(this.nodes.map((node) => node.kill()));
		if (this.#ownsRedis) await this.redis.stop();
		await rm(this.#folder, { recursive: true });
	}
}

export class ClusterNode {
	/** Of its HTTP side; another one after each start. */
	url = "";
	/** Stable: it is kept in the node's folder. */
	id = "";
	readonly #folder: string;
	readonly #flags: readonly string[];
	#process: HearsayProcess | undefined;
	running = false;

	constructor(folder: string, flags: readonly string[]) {
		this.#folder = folder;
		this.#flags = flags;
	}

	/** Resolves when the node says at which address it serves. Starts it again on the same folder, too. */
	async start(): Promise<void> {
		const node = launchNode(this.#flags, this.#folder);
		this.#process = node;
		this.running = true;
		void node.ended.then(() => {
			this.running = false;
		});
		const [, id = "", url = ""] = await node.says(
			/^node \S+ \((\S+)\) serves (\S+)\/$/m,
		);
		this.id = id;
		this.url = url;
	}

	/** Resolves when it has printed such a thing since it was started. */
	async says(pattern: RegExp): Promise<void> {
		await this.#process?.says(pattern);
	}

	/** What it has printed since it was started, its log included. */
	get output(): string {
		return this.#process?.output ?? "";
	}

	/** Resolves with the exit code of the node, -1 if a signal ended it. */
	get ended(): Promise<number> {
		return this.#process?.ended ?? Promise.resolve(-1);
	}

	signal(name: NodeJS.Signals): void {
		this.#process?.kill(name);
	}

	/** kill -9; resolves when it is gone. */
	async kill(): Promise<void> {
		this.signal("SIGKILL");
		await this.ended;
	}

	async ready(): Promise<void> {
		await until(
			() => readinessOf(this.#client),
			({ ready }) => ready,
		);
	}

	/** All nodes, as this one sees them. */
	async peers(): Promise<readonly NodeAsRead[]> {
		const answer = await this.#client.ask("listNodes");
		return answer.ok ? answer.value.nodes : [];
	}

	cluster(): Promise<ClusterAsRead> {
		return this.#client.value("getCluster");
	}

	task(id: string): Promise<TaskAsRead> {
		return this.#client.value("getTask", { places: { id } });
	}

	/** The task once it has ended, or as it is after a minute. */
	async whenEnded(id: string): Promise<TaskAsRead> {
		const query = { wait: "30s" };
		const ask = () => this.#client.value("getTask", { places: { id }, query });
		const task = await ask();
		return task.finishedAt === undefined ? await ask() : task;
	}

	get #client(): Client {
		return clientOf(this.url, PATIENCE_MS * 2);
	}

	get<Body = unknown>(path: string): Promise<Answer<Body>> {
		return call(this.url + path);
	}

	post<Body = unknown>(
		path: string,
		body: unknown,
		headers: Readonly<Record<string, string>> = {},
	): Promise<Answer<Body>> {
		return call(this.url + path, body, headers);
	}
}

/** The first node of a new cluster watches an empty store for a while before it makes it: no test waits for that. */
export async function found(url: string, plan: ClusterPlan): Promise<void> {
	const flags = [...(plan.all ?? []), ...(plan.nodes[0] ?? [])];
	const told = (flag: string) => {
		const at = flags.indexOf(flag);
		return at === -1 ? undefined : flags[at + 1];
	};
	const redis = new Redis(url);
	const meta = `{${told("--cluster") ?? "hearsay"}:0}:meta`;
	await redis.hset(meta, "shards", told("--shards") ?? 1, "layout", LAYOUT);
	redis.disconnect();
}

/** `hearsay node` in a folder. It does not outlive the test's process. */
export function launchNode(
	flags: readonly string[],
	folder: string,
): HearsayProcess {
	return new HearsayProcess(PROGRAM, ["node", ...flags], folder);
}

/**
 * Asks until the answer is as wished; rejects, with the last answer, if it does not become
 * so. A refusal is an answer: nodes are in trouble if tests put them into it.
 */
export async function until<T>(
	ask: () => T | Promise<T>,
	wished: (answer: T) => boolean,
	msMax = PATIENCE_MS,
): Promise<T> {
	const endMs = performance.now() + msMax;
	for (;;) {
		const answer = await askOnce(ask);
		if (!(answer instanceof Refused) && wished(answer)) return answer;
		if (performance.now() > endMs) {
			throw new Error(
				`not so within ${msMax} ms:\n${JSON.stringify(answer, undefined, 1)}`,
			);
		}
		await pause(LOOK_MS);
	}
}

async function askOnce<T>(ask: () => T | Promise<T>): Promise<T | Refused> {
	try {
		return await ask();
	} catch (error) {
		if (error instanceof Refused) return error;
		throw error;
	}
}
