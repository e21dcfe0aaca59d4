/**
 * Warden: says in time when a lease of this node can no longer be trusted, so that its
 * tasks are stopped before anybody may run them elsewhere.
 *
 * Nothing happens while renewals come. When one is overdue, the warden has the peers
 * asked, again and again, and looks every TRUST_LOOK_MS at what they say
 * (`protocol/trust.ts` decides). The first reason to stop is final until the next
 * renewal. A lease whose trust has ended is not given up: only the store can say that it
 * was taken.
 *
 * Guarantees that trust ends by the monotonic clock, whether or not the store answers. A
 * node that sleeps cannot keep time. On waking it asks before it judges, since its peers
 * leave a process alone that is merely frozen. It has to stop at once if its lease may
 * have expired meanwhile, or if it slept again before it could judge.
 */
import {
	ASK_AGAIN_MS,
	ASK_AGE_MS,
	CUT_OFF_AGE_MS,
	LOOK_LATE_MS,
	TRUST_LOOK_MS,
	TRUST_MARGIN_MS,
	WAKE_LOOK_MS,
} from "../../protocol/limits.ts";
import {
	type PeerWord,
	reasonToStop,
	TRUST_AGE_MS,
} from "../../protocol/trust.ts";
import type { Clock, Log, Timer } from "../ports.ts";

/** A lease that this node holds, on one shard. */
export interface HeldLease {
	/** When the lease's last answered renewal was sent; undefined if there is no session. */
	readonly renewedMs: number | undefined;
	/** The tasks under the lease have to stop. */
	trustEnded(reason: string): void;
}

export interface WardenParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly leases: readonly HeldLease[];
	/** See witnesses.ts. */
	readonly witnesses: {
		/** Whether this node can be asked, and others may take it for silent. */
		readonly gossips: boolean;
		/**
		 * `words`: of all registered nodes but this one. `unread`: somebody has come who is
		 * not among them yet.
		 */
		readonly peers: {
			readonly words: readonly PeerWord[];
			readonly unread: boolean;
		};
		ask(): void;
	};
}

export class Warden {
	/** Leases that were not renewed since their trust ended, each with its last renewal before that. */
	readonly #ended = new Map<HeldLease, number>();
	#timer: Timer | undefined;
	#dueMs = 0;
	/** Whether the last look came after a sleep, and judged nothing. */
	#hasPutOff = false;
	#askedMs = Number.NEGATIVE_INFINITY;
	#stopped = false;
	readonly #parts: WardenParts;

	constructor(parts: WardenParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	/** A lease has been renewed, opened or lost. */
	renewed(): void {
		if (this.#stopped) return;
		const oldestMs = this.#oldestMs();
		const nowMs = this.#parts.clock.monoMs();
		const dueMs = (oldestMs ?? nowMs) + ASK_AGE_MS;
		// An overdue lease is looked after already, whatever becomes of the others.
		if (this.#timer !== undefined && dueMs <= nowMs) return;
		this.#timer?.cancel();
		this.#timer = undefined;
		if (oldestMs !== undefined) this.#lookAt(Math.max(dueMs, nowMs));
	}

	/** Whether tasks may run under the lease now. */
	trusts(lease: HeldLease): boolean {
		this.#judge(lease, false);
		return lease.renewedMs !== undefined && !this.#hasEnded(lease);
	}

	#lookAt(dueMs: number): void {
		const { clock } = this.#parts;
		this.#dueMs = dueMs;
		this.#timer = clock.after(dueMs - clock.monoMs(), () => this.#look());
	}

	#look(): void {
		const { clock } = this.#parts;
		this.#timer = undefined;
		const nowMs = clock.monoMs();
		const oldestMs = this.#oldestMs();
		if (oldestMs === undefined) return;
		const lateMs = nowMs - this.#dueMs;
		if (nowMs - this.#askedMs >= ASK_AGAIN_MS) {
			this.#askedMs = nowMs;
			this.#parts.witnesses.ask();
		}
		this.#hasPutOff =
			!this.#hasPutOff &&
			lateMs > LOOK_LATE_MS &&
			nowMs - oldestMs < TRUST_AGE_MS;
		if (this.#hasPutOff) {
			this.#lookAt(nowMs + WAKE_LOOK_MS);
			return;
		}
		for (const lease of this.#parts.leases)
			this.#judge(lease, lateMs > TRUST_MARGIN_MS);
		if (this.#oldestMs() !== undefined) this.#lookAt(nowMs + TRUST_LOOK_MS);
	}

	/** Ends trust if there is a reason to. */
	#judge(lease: HeldLease, hasSlept: boolean): void {
		const { clock, log, witnesses } = this.#parts;
		const { renewedMs } = lease;
		if (renewedMs === undefined || this.#hasEnded(lease)) return;
		const nowMs = clock.monoMs();
		if (nowMs - renewedMs < CUT_OFF_AGE_MS) return;
		const { words, unread } = witnesses.peers;
		const reason =
			hasSlept && nowMs - renewedMs >= TRUST_AGE_MS
				? "this node slept while its lease may have been taken"
				: reasonToStop({
						...{ nowMs, renewedMs, unread },
						...{ gossips: witnesses.gossips, peers: words },
					});
		if (reason === undefined) return;
		this.#ended.set(lease, renewedMs);
		const ageMs = Math.round(nowMs - renewedMs);
		log.warn({ reason, ageMs }, "a lease is trusted no longer");
		lease.trustEnded(reason);
	}

	#hasEnded(lease: HeldLease): boolean {
		return this.#ended.get(lease) === lease.renewedMs;
	}

	/** When the lease that needs it most was last renewed, among those still trusted. */
	#oldestMs(): number | undefined {
		const all = this.#parts.leases
			.filter((lease) => !this.#hasEnded(lease))
			.map(({ renewedMs }) => renewedMs)
			.filter((ms) => ms !== undefined);
		return all.length === 0 ? undefined : Math.min(...all);
	}
}
