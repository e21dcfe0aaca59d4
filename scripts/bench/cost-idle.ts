/**
 * What nodes cost while nothing happens: three of them on one host, linked by
 * gossip; and as many idle workers of BullMQ.
 *
 * What gossip takes of it is what the same three nodes take less without it.
 */

import type { ClusterAsRead } from "../../protocol/schema.ts";
import { nowMs, sleep } from "./clock.ts";
import type { Ground } from "./contender.ts";
import { openBullmqWorker } from "./cost-bullmq-worker.ts";
import { BenchNode } from "./cost-node.ts";
import { cpuMs, residentMiB, transferredBytes } from "./cost-process.ts";
import { RedisMeter } from "./cost-redis.ts";
import type { Line, Measure } from "./measure.ts";

const NODES = 3;
/** What starting leaves to do (links to peers, garbage) is over after this. */
const SETTLE_MS = 3_000;
const WINDOW_MS = 10_000;

const less = (title: string, unit: string): Line => ({
	title,
	unit,
	better: "lower",
});

export const idle: Measure = {
	name: "idle",
	lines: {
		cpu: less("idle: CPU of a node", "% of a core"),
		memory: less("idle: memory of a node", "MiB"),
		sent: less("idle: commands that a node sends Redis", "1/s"),
		run: less("idle: … and that Redis runs for it, in scripts too", "1/s"),
	},
	sides: {
		hearsay: async (ground) => {
			await using nodes = await startNodes(ground, []);
			const { bytes: _, ...figures } = await watch(ground, nodes.pids);
			return figures;
		},
		bullmq: async (ground) => {
			await using workers = new AsyncDisposableStack();
			const pids: number[] = [];
			for (let i = 0; i < NODES; i++)
				pids.push(workers.use(await openBullmqWorker(ground)).pid);
			await sleep(SETTLE_MS);
			const { bytes: _, ...figures } = await watch(ground, pids);
			return figures;
		},
	},
};

export const idleGossip: Measure = {
	name: "idle-gossip",
	lines: {
		bytes: less("idle: gossip in and out of one of three nodes", "B/s"),
		cpu: less("idle: CPU of a node for gossip", "% of a core"),
		without: less("idle: CPU of a node without gossip", "% of a core"),
	},
	sides: {
		hearsay: async (ground) => {
			const figuresOf = async (flags: readonly string[]) => {
				await using nodes = await startNodes(ground, flags);
				return await watch(ground, nodes.pids);
			};
			const all = await figuresOf([]);
			const rest = await figuresOf(["--no-gossip", "--cluster", "silent"]);
			return {
				bytes: all.bytes - rest.bytes,
				cpu: all.cpu - rest.cpu,
				without: rest.cpu,
			};
		},
	},
};

async function startNodes(
	ground: Ground,
	flags: readonly string[],
): Promise<AsyncDisposable & { readonly pids: readonly number[] }> {
	const stack = new AsyncDisposableStack();
	const nodes: BenchNode[] = [];
	try {
		// As on a machine on which the program has run before: it leaves compiled code behind.
		await (await BenchNode.start(ground, flags))[Symbol.asyncDispose]();
		for (let i = 0; i < NODES; i++)
			nodes.push(stack.use(await BenchNode.start(ground, flags)));
		await untilLinked(nodes, flags.includes("--no-gossip") ? 0 : NODES - 1);
	} catch (error) {
		await stack.disposeAsync();
		throw error;
	}
	await sleep(SETTLE_MS);
	const pids = nodes.map(({ pid }) => pid);
	return { pids, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function untilLinked(
	nodes: readonly BenchNode[],
	peers: number,
): Promise<void> {
	for (const node of nodes) {
		let look: ClusterAsRead = await node.cluster();
		while (look.peers.length < peers) {
			await sleep(100);
			look = await node.cluster();
		}
	}
}

/** Of one process on average, while nothing is asked of any. */
async function watch({ redis }: Ground, pids: readonly number[]) {
	const meter = new RedisMeter(redis.port);
	const look = async () => ({
		atMs: nowMs(),
		cpuMs: sum(pids.map(cpuMs)),
		bytes: sum(pids.map(transferredBytes)),
		commands: await meter.commands(),
	});
	const before = await look();
	await sleep(WINDOW_MS);
	const after = await look();
	meter.close();
	const tookMs = after.atMs - before.atMs;
	const perSecond = (count: number) => (count * 1_000) / tookMs / pids.length;
	return {
		cpu: (100 * (after.cpuMs - before.cpuMs)) / tookMs / pids.length,
		memory: sum(pids.map(residentMiB)) / pids.length,
		sent: perSecond(after.commands.sent - before.commands.sent),
		run: perSecond(after.commands.run - before.commands.run),
		bytes: perSecond(after.bytes - before.bytes),
	};
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
