/**
 * A cluster has one number of shards. Nodes with different numbers work beside each other
 * at most until the wrong one has asked the store again, as it does with every pulse. The
 * cluster's number changes only if the store had lost it and nobody could restore it. A
 * node that reaches the store all along is never told another number, unless the store
 * loses the number and nodes come first that could not know it. No task is put where the
 * others do not look, and none is looked for where they do not put it, not even by a node
 * that does not know yet that the number has changed.
 */
import {
	type Disturbance,
	disturbancesOf,
	FOUND_OUT_MS_MAX,
	STOPPED_MS_MAX,
	undisturbedMs,
} from "./finding-out.ts";
import type { History } from "./history.ts";
import type { OutnumberedEvent } from "./sightings.ts";

export function judgeOneNumber(history: History): string[] {
	const { twoNumbers, outnumbered, misplaced } = history;
	const beside = twoNumbers
		.filter(
			({ nodes, ...when }) =>
				undisturbedMs(when, inTheWay(nodes, history)) > STOPPED_MS_MAX,
		)
		.map(
			({ nodes, fromMs, untilMs }) =>
				`${nodes.join(" and ")} were at work with different numbers of shards from ${fromMs} to ${untilMs} ms`,
		);
	const told = outnumbered
		.filter(
			(each) =>
				!mayMiss(each.node, each.atMs, history) && !isLost(each, history),
		)
		.map(
			({ node, own, shards, atMs }) =>
				`${node} reached the store, and was told at ${atMs} ms that its cluster has ${shards} shards, not ${own}`,
		);
	const amiss = misplaced.map(
		({ node, step, own, shards, atMs }) =>
			`${node}, which goes by ${own} shards, was served a ${step} at ${atMs} ms, when its cluster had ${shards}`,
	);
	return [...beside, ...told, ...amiss];
}

/** The times when any of the nodes could not ask, or was not to be told, which number the cluster has. */
function inTheWay(
	nodes: readonly string[],
	{ impaired, shardsAway, writesRefused }: History,
): Disturbance[] {
	const home = shardsAway.filter(({ shard }) => shard === 0);
	return [
		...disturbancesOf(nodes, impaired),
		...[...home, ...writesRefused].map(({ fromMs, untilMs }) => ({
			...{ fromMs, againMs: untilMs },
		})),
	];
}

/** Whether the node may have been unable until now to restore its number, or to hear about another. */
function mayMiss(node: string, atMs: number, history: History): boolean {
	const disturbances = inTheWay([node], history);
	return disturbancesOf([node], history.impaired)
		.filter(({ fromMs }) => fromMs <= atMs)
		.some(({ fromMs }) => {
			const since = { fromMs, untilMs: atMs };
			return undisturbedMs(since, disturbances) <= FOUND_OUT_MS_MAX;
		});
}

/**
 * Whether the store has just lost the number, while nodes of another number ran beside
 * those of this one and could not hear about it: the first to come back sets its own.
 */
function isLost({ atMs, rivals }: OutnumberedEvent, history: History): boolean {
	return history.lostWritesMs.some(
		(lostMs) =>
			lostMs <= atMs &&
			atMs <= lostMs + FOUND_OUT_MS_MAX &&
			rivals.some((rival) => mayMiss(rival, lostMs, history)),
	);
}
