/**
 * PromisedLoad: tasks that were left to nodes, by this one or others, since those nodes
 * last reported their load. They count as running there already; otherwise whoever has
 * tasks to give meanwhile would give them to the same node.
 */
import { type Digest, type Quota, shortName } from "../../protocol/gossip.ts";
import { PEERS_MAX } from "../../protocol/limits.ts";
import type { Room } from "../../protocol/share.ts";
import type { RegisteredNode } from "../ports.ts";

export class PromisedLoad {
	/** Tasks by short name. Messages may contain any name, so there are no more than there may be nodes. */
	readonly #tasks = new Map<string, number>();

	promise(quotas: readonly Quota[]): void {
		for (const [name, tasks] of quotas) {
			const before = this.#tasks.get(name);
			if (before === undefined && this.#tasks.size >= PEERS_MAX) continue;
			this.#tasks.set(name, (before ?? 0) + tasks);
		}
	}

	/** The node has reported its load. */
	told(nodeId: string): void {
		this.#tasks.delete(shortName(nodeId));
	}

	/** There are no other nodes than these. */
	keep(others: readonly RegisteredNode[]): void {
		const names = new Set(others.map(({ record }) => shortName(record.nodeId)));
		for (const name of this.#tasks.keys())
			if (!names.has(name)) this.#tasks.delete(name);
	}

	/** How much room a node has left that has reported this. */
	roomOf(nodeId: string, digest: Reported): Room {
		const promised = this.#tasks.get(shortName(nodeId)) ?? 0;
		const room = reportedRoom(nodeId, digest);
		return { ...room, freeSlots: Math.max(0, room.freeSlots - promised) };
	}
}

type Reported = Pick<Digest, "freeSlots" | "running" | "atRisk">;

/** The room of a node by its own word, whatever has been left to it since. */
export function reportedRoom(
	nodeId: string,
	{ freeSlots, running, atRisk }: Reported,
): Room {
	const slots = freeSlots + running;
	return { nodeId, freeSlots, slots, ...(atRisk && { atRisk }) };
}
