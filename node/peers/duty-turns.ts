/**
 * DutyTurns: whose turn it is at a duty that any node may do at any time, and one should
 * do first. All nodes come to the same order on their own, a different one for each
 * matter, without a message: by rendezvous hashing (`protocol/turn.ts`). Two nodes whose
 * views of the cluster differ for a moment may both be first.
 */
import { DUTY_TURNS_EXTRA } from "../../protocol/limits.ts";
import { turnOf } from "../../protocol/turn.ts";
import type { RegisteredNode } from "../ports.ts";

export interface DutyTurnsParts {
	readonly self: string;
	/** See roster.ts. */
	readonly roster: { readonly others: readonly RegisteredNode[] };
}

export class DutyTurns {
	readonly #parts: DutyTurnsParts;

	constructor(parts: DutyTurnsParts) {
		this.#parts = parts;
	}

	/**
	 * How many nodes have their turn before this one; undefined if the matter is left to
	 * the first of them.
	 */
	turnAt(matter: string): number | undefined {
		const { self, roster } = this.#parts;
		const ids = [self, ...roster.others.map(({ record }) => record.nodeId)];
		const all = ids.map((nodeId) => ({ nodeId, freeSlots: 1 }));
		const announced = { key: matter, count: 1, origin: "" };
		return turnOf(self, announced, all, DUTY_TURNS_EXTRA);
	}
}
