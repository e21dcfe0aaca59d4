/**
 * Lease arithmetic, as pure functions of the moments that went before.
 *
 * A session's lease lies in the store and expires in the store's time. This file decides
 * what others may conclude from their own monotonic clocks; trust.ts decides what the
 * holder may conclude.
 */

/** One life of a node, as it stands in keys and records: `nodeId:epoch`. */
export type SessionName = string;

export function formatSession(nodeId: string, epoch: number): SessionName {
	return `${nodeId}:${epoch}`;
}

export function parseSession(session: SessionName): {
	nodeId: string;
	epoch: number;
} {
	const at = session.lastIndexOf(":");
	return {
		nodeId: session.slice(0, at),
		epoch: Number(session.slice(at + 1)),
	};
}

/**
 * Whether a node may revoke leases that expired in the store's time.
 *
 * After an outage every lease looks expired, and no holder had a chance to
 * renew. So expiry counts only for a node that has itself seen the store up,
 * without a gap, for one whole TTL: by then every living holder has renewed.
 */
export function mayReap(storeUpMs: number | undefined, ttlMs: number): boolean {
	return storeUpMs !== undefined && storeUpMs >= ttlMs;
}
