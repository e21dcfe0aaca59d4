/** A node, in the form in which the HTTP side is given it. */
import type { NodeView } from "../../node/ports.ts";

export const nodeA: NodeView = {
	record: {
		nodeId: "node-a",
		name: "ann",
		pid: 4711,
		host: "h",
		http: "127.0.0.1:5000",
		p2p: "",
		version: "1.2.3",
		startedMs: Date.UTC(2026, 0, 1),
		slots: 8,
		types: ["t"],
		concurrency: { t: 2 },
		queues: ["q"],
		labels: ["gpu"],
		draining: false,
	},
	epoch: 2,
	state: "up",
	running: 3,
	leaseLeftMs: 4_000,
	seenBy: ["node-b"],
	digest: undefined,
};
