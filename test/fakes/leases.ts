/**
 * The leases of one shard of the store's twin: when each session's lease ends, in ms; 0
 * if it was taken.
 */
import type { RevokeGrounds, SeenLease } from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import {
	LEASE_TTL_MS,
	OVERDUE_MS,
	SILENT_LEASE_MS,
} from "../../protocol/limits.ts";

/** How many sessions one pulse names. */
const PER_PULSE_MAX = 16;

export class Leases extends Map<SessionName, number> {
	/**
	 * Sessions that have not renewed for OVERDUE_MS, as seen by one that has just renewed
	 * for `ttlMs`; longest ago first.
	 */
	overdue(nowMs: number, ttlMs: number): SeenLease[] {
		const boundMs = Math.max(nowMs, nowMs + ttlMs - OVERDUE_MS);
		return [...this]
			.filter(([, endMs]) => endMs <= boundMs)
			.sort(([a, aMs], [b, bMs]) => aMs - bMs || (a < b ? -1 : 1))
			.slice(0, PER_PULSE_MAX)
			.map(([session, expiresMs]) => ({ session, expiresMs }));
	}

	/** Whether the session may be revoked on these grounds. */
	mayRevoke(
		session: SessionName,
		grounds: RevokeGrounds,
		nowMs: number,
	): boolean {
		const endMs = this.get(session) ?? 0;
		if (grounds.when === "now" || endMs === 0) return true;
		if (endMs !== grounds.expiresMs) return false;
		const renewedMs = endMs - LEASE_TTL_MS;
		return grounds.when === "silent"
			? nowMs >= renewedMs + SILENT_LEASE_MS
			: nowMs >= endMs;
	}

	/** Whether the lease has neither expired nor been revoked. */
	holds(session: SessionName, nowMs: number): boolean {
		return (this.get(session) ?? 0) > nowMs;
	}
}
