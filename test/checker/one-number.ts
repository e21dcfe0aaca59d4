/**
 * A cluster has one number of shards. Nodes with different numbers are at work beside each
 * other at most until the one that is wrong has asked the store again, as it does with every
 * pulse. And the cluster's number changes only where the store had lost it and nobody could
 * put it back: a node that reaches the store all along is never told another. No task is put
 * where the others do not look, and none is looked for where they do not put it, not even
 * by a node that has not heard yet that the number has changed.
 */
import {
	disturbancesOf,
	FOUND_OUT_MS_MAX,
	RECOVERY_MS,
	STOPPED_MS_MAX,
	undisturbedMs,
} from "./finding-out.ts";
import type { History, ImpairedEvent } from "./history.ts";
import type { OutnumberedEvent } from "./sightings.ts";

export function judgeOneNumber({
	twoNumbers,
	outnumbered,
	misplaced,
	impaired,
}: History): string[] {
	const beside = twoNumbers
		.filter(
			({ nodes, ...when }) =>
				undisturbedMs(when, disturbancesOf(nodes, impaired)) > STOPPED_MS_MAX,
		)
		.map(
			({ nodes, fromMs, untilMs }) =>
				`${nodes.join(" and ")} were at work with different numbers of shards from ${fromMs} to ${untilMs} ms`,
		);
	const told = outnumbered
		.filter((each) => !impaired.some((why) => explains(why, each)))
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

/** Whether the node may have been unable to put its number back in time. */
function explains(
	{ node, why, fromMs, untilMs }: ImpairedEvent,
	told: OutnumberedEvent,
): boolean {
	const excusedUntilMs = untilMs + RECOVERY_MS[why] + FOUND_OUT_MS_MAX;
	return (
		node === told.node && fromMs <= told.atMs && told.atMs <= excusedUntilMs
	);
}
