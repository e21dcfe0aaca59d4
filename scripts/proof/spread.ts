/**
 * Work goes to the nodes that have room: three nodes with eight slots each get tasks
 * through one of them, and afterwards every task says where, and when, its code began.
 */
import { fileURLToPath } from "node:url";
import type { ItemAnswer, TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode } from "../../test/cluster.ts";
import { sleep } from "../bench/clock.ts";
import { bundleProgram } from "../build/program.ts";
import { spread as spreadOf } from "../chaos/spread.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

const HANDLERS = fileURLToPath(new URL("spread-handlers.ts", import.meta.url));
const NODES = 3;
const FLAGS = ["--handlers", HANDLERS, "--concurrency", "8"];
/** By then nodes have reported how they are. */
const SETTLE_MS = 2_500;
const LONG_MS = 1_500;

export const spread: Proof = {
	name: "spread",
	proves:
		"tasks that come to one of three nodes are shared by all, whatever they do, and none waits behind one that spins",
	takes: "3 min",
	unit: "rounds",
	times: 6,
	run: measure,
};

interface Sample {
	/** The most tasks that ran on one node, and how many nodes ran some. */
	readonly most: number;
	readonly nodes: number;
	/** When each node claimed them, in ms after they were accepted. */
	readonly claims: string;
	/** The times from when each was accepted until its code began. */
	readonly waitedMs: readonly number[];
}

/** One kind of load, and what must be seen of it. */
interface Course {
	readonly name: string;
	readonly run: (cluster: Cluster, accepting: ClusterNode) => Promise<Sample>;
	/** Says what is wrong with the sample, if something is. */
	readonly judge: (sample: Sample) => string | undefined;
	readonly times?: number;
}

const COURSES: readonly Course[] = [
	{
		name: "nine as one array",
		run: (_, node) => postMany(node, 9, "waits", LONG_MS),
		judge: sharedEvenly,
	},
	{
		name: "nine as one array to a node that has just started",
		run: (_, node) => toNewcomer(node),
		judge: sharedEvenly,
	},
	{
		name: "eighteen, one every 10 ms",
		run: (_, node) => postOneByOne(node, 18, 10, LONG_MS),
		judge: ({ most }) => (most > 9 ? `${most} ran on one node` : undefined),
	},
	{
		name: "six that spin, as one array",
		run: (_, node) => postMany(node, 6, "spins", 1_000),
		judge: ({ nodes }) =>
			nodes < NODES ? `they ran on ${nodes} nodes` : undefined,
	},
	{
		name: "a lone task",
		run: (_, node) => postOneByOne(node, 20, 200, 30),
		judge: () => undefined,
	},
	{
		name: "nine as one array while another node is frozen",
		run: besideFrozen,
		judge: ({ waitedMs }) => later(waitedMs, 1_000),
	},
	{
		name: "thirty short ones beside one that spins for 25 s",
		run: besideSpinner,
		judge: ({ waitedMs }) => later(waitedMs, 2_000),
		times: 1,
	},
];

async function measure({ times, tell }: Ground): Promise<Finding> {
	await bundleProgram();
	await using cluster = await Cluster.start({
		...{ nodes: Array(NODES).fill([]), all: FLAGS },
	});
	const figures: Record<string, Finding["figures"][string]> = {};
	const breaches: { promise: string; what: string }[] = [];
	for (const { name, run, judge, times: most = times } of COURSES) {
		const samples: Sample[] = [];
		for (let round = 0; round < Math.min(times, most); round += 1) {
			await sleep(SETTLE_MS);
			const sample = await run(cluster, cluster.node(1 + (round % NODES)));
			samples.push(sample);
			tell(`${name}: at most ${sample.most} on one of ${sample.nodes} nodes`);
			const what = judge(sample);
			if (what !== undefined) breaches.push({ promise: name, what });
		}
		figures[`${name}: most on one node`] = spreadOf(
			samples.map((sample) => sample.most),
		);
		figures[`${name}: until its code begins, ms`] = spreadOf(
			samples.flatMap(({ waitedMs }) => waitedMs),
		);
	}
	return { figures, breaches };
}

async function postMany(
	node: ClusterNode,
	count: number,
	type: string,
	ms: number,
): Promise<Sample> {
	const body = Array(count).fill({ type, payload: { ms } });
	const answer = await node.post<{ tasks: ItemAnswer[] }>("/v1/tasks", body);
	return await sampleOf(
		node,
		answer.body.tasks.map(({ id = "" }) => id),
	);
}

async function postOneByOne(
	node: ClusterNode,
	count: number,
	everyMs: number,
	ms: number,
): Promise<Sample> {
	const answers: Promise<{ body: { id: string } }>[] = [];
	for (let i = 0; i < count; i += 1) {
		answers.push(node.post("/v1/tasks", { type: "waits", payload: { ms } }));
		await sleep(everyMs);
	}
	const ids = (await Promise.all(answers)).map(({ body }) => body.id);
	return await sampleOf(node, ids);
}

function sharedEvenly({ most, claims }: Sample): string | undefined {
	return most > 4 ? `${most} ran on one node: ${claims}` : undefined;
}

/** Submits as soon as a new node says that it serves. */
async function toNewcomer(node: ClusterNode): Promise<Sample> {
	node.signal("SIGTERM");
	await node.ended;
	await node.start();
	return await postMany(node, 9, "waits", LONG_MS);
}

/** Expects others to take what was left to a frozen node. */
async function besideFrozen(
	cluster: Cluster,
	accepting: ClusterNode,
): Promise<Sample> {
	const frozen = cluster.nodes.find((node) => node !== accepting);
	frozen?.signal("SIGSTOP");
	const sample = postMany(accepting, 9, "waits", 100);
	await sleep(900);
	frozen?.signal("SIGCONT");
	return await sample;
}

async function besideSpinner(
	_: Cluster,
	accepting: ClusterNode,
): Promise<Sample> {
	const spinning = postMany(accepting, 1, "spins", 25_000);
	await sleep(300);
	const sample = await postMany(accepting, 30, "short", 0);
	await spinning;
	return sample;
}

async function sampleOf(
	node: ClusterNode,
	ids: readonly string[],
): Promise<Sample> {
	const tasks = await Promise.all(ids.map((id) => node.whenEnded(id)));
	const byNode = new Map<string | undefined, number>();
	for (const { node: ran } of tasks)
		byNode.set(ran, (byNode.get(ran) ?? 0) + 1);
	return {
		most: Math.max(...byNode.values()),
		nodes: byNode.size,
		claims: claimsOf(tasks),
		waitedMs: tasks.map(waitedMs),
	};
}

function claimsOf(tasks: readonly TaskAsRead[]): string {
	const byNode = Map.groupBy(tasks, ({ nodeName }) => nodeName);
	const claimedMs = ({ createdAt, attempts }: TaskAsRead) =>
		Date.parse(attempts.at(-1)?.claimedAt ?? "") - Date.parse(createdAt);
	return [...byNode]
		.map(
			([name, own]) =>
				`${name} after ${own.map(claimedMs).sort((a, b) => a - b)} ms`,
		)
		.join("; ");
}

function waitedMs({ createdAt, startedAt = "" }: TaskAsRead): number {
	return Date.parse(startedAt) - Date.parse(createdAt);
}

function later(waited: readonly number[], msMax: number): string | undefined {
	const most = Math.max(...waited);
	return most <= msMax ? undefined : `one began after ${most} ms`;
}
