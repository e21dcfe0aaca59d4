/**
 * Who sees whom among the nodes of a cluster, according to each of them.
 */
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { nowMs, sleep } from "../bench/clock.ts";
import { readNodes } from "./reading.ts";

/** The promise: the time from mending until each node sees every other again. */
export const WHOLE_MS_MAX = 15_000;
const AGAIN_MS = 100;

/** All nodes, as one of them sees them. */
type NodesSeen = readonly NodeAsRead[];

/**
 * Whether each node says that all are up and that all others see them, except those
 * without gossip. Nodes that are dead and gone do not count.
 */
export function isWhole(views: readonly NodesSeen[]): boolean {
	return views.every((view) => {
		const nodes = view.filter(({ state }) => state !== "dead");
		const isSeen = ({ id, p2p, seenBy }: NodeAsRead) =>
			p2p === "" ||
			nodes.every((other) => other.id === id || seenBy.includes(other.id));
		return (
			nodes.length === views.length &&
			nodes.every((node) => node.state === "up" && isSeen(node))
		);
	});
}

/** Whether no node says anything about who sees whom. */
export function isApart(views: readonly NodesSeen[]): boolean {
	return views.flat().every(({ seenBy }) => seenBy.length === 0);
}

/** Waits until what the nodes say fits. Returns how long that took; undefined if it takes too long. */
export async function untilMesh(
	wished: (views: readonly NodesSeen[]) => boolean,
	urls: readonly string[],
	msMax: number,
): Promise<number | undefined> {
	const startMs = nowMs();
	while (nowMs() - startMs < msMax) {
		const views = await Promise.allSettled(urls.map(readNodes));
		const seen = views.flatMap((view) =>
			view.status === "fulfilled" ? [view.value] : [],
		);
		// A node that does not answer says nothing that could fit.
		if (seen.length === urls.length && wished(seen)) return nowMs() - startMs;
		await sleep(AGAIN_MS);
	}
	return undefined;
}
