/**
 * A cluster has one number of shards. Nodes with different numbers are at work beside each
 * other at most until the one that is wrong has asked the store again, as it does with every
 * pulse. And the cluster's number changes only where the store had lost it and nobody could
 * put it back: a node that reaches the store all along is never told another, unless the
 * store loses the number and nodes come first that could not hear of it. No task is put
 * where the others do not look, and none is looked for where they do not put it, not even
 * by a node that has not heard yet that the number has changed.
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

/** When any of the nodes could not ask, or was not to be told, which number the cluster has. */
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

/** Whether the node may have been unable until now to put its number back, or to hear of another. */
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
 * Whether the store has just lost the number, under nodes of another that ran beside those
 * of this one and could not hear of it: the first to come back puts its own in.
 */
function isLost({ atMs, rivals }: OutnumberedEvent, history: History): boolean {
	return history.lostWritesMs.some(
		(lostMs) =>
			lostMs <= atMs &&
			atMs <= lostMs + FOUND_OUT_MS_MAX &&
			rivals.some((rival) => mayMiss(rival, lostMs, history)),
	);
}
