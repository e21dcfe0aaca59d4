/**
 * Whether a holder may still trust its lease, as a pure function of what it has heard.
 *
 * Ages count from when the last answered renewal was *sent*. A peer's word is as old as
 * the question that it answers, and a refusal as old as the probe, however late either
 * came. A registered peer that says nothing may do anything, so silence never speaks for
 * the holder:
 *
 *     up to 2.0 s   the lease is trusted
 *     from 2.0 s    every peer that gossips hears us (it has answered a fresh question), or
 *                   cannot have taken the lease (it is away from the store itself, or gone):
 *                   otherwise we may be cut off, and be taken for dead before the lease ends
 *     from 4.0 s    every registered peer cannot have taken it: only then does an outage of
 *                   the store stop nobody
 *
 * and in both cases nobody has opened a session who is not known here yet. A node with
 * more peers than it can ask lets go at 4.0 s; nobody takes it for silent (see
 * SILENT_PEERS_MAX), so nothing is asked before.
 *
 * Explored as a model of some 180,000 schedules of faults before it was written.
 */
import {
	ANSWER_FRESH_MS,
	AWAY_FRESH_MS,
	CUT_OFF_AGE_MS,
	DIAL_ALL_MAX,
	LEASE_TTL_MS,
	TRUST_MARGIN_MS,
} from "./limits.ts";

/** What is known about a registered peer. Times are the holder's own, monotonic; undefined if never. */
export interface PeerWord {
	/** Whether the peer can be asked. */
	readonly gossips: boolean;
	/** When the newest question that the peer answered was sent. */
	readonly answeredMs: number | undefined;
	/** When the newest question was sent to which the peer answered that it does not reach the store. */
	readonly awayMs: number | undefined;
	/**
	 * When the peer's address, which took connections before, was last probed and refused,
	 * with no connection to it.
	 */
	readonly refusedMs: number | undefined;
}

export interface Doubt {
	readonly nowMs: number;
	/** When the last answered renewal was sent. */
	readonly renewedMs: number;
	/** Whether this node can ask, and others may take it for silent. */
	readonly gossips: boolean;
	/** Whether a session was opened by somebody who is not among the peers yet. */
	readonly unread: boolean;
	readonly peers: readonly PeerWord[];
}

/** The age from which on the lease is trusted only if nobody can have taken it. */
export const TRUST_AGE_MS = LEASE_TTL_MS - TRUST_MARGIN_MS;

/** Why the lease can no longer be trusted; undefined while it can. */
export function reasonToStop(doubt: Doubt): string | undefined {
	const { nowMs, renewedMs, gossips, unread, peers } = doubt;
	const ageMs = nowMs - renewedMs;
	if (ageMs < CUT_OFF_AGE_MS) return undefined;
	const within = (ms: number, atMs: number | undefined) =>
		atMs !== undefined && nowMs - atMs <= ms;
	const isPowerless = ({ awayMs, refusedMs }: PeerWord) =>
		within(AWAY_FRESH_MS, awayMs) || within(AWAY_FRESH_MS, refusedMs);
	const asked = peers.filter((peer) => peer.gossips);
	const asksAll = gossips && asked.length <= DIAL_ALL_MAX;
	if (ageMs >= TRUST_AGE_MS) {
		if (unread) return "a node has come that could not be asked";
		if (!asksAll && peers.length > 0)
			return "the lease could not be renewed, and the peers cannot be asked";
		return peers.every(isPowerless)
			? undefined
			: "the lease could not be renewed, and others may have taken it";
	}
	if (!asksAll) return undefined;
	if (unread) return "a node has come that could not be asked";
	return asked.every(
		(peer) => isPowerless(peer) || within(ANSWER_FRESH_MS, peer.answeredMs),
	)
		? undefined
		: "the lease could not be renewed, and not all peers hear this node";
}
