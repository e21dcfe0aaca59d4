/**
 * Heir: takes this node's share of what a lost node ran the moment it waits again, on one
 * shard.
 *
 * The answer to a revocation says which tasks wait then. If a claim were sent only upon
 * that answer, a store that writes to its disk before it answers would be waited for twice,
 * here and by the nodes that are notified after it. So a claim leaves right behind the
 * revocation, and the store answers both at once.
 *
 * How many tasks the lost node ran, and of which routes, is not known then. The claim asks
 * for the routes of which this node had tasks last, and of however many wait there it
 * brings those whose turn this node has (`protocol/share.ts`). All who find the node dead
 * do this at about the same time, and so leave the others theirs. But the store answers
 * them one after another, and each has its turns among what those before it have left: of
 * twelve tasks among three nodes they take 4, 3 and 2. What is not taken like this, about a
 * third at most if all have as much room, is shared out as ever (see hinter.ts).
 */
import type { Route } from "../../protocol/route.ts";
import type { ClaimedTask } from "../../protocol/task.ts";

export interface HeirParts {
	/** See intake.ts. */
	readonly intake: {
		/** The routes of the tasks that came last. */
		readonly lastRoutes: readonly Route[];
	};
	/** See spreader.ts. */
	readonly spreader: {
		/** Which of the tasks that wait on these routes are this node's, once that node is gone. */
		turns(routes: readonly Route[], gone: string): readonly number[];
	};
	/** See claimer.ts. */
	readonly claimer: {
		/** Claims at once, if it can. Returns what came. */
		takeTurns(
			routes: readonly Route[],
			turns: readonly number[],
		): Promise<readonly ClaimedTask[]>;
	};
}

const NONE: ReadonlyMap<Route, number> = new Map();

export class Heir {
	readonly #parts: HeirParts;

	constructor(parts: HeirParts) {
		this.#parts = parts;
	}

	/**
	 * To be called in the turn in which a session of the node is revoked, right after it.
	 * Returns how many tasks of which routes this has brought.
	 */
	async inherit(nodeId: string): Promise<ReadonlyMap<Route, number>> {
		const { intake, spreader, claimer } = this.#parts;
		const { lastRoutes } = intake;
		if (lastRoutes.length === 0) return NONE;
		const turns = spreader.turns(lastRoutes, nodeId);
		if (turns.length === 0) return NONE;
		const came = new Map<Route, number>();
		for (const { route } of await claimer.takeTurns(lastRoutes, turns))
			came.set(route, (came.get(route) ?? 0) + 1);
		return came;
	}
}
