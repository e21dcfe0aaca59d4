/**
 * NodeLines: what is told of each node, and of what was told before only what has changed. Of few nodes
 * every change is told. Of many only those that matter, or 500 leases that go down and up would fill each frame.
 * What finds no room is told later; who has waited longest comes first.
 */
import { LEASE_TTL_MS, LIVE_NODES_MANY } from "../../protocol/limits.ts";
import type { NodeState } from "../../protocol/node-state.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { Seats } from "./seats.ts";

export type NodeLine = NonNullable<LiveFrame["nodes"]>[number];
/** All that is known of a node, except its number. */
export type NodeNow = Omit<NodeLine, "n"> & {
	readonly id: string;
	readonly state: NodeState;
};

interface Entry {
	now: NodeNow;
	/** What was last told of the node; undefined if nothing was. */
	told: NodeNow | undefined;
	/** The number of the frame that last told of the node. */
	toldAt: number;
}

/** What is to be told of a node. `done` is to be called once it was. */
export interface NodeNews {
	readonly line: NodeLine;
	done(): void;
}

/** A lease with less than this left is short, and told even if there are many nodes. */
const SHORT_MS = LEASE_TTL_MS - 2_000;
const WORST: readonly NodeState[] = [
	...(["dead", "suspect", "cut-off", "at-risk", "draining"] as const),
];

export class NodeLines {
	readonly #entries = new Map<string, Entry>();
	#gone: number[] = [];
	#frame = 0;
	readonly #seats: Seats;

	constructor(seats: Seats) {
		this.#seats = seats;
	}

	/** Takes in all nodes, as they are now. */
	seen(nodes: readonly NodeNow[]): void {
		this.#frame += 1;
		this.#gone = [];
		const ids = new Set(nodes.map(({ id }) => id));
		for (const now of nodes) {
			const entry = this.#entries.get(now.id);
			if (entry !== undefined) entry.now = now;
			else this.#entries.set(now.id, { now, told: undefined, toldAt: 0 });
			this.#seats.of(now.id);
			this.#seats.comeBack(now.id);
		}
		for (const id of this.#entries.keys())
			if (!ids.has(id)) {
				this.#entries.delete(id);
				this.#gone.push(this.#seats.of(id));
				this.#seats.leave(id);
			}
	}

	get nodes(): readonly NodeNow[] {
		return [...this.#entries.values()].map(({ now }) => now);
	}

	/** The numbers of nodes that the last call of `seen` found gone. */
	get gone(): readonly number[] {
		return this.#gone;
	}

	/** All changes, by how much they matter. */
	news(): NodeNews[] {
		const isMany = this.#entries.size > LIVE_NODES_MANY;
		return [...this.#entries.values()]
			.map((entry) => ({ entry, line: this.#newsOf(entry, isMany) }))
			.filter(({ line }) => Object.keys(line).length > 1)
			.sort((a, b) => compare(a.entry, b.entry))
			.map(({ entry, line }) => this.#tellable(entry, line));
	}

	/** All nodes, for a new reader; worst first. */
	all(): NodeNews[] {
		return [...this.#entries.values()]
			.sort((a, b) => rankOf(a.now) - rankOf(b.now))
			.map((entry) => this.#tellable(entry, this.#whole(entry)));
	}

	/** A reader was told nothing of this node, so all are told everything about it again. */
	notTold(news: NodeNews): void {
		for (const entry of this.#entries.values())
			if (this.#seats.of(entry.now.id) === news.line.n) entry.told = undefined;
	}

	#tellable(entry: Entry, line: NodeLine): NodeNews {
		const { now } = entry;
		const at = this.#frame;
		const done = () => {
			entry.told = { ...entry.told, ...line, id: now.id, state: now.state };
			entry.toldAt = at;
		};
		return { line, done };
	}

	#whole({ now }: Entry): NodeLine {
		return { n: this.#seats.of(now.id), ...now };
	}

	#newsOf(entry: Entry, isMany: boolean): NodeLine {
		const { now, told } = entry;
		if (told === undefined) return this.#whole(entry);
		const changed = Object.entries(now).filter(([field, value]) =>
			hasChanged(field, value, told[field as keyof NodeNow], isMany),
		);
		return { n: this.#seats.of(now.id), ...Object.fromEntries(changed) };
	}
}

/** By what share of its size a figure must change to be told, if there are many nodes. */
const GRAINS: Readonly<Record<string, number>> = {
	...{ running: 1 / 4, memoryBytes: 1 / 10, seenBy: 1 / 10 },
};
const LOAD_GRAIN = 0.2;

function hasChanged(
	field: string,
	now: unknown,
	told: unknown,
	isMany: boolean,
): boolean {
	if (now === told || typeof now !== "number" || typeof told !== "number")
		return now !== told;
	if (!isMany) return true;
	if (field === "leaseLeftMs") return now < SHORT_MS || told < SHORT_MS;
	if (field === "load") return Math.abs(now - told) >= LOAD_GRAIN;
	const grain = GRAINS[field];
	if (grain === undefined || now === 0 || told === 0) return true;
	return Math.abs(now - told) >= Math.max(now, told) * grain;
}

function rankOf({ state }: NodeNow): number {
	const at = WORST.indexOf(state);
	return at < 0 ? WORST.length : at;
}

/** Orders news: new states first, then those that have waited longest. */
function compare(a: Entry, b: Entry): number {
	const isNew = ({ now, told }: Entry) => (now.state === told?.state ? 1 : 0);
	return (
		isNew(a) - isNew(b) || a.toldAt - b.toldAt || rankOf(a.now) - rankOf(b.now)
	);
}
