/** How a node's sessions were lost, as JSON Schema (TypeBox). */
import Type, { type Static } from "typebox";
import { time, words } from "../fields.ts";
import { DEATH_SIGHTINGS_MAX, DEATHS_KEPT_MAX } from "../limits.ts";
import { DEATH_GROUNDS } from "../loss.ts";

const name = () => Type.Optional(Type.String());

const Observer = Type.Object({
	node: Type.String(),
	nodeName: name(),
	connection: Type.Optional(
		Type.Enum(["open", "closed"], { description: "its own to that node" }),
	),
	port: Type.Optional(
		Type.Enum(["answers", "refused", "silent"], {
			description: "what a new connection to the node's address met",
		}),
	),
	lastRenewalAt: Type.Optional({
		...time(),
		description: "of the lease, as that node knew it",
	}),
	verdict: Type.Enum(["alive", "suspect", "dead", "silent", "expired"]),
});

const DeathAsRead = Type.Object({
	at: time(),
	epoch: Type.Integer({ description: "number of the session that was lost" }),
	grounds: words(DEATH_GROUNDS),
	why: Type.String({ description: "the same, as a clause" }),
	revokedBy: Type.Optional(
		Type.String({ description: "the node that took the lease" }),
	),
	revokedByName: name(),
	leaseLeftMs: Type.Integer({
		description:
			"of the lease, by the clock of Redis; negative: it had run out",
	}),
	lastRenewalAt: { ...time(), description: "by the clock of Redis" },
	tasks: Type.Integer({
		description:
			"that it was running, of the first shard where there are several",
	}),
	observers: Type.Array(Observer, {
		description: `the node that took the lease, and up to ${DEATH_SIGHTINGS_MAX - 1} others: what each saw, or had said`,
	}),
});

export const DeathList = Type.Object({
	id: Type.String(),
	name: name(),
	deaths: Type.Array(DeathAsRead, {
		description: `newest first, up to ${DEATHS_KEPT_MAX}; a node that has gone in good order has none`,
	}),
	asOf: time(),
});
export type DeathList = Static<typeof DeathList>;
