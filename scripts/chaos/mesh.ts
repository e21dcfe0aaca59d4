/** Who sees whom among the nodes of a cluster, as each of them tells it. */
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { nowMs, sleep } from "../bench/clock.ts";
import { readNodes } from "./reading.ts";

/** Promised: from mending until each node sees every other again. */
export const WHOLE_MS_MAX = 15_000;
const AGAIN_MS = 100;

/** All nodes, as one of them sees them. */
type NodesSeen = readonly NodeAsRead[];

/**
 * Each says that all are up and, but those without gossip, seen by all others.
 * Nodes that are dead and gone do not count.
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

/** None has anything to say of who sees whom. */
export function isApart(views: readonly NodesSeen[]): boolean {
	return views.flat().every(({ seenBy }) => seenBy.length === 0);
}

/** Until what the nodes say is so; how long that took, undefined where it takes too long. */
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
		// Who does not answer has nothing to say that could be as wished.
		if (seen.length === urls.length && wished(seen)) return nowMs() - startMs;
		await sleep(AGAIN_MS);
	}
	return undefined;
}
