/** Nodes as clients read them, as JSON Schema (TypeBox). */
import Type, { type Static } from "typebox";
import { time, words } from "../fields.ts";

export const NodeAsRead = Type.Object({
	id: Type.String(),
	name: Type.String({ description: "no other node that lives has the same" }),
	state: words(["up", "suspect", "cut-off", "draining", "at-risk", "dead"]),
	pid: Type.Integer(),
	host: Type.String(),
	http: Type.String(),
	url: Type.String(),
	p2p: Type.String(),
	version: Type.String(),
	zone: Type.Optional(
		Type.String({ description: "of its cloud; likewise the next three" }),
	),
	instanceId: Type.Optional(Type.String()),
	instanceType: Type.Optional(Type.String()),
	lifecycle: Type.Optional(
		Type.String({
			description: "spot, on-demand, or another word of its cloud",
		}),
	),
	startedAt: time(),
	uptimeMs: Type.Integer(),
	slots: Type.Integer(),
	running: Type.Integer(),
	load: Type.Optional(
		Type.Number({ description: "how busy its event loop is, 0 to 1" }),
	),
	memoryBytes: Type.Optional(
		Type.Integer({
			description:
				"that its process takes, to the MiB; like `load` absent of a node that the answering one does not hear",
		}),
	),
	labels: Type.Array(Type.String()),
	queues: Type.Optional(
		Type.Array(Type.String(), { description: "absent: serves every queue" }),
	),
	types: Type.Array(Type.String()),
	concurrency: Type.Optional(
		Type.Record(Type.String(), Type.Integer(), {
			description:
				"how many tasks of a type it runs at once, for types whose handlers say so",
		}),
	),
	epoch: Type.Integer({ description: "number of its session" }),
	leaseLeftMs: Type.Optional(
		Type.Number({ description: "negative: run out, or revoked" }),
	),
	seenBy: Type.Array(Type.String()),
});
export type NodeAsRead = Static<typeof NodeAsRead>;

export const NodeList = Type.Object({
	nodes: Type.Array(NodeAsRead),
	from: Type.Enum(["store", "gossip"], {
		description:
			"gossip: Redis cannot be asked now, and this is what the answering node has read there last, and heard since",
	}),
	asOf: Type.Optional({
		...time(),
		description:
			"when the leases were read, by the answering node's clock; absent: never yet",
	}),
});
export type NodeList = Static<typeof NodeList>;
