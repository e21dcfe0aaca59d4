/**
 * Claimer: gets waiting tasks of one shard for this node, as long as it has
 * free slots.
 *
 * It keeps the set of routes believed to have work (`hot`). Hints make a route
 * hot: a submission here, an announcement when it is this node's turn, the
 * sweep. A claim that leaves nothing waiting makes the routes cold again, unless
 * they were hinted meanwhile. One claim is in flight at a time; the slots that
 * come free meanwhile go into the next, so batches grow with the load and a
 * single task is never held up.
 *
 * A claim whose answer is lost is not repeated: the reconciler is told, and
 * hands back what it took.
 */
import type { SessionName } from "../protocol/lease.ts";
import { CLAIM_BATCH_MAX, CLAIM_ROUTES_MAX } from "../protocol/limits.ts";
import type { Route } from "../protocol/route.ts";
import type { ClaimedTask } from "../protocol/task.ts";
import { type Log, type Shard, StoreError } from "./ports.ts";

export interface ClaimerParts {
	readonly shard: Shard;
	readonly log: Log;
	readonly serves: (route: Route) => boolean;
	/** The lease to claim under; undefined while none can be trusted. */
	readonly lease: () =>
		| { session: SessionName; generation: number }
		| undefined;
	/** Takes up to so many free slots, and returns how many were there. */
	readonly reserve: (slotsMax: number) => number;
	readonly release: (slots: number) => void;
	/** Runs the tasks, each in a slot reserved before. */
	readonly deliver: (
		tasks: readonly ClaimedTask[],
		session: SessionName,
	) => void;
	/** The store has restarted: it must be adopted before it gives tasks. */
	readonly staleGeneration: () => void;
	/** The lease is no more: ask the store about it now. */
	readonly noLease: () => void;
	/** A claim got no answer: it may have taken tasks. */
	readonly claimLost: () => void;
}

export class Claimer {
	/** Highest token that a claim has brought. */
	newestToken = 0;
	/** Hot routes, and when (in claims) each was last hinted at. */
	readonly #hot = new Map<Route, number>();
	#claims = 0;
	/** The last claim failed or was refused: free slots are no reason to try again, only news is. */
	#failed = false;
	#inFlight = false;
	#stopped = false;
	readonly #parts: ClaimerParts;

	constructor(parts: ClaimerParts) {
		this.#parts = parts;
	}

	/** Takes no new work from now on. */
	stop(): void {
		this.#stopped = true;
	}

	/** This route may have work. */
	hint(route: Route): void {
		if (!this.#parts.serves(route)) return;
		this.#hot.set(route, this.#claims);
		this.#failed = false;
		this.kick();
	}

	/** What made claims fail may be over: try again. */
	retry(): void {
		this.#failed = false;
		this.kick();
	}

	/** A slot has come free, or a lease has come: claim if there is anything to. */
	kick(): void {
		if (this.#stopped || this.#failed) return;
		if (this.#inFlight || this.#hot.size === 0) return;
		const lease = this.#parts.lease();
		if (lease === undefined) return;
		const slots = this.#parts.reserve(CLAIM_BATCH_MAX);
		if (slots > 0) void this.#claim(lease, slots);
	}

	/** Whether it takes work at all. */
	get claiming(): boolean {
		return !this.#stopped;
	}

	get inFlight(): boolean {
		return this.#inFlight;
	}

	async #claim(
		lease: { session: SessionName; generation: number },
		slots: number,
	): Promise<void> {
		const { shard, log, release, claimLost } = this.#parts;
		const routes = [...this.#hot.keys()].slice(0, CLAIM_ROUTES_MAX);
		this.#inFlight = true;
		this.#claims += 1;
		let unused = slots;
		let again = false;
		try {
			const reply = await shard.claim({ ...lease, routes, limit: slots });
			if (reply.ok) {
				unused -= reply.tasks.length;
				this.#cool(routes, reply.remaining);
				again = true;
				this.#deliver(reply.tasks, lease.session);
			} else this.#refused(reply.code);
		} catch (error) {
			// The routes stay hot: the next hint or sweep tries again. The slots that
			// come free here must not, or an unreachable store would be tried without end.
			if (!(error instanceof StoreError)) throw error;
			this.#failed = true;
			if (error.kind === "unknown") claimLost();
			log.debug({ err: error, shard: shard.index }, "could not claim");
		} finally {
			this.#inFlight = false;
			release(unused);
		}
		if (again) this.kick();
	}

	#deliver(tasks: readonly ClaimedTask[], session: SessionName): void {
		for (const { token } of tasks)
			this.newestToken = Math.max(this.newestToken, token);
		this.#parts.deliver(tasks, session);
	}

	/** As with a failure, slots must not bring the next claim: the cause has to go first. */
	#refused(code: "no_lease" | "stale_generation"): void {
		const { staleGeneration, noLease } = this.#parts;
		this.#failed = true;
		if (code === "stale_generation") staleGeneration();
		else noLease();
	}

	/** Puts what was asked for last in line, or drops it when nothing waits there. */
	#cool(routes: readonly Route[], remaining: number): void {
		for (const route of routes) {
			const hintedAt = this.#hot.get(route) ?? 0;
			this.#hot.delete(route);
			if (remaining > 0 || hintedAt >= this.#claims)
				this.#hot.set(route, hintedAt);
		}
	}
}
