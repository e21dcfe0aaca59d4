/**
 * What a node may conclude about a peer that it has lost, as a pure function of what was
 * observed. Two independent views are put together: this node's own (the connection, a
 * probe of the address) and the store's (has the peer renewed?), with the word of other
 * peers in between.
 *
 *     connected                          → alive
 *     closed, its address answers, it
 *       renews and another peer sees it  → alive: who sees it will notice its end
 *     closed, its host refuses, which
 *       took connections before          → dead: nobody runs there any more
 *     closed, unreachable                → suspect: it may be the network, or us
 *
 * "dead" only ever means that the peer's session may be revoked, by compare-and-set on
 * its epoch. A wrong verdict costs a repeated run of its tasks, never a wrong result:
 * whatever it still writes is refused. Whether a merely silent peer is dead is another
 * question, for which a connection need not have closed: see `node/peers/seeker.ts`.
 */
export interface Observed {
	readonly connected: boolean;
	/** What a new connection to the peer's address met. */
	readonly reach: "answers" | "refused" | "unreachable";
	/** The time left on the peer's lease in the store. */
	readonly leaseLeftMs: number;
	readonly ttlMs: number;
	/** The longest time between two renewals of a living node. */
	readonly renewalMsMax: number;
	/** How many other peers that we hear from see the peer. */
	readonly peersSeeing: number;
	/**
	 * Whether refusals by the peer's host mean nothing: its address never took a connection, or
	 * a refusal once made it count as dead although it was not.
	 */
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
