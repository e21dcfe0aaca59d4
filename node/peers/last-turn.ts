/**
 * LastTurn: a node whose machine may soon be taken away is the last to take work, wherever
 * it takes any up.
 *
 * As long as the others report room for tasks of a route, these are theirs. Of tasks that
 * come to wait, or are announced, such a node takes only those that are more than that, and
 * those that are left to it by name. What it finds waiting is its own only if it has waited
 * for a while (see left-overs.ts): what others report may not be so any more. It goes by
 * their own word alone: they have room again for most of what they were left since, and who
 * comes last can wait for those that have not.
 */
import type { Route } from "../../protocol/route.ts";
import type { Room } from "../../protocol/share.ts";

export interface LastTurnParts {
	/** See self-report.ts. */
	readonly report: { readonly atRisk: boolean };
	/** See roster.ts. */
	readonly roster: {
		/** Other nodes that serve the route, and the room that they report. */
		reported(route: Route): readonly Room[];
	};
}

export class LastTurn {
	readonly #parts: LastTurnParts;

	constructor(parts: LastTurnParts) {
		this.#parts = parts;
	}

	/** Whether this node comes last at all. */
	get isLast(): boolean {
		return this.#parts.report.atRisk;
	}

	/**
	 * How many tasks of the route are for others first; 0 if this node takes its turn like
	 * them, or they have no room. Others that may be taken away come no sooner than it.
	 */
	othersFirst(route: Route): number {
		if (!this.isLast) return 0;
		let tasks = 0;
		for (const { freeSlots, atRisk } of this.#parts.roster.reported(route))
			if (!atRisk) tasks += freeSlots;
		return tasks;
	}
}
