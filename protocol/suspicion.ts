/**
 * What a node may conclude of a peer that it has lost, as a pure function of
 * what was observed. Two independent views are put together: this node's (the
 * connection, a probe of the address), and the store's (has it renewed?),
 * with the other peers' word in between.
 *
 *     connected                          → alive
 *     closed, its address answers, it
 *       renews and another peer sees it  → alive: who sees it will notice its end
 *     closed, its host refuses, which
 *       took connections before          → dead: nobody runs there any more
 *     closed, unreachable                → suspect: it may be the network, or us
 *
 * "dead" only ever means that its session may be revoked, by compare-and-set on
 * its epoch. A wrong verdict costs a repeated run of its tasks, never a wrong
 * result: what it still writes is refused. Whether a peer that is merely silent is dead is
 * another question, for which a connection need not have closed: see `node/peers/seeker.ts`.
 */
export interface Observed {
	readonly connected: boolean;
	/** What a new connection to its address met. */
	readonly reach: "answers" | "refused" | "unreachable";
	/** Time left on its lease in the store. */
	readonly leaseLeftMs: number;
	readonly ttlMs: number;
	/** Longest time between two renewals of a living node. */
	readonly renewalMsMax: number;
	/** Other peers that we hear from and that see it. */
	readonly peersSeeing: number;
	/** Its address never took a connection, or it was once held for dead by a refusal and was not: refusals of its host mean nothing. */
	readonly refusalsLie: boolean;
}

export type Verdict = "alive" | "suspect" | "dead";

export function judge(observed: Observed): Verdict {
	if (observed.connected) return "alive";
	if (observed.reach === "refused" && !observed.refusalsLie) return "dead";
	const silentMs = observed.ttlMs - observed.leaseLeftMs;
	const missedTwo = silentMs > 2 * observed.renewalMsMax;
	if (observed.reach === "answers" && !missedTwo && observed.peersSeeing > 0)
		return "alive";
	return "suspect";
}
