/**
 * PromisedLoad: tasks that were left to nodes, by this one or others, since those last told
 * of themselves. They count as running there already; or whoever has tasks to give meanwhile
 * gives them to the same node.
 */
import { type Quota, shortName } from "../../protocol/gossip.ts";
import { PEERS_MAX } from "../../protocol/limits.ts";
import type { Room } from "../../protocol/share.ts";
import type { RegisteredNode } from "../ports.ts";

export class PromisedLoad {
	/** By short name: anybody may say any, so no more than there may be nodes. */
	readonly #tasks = new Map<string, number>();

	promise(quotas: readonly Quota[]): void {
		for (const [name, tasks] of quotas) {
			const before = this.#tasks.get(name);
			if (before === undefined && this.#tasks.size >= PEERS_MAX) continue;
			this.#tasks.set(name, (before ?? 0) + tasks);
		}
	}

	/** It has told of itself. */
	told(nodeId: string): void {
		this.#tasks.delete(shortName(nodeId));
	}

	/** There are no other nodes than these. */
	keep(others: readonly RegisteredNode[]): void {
		const names = new Set(others.map(({ record }) => shortName(record.nodeId)));
		for (const name of this.#tasks.keys())
			if (!names.has(name)) this.#tasks.delete(name);
	}

	/** What room a node has left that has told of this much. */
	roomOf(
		nodeId: string,
		{ freeSlots, running }: { freeSlots: number; running: number },
	): Room {
		const promised = this.#tasks.get(shortName(nodeId)) ?? 0;
		return {
			nodeId,
			freeSlots: Math.max(0, freeSlots - promised),
			slots: freeSlots + running,
		};
	}
}
