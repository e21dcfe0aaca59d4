/**
 * Three real nodes for a proof; one after the other is killed and started again.
 */
import { setTimeout as pause } from "node:timers/promises";
import { pagesOf } from "../../protocol/client/pages.ts";
import type { Component } from "../../protocol/schema/components.ts";
import type { ClusterAsRead } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode, until } from "../../test/cluster.ts";
import { SeededRandom } from "../../test/random.ts";
import { bundleProgram } from "../build/program.ts";
import { clientOf } from "../client.ts";

/** A task without its payload and result. */
export type ListedTask = Component<"TaskList">["tasks"][number];

const PAGE = 500;
const ANSWER_MS_MAX = 60_000;

export async function startThree(...all: string[]): Promise<Cluster> {
	await bundleProgram();
	return await Cluster.start({ nodes: [[], [], []], all });
}

/** Resolves once so many tasks of the cluster have ended. @throws if that takes longer. */
export async function whenEnded(
	cluster: Cluster,
	count: number,
	msMax: number,
): Promise<void> {
	const endedOf = ({ counts }: ClusterAsRead) =>
		counts.SUCCESS + counts.FAILURE + counts.CANCELLED + counts.EXPIRED;
	await until(
		async () => {
			const node = cluster.nodes.find(({ running }) => running);
			return node && (await node.cluster().catch(() => undefined));
		},
		(known) => known !== undefined && endedOf(known) >= count,
		msMax,
	);
}

/** Every `everyMs` kills a node that it draws, and starts it again, until `isOver`. Returns how many. */
export async function killInTurn(
	cluster: Cluster,
	seed: number,
	everyMs: number,
	isOver: () => boolean,
): Promise<number> {
	const random = new SeededRandom(seed);
	let kills = 0;
	while (!isOver()) {
		await pause(everyMs);
		if (isOver()) break;
		const node = random.pick(cluster.nodes) as ClusterNode;
		await node.kill();
		kills += 1;
		await pause(everyMs / 2);
		await node.start();
	}
	await cluster.whole();
	return kills;
}

/** All tasks that the cluster remembers, with their attempts. */
export async function allTasks(node: ClusterNode): Promise<ListedTask[]> {
	const client = clientOf(node.url, ANSWER_MS_MAX);
	const tasks: ListedTask[] = [];
	for await (const page of pagesOf(client, { limit: PAGE }))
		tasks.push(...page.tasks);
	return tasks;
}
