/**
 * ViewWatch: reports to the readers of events here what this node sees itself: whether
 * the store is away, and which nodes are suspect or cut off, or no longer are. Other
 * nodes may see it differently.
 */
import type { ViewEvent, ViewKind } from "../../protocol/event.ts";
import { EVENTS_VIEW_MS } from "../../protocol/limits.ts";
import type { NodeState } from "../../protocol/node-state.ts";
import type { Clock, NodeView, Store, Timer } from "../ports.ts";

export interface ViewWatchParts {
	readonly nodeId: string;
	readonly clock: Clock;
	readonly store: Pick<Store, "onChange" | "trouble">;
	/** See event-feed.ts. */
	readonly feed: {
		readonly readers: number;
		/** This node has seen something itself. */
		see(view: ViewEvent): void;
	};
	/** See cluster.ts. */
	readonly cluster: {
		/** All nodes, as the registry was last read and as gossip has them. */
		known(): readonly NodeView[];
	};
	/** See watch.ts. */
	readonly watch: { suspects(nodeId: string): boolean };
}

/** The event that reports a node's change to each state. */
const TOLD: Partial<Record<NodeState, ViewKind>> = {
	suspect: "node.suspect",
	"cut-off": "node.cut-off",
};

export class ViewWatch {
	/** The nodes that were suspect or cut off at the last look. */
	#doubtful = new Map<string, NodeState>();
	#timer: Timer | undefined;
	readonly #parts: ViewWatchParts;

	constructor(parts: ViewWatchParts) {
		this.#parts = parts;
	}

	start(): void {
		const { store, clock, feed, nodeId: by } = this.#parts;
		store.onChange((up) => {
			const why = store.trouble;
			const atMs = clock.wallMs();
			if (up) feed.see({ kind: "store.back", atMs, by });
			else feed.see({ kind: "store.away", atMs, by, ...(why && { why }) });
		});
		this.#again();
	}

	stop(): void {
		this.#timer?.cancel();
	}

	#again(): void {
		this.#timer = this.#parts.clock.after(EVENTS_VIEW_MS, () => {
			if (this.#parts.feed.readers > 0) this.#look();
			this.#again();
		});
	}

	#look(): void {
		const { cluster, feed, clock, nodeId: by } = this.#parts;
		const doubtful = new Map<string, NodeState>();
		const atMs = clock.wallMs();
		for (const view of cluster.known()) {
			const { nodeId: node } = view.record;
			const state = this.#stateOf(view);
			const before = this.#doubtful.get(node);
			const kind = TOLD[state];
			if (kind !== undefined) doubtful.set(node, state);
			if (kind !== undefined && state !== before)
				feed.see({ kind, atMs, by, node });
			// The store reports that one has died.
			if (kind === undefined && before !== undefined && state === "up")
				feed.see({ kind: "node.up", atMs, by, node });
		}
		this.#doubtful = doubtful;
	}

	/**
	 * A node's state from gossip alone: the registry is not read each time, so what it says
	 * about leases is old.
	 */
	#stateOf({ record, state, digest }: NodeView): NodeState {
		if (state === "dead") return state;
		if (state === "cut-off" && digest?.storeUp === false) return state;
		return this.#parts.watch.suspects(record.nodeId) ? "suspect" : "up";
	}
}
