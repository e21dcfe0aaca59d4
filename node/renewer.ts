/**
 * Renewer: holds this node's session on one shard.
 *
 * Opens the session, renews its lease with a pulse every 0.7–0.9 s, and knows
 * until when the lease may be trusted. The store decides who holds a lease;
 * this is the holder's side of it:
 *
 *     opening ──opened──▶ holding ──revoked──▶ opening (a new epoch)
 *                           │  superseded: another program has our identity
 *                           ▼
 *                    trust ends (no renewal in time), and
 *                    holding again with the next pulse that succeeds
 *
 * Guarantees that `session` is never older than what the store last answered,
 * and that the end of trust is told on time, by the monotonic clock, whether or
 * not the store answers. A lease whose trust ended is not given up: only the
 * store can say that it was taken.
 *
 * The pulse also brings what the shard's sweep needs (expired sessions, routes
 * with work), so that an idle node costs the store one call a pulse.
 */
import {
	formatSession,
	mayReap,
	type SessionName,
	trustedUntilMs,
} from "../protocol/lease.ts";
import {
	DISTRUST_LOOK_MS,
	PULSE_MS_MAX,
	PULSE_MS_MIN,
} from "../protocol/limits.ts";
import {
	type Clock,
	type GoodPulse,
	type Log,
	type NodeRecord,
	type Pulse,
	type Random,
	type RegisteredNode,
	type Shard,
	StoreError,
	type Timer,
} from "./ports.ts";
import type { ShardMemory } from "./shard-memory.ts";

export interface RenewerParts {
	readonly shard: Shard;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly ttlMs: number;
	readonly trustMarginMs: number;
	readonly memory: ShardMemory;
	/** What is registered when a session opens; asked again each time. */
	readonly record: () => NodeRecord;
	readonly pulse: (session: SessionName) => Promise<Pulse>;
	readonly events: RenewerEvents;
}

export interface RenewerEvents {
	/** A session is open, or registered anew, of a node of this name. `previous`, an earlier one of this node, has tasks to put back. */
	opened(previous: SessionName | undefined, name: string): void;
	pulsed(pulse: GoodPulse): void;
	/** Whether others may reach the store, and so take the tasks over once the lease has run out. */
	othersMayReach(): boolean;
	/** No renewal succeeded in time, and others may reach the store. */
	trustEnded(): void;
	/** The session is over: all that it ran has been taken over. */
	revoked(): void;
	/** Another program runs under this node's identity; or the cluster was made anew, with so many shards. */
	superseded(shards?: number): void;
}

export class Renewer {
	session: SessionName | undefined;
	epoch = 0;
	/** How often the store's clock had been put back, as the last pulse told. */
	clockStepsBack = 0;
	readonly #memory: ShardMemory;
	/** Since when, without a gap, the store has been answering. */
	#upSinceMs: number | undefined;
	#lastPulseMs = 0;
	#trustedUntilMs = 0;
	#pulseTimer: Timer | undefined;
	#trustTimer: Timer | undefined;
	#busy = false;
	#notLetInSinceMs: number | undefined;
	#stopped = false;
	readonly #parts: RenewerParts;

	constructor(parts: RenewerParts) {
		this.#parts = parts;
		this.#memory = parts.memory;
	}

	start(): void {
		void this.#beat();
	}

	/** Stops renewing; the session stays until it is closed or runs out. */
	stop(): void {
		this.#stopped = true;
		this.#pulseTimer?.cancel();
		this.#trustTimer?.cancel();
	}

	/** Whether claims and new work may rely on the lease now. */
	get trusted(): boolean {
		return (
			this.session !== undefined &&
			this.#parts.clock.monoMs() < this.#trustedUntilMs
		);
	}

	/**
	 * Whether the last pulse succeeded: false as soon as one fails, long before
	 * trust ends, so that peers who all fail can tell each other in time.
	 */
	get renewing(): boolean {
		return this.trusted && this.#upSinceMs !== undefined;
	}

	/** Whether this node may judge other leases to have run out. */
	get mayReap(): boolean {
		const { clock, ttlMs } = this.#parts;
		const nowMs = clock.monoMs();
		return !this.#isGap(nowMs) && mayReap(this.#upSinceMs, nowMs, ttlMs);
	}

	get generation(): number {
		return this.#memory.raised.generation;
	}

	storeNowMs(): number {
		return this.#memory.nowMs();
	}

	/** Pulses now: the store has come back, or something is known to have changed. */
	hurry(): void {
		if (this.#stopped || this.#busy) return;
		this.#pulseTimer?.cancel();
		void this.#beat();
	}

	/** Takes up with a store that came back, perhaps restarted. @throws StoreError */
	async adopt(): Promise<void> {
		const { shard } = this.#parts;
		this.#memory.toldGeneration(await shard.adopt(this.#memory.known));
	}

	async #beat(): Promise<void> {
		const { shard, clock, random, log } = this.#parts;
		this.#busy = true;
		try {
			if (this.session === undefined) await this.#open();
			if (this.session !== undefined) await this.#pulse(this.session);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			this.#upSinceMs = undefined;
			const about = { err: error, shard: shard.index };
			log.debug(about, "could not renew the lease");
		} finally {
			this.#busy = false;
		}
		if (this.#stopped) return;
		const ms = PULSE_MS_MIN + random.unit() * (PULSE_MS_MAX - PULSE_MS_MIN);
		this.#pulseTimer = clock.after(ms, () => void this.#beat());
	}

	async #open(): Promise<void> {
		const { shard, clock, ttlMs, record, events, log } = this.#parts;
		const sentMs = clock.monoMs();
		const { known } = this.#memory;
		const from = { ttlMs, known, knownEpoch: this.epoch };
		const opened = await shard.open({ record: record(), ...from });
		if (this.#stopped) return;
		if (!opened.ok) {
			this.#notLetIn();
			return;
		}
		this.#notLetInSinceMs = undefined;
		this.epoch = opened.epoch;
		this.#memory.toldGeneration(opened);
		this.session = formatSession(record().nodeId, opened.epoch);
		this.#renewed(sentMs, opened.nowMs);
		log.info({ shard: shard.index, session: this.session }, "session opened");
		events.opened(opened.previous, opened.name);
	}

	/**
	 * A later life has our lease. Either this node's clock was put back since its last life,
	 * whose lease will run out; or the other one lives.
	 */
	#notLetIn(): void {
		const { clock, ttlMs, events, shard, log } = this.#parts;
		this.#notLetInSinceMs ??= clock.monoMs();
		log.debug({ shard: shard.index }, "a later life of this node has a lease");
		if (clock.monoMs() - this.#notLetInSinceMs <= 2 * ttlMs) return;
		this.stop();
		events.superseded();
	}

	async #pulse(session: SessionName): Promise<void> {
		const { shard, clock, events, record } = this.#parts;
		const sentMs = clock.monoMs();
		const pulse = await this.#askForPulse(session);
		if (this.#stopped) return;
		if (!pulse.ok) return await this.#over(session, pulse);
		this.#memory.toldGeneration(pulse.raised);
		this.#memory.keep();
		// Others saw the store's clock put back, which this node may have missed where it
		// was put forward again; between the two, leases were shortened.
		if (pulse.clockStepsBack !== this.clockStepsBack)
			this.#upSinceMs = undefined;
		this.clockStepsBack = pulse.clockStepsBack;
		this.#renewed(sentMs, pulse.nowMs);
		events.pulsed(pulse);
		if (!pulse.registered)
			events.opened(undefined, await shard.describe(session, record()));
	}

	/**
	 * A store that takes no writes answers no pulse, but can be asked whether the
	 * lease was taken before that, while this node slept or was cut off.
	 */
	async #askForPulse(session: SessionName): Promise<Pulse> {
		try {
			return await this.#parts.pulse(session);
		} catch (error) {
			if (!(error instanceof StoreError) || error.kind !== "full") throw error;
			const own = await this.#registered();
			if (own?.epoch === this.epoch && own.expiresMs) throw error;
			const isNewer = own !== undefined && own.epoch > this.epoch;
			return { ok: false, code: isNewer ? "superseded" : "revoked" };
		}
	}

	async #over(
		session: SessionName,
		end: Extract<Pulse, { ok: false }>,
	): Promise<void> {
		const { shard, events, log } = this.#parts;
		const { code } = end;
		const isOusted =
			code === "other_shards" ||
			(code === "superseded" && !(await this.#isOwnGhost()));
		if (this.#stopped) return;
		this.session = undefined;
		this.#trustTimer?.cancel();
		log.warn({ shard: shard.index, session }, `session ${code}`);
		if (isOusted) {
			this.stop(); // A new session, opened while this node leaves, would end the other's.
			events.superseded(code === "other_shards" ? end.shards : undefined);
			return;
		}
		events.revoked();
		await this.#open();
	}

	/**
	 * Whether the newer session is no other program's but was asked for by this
	 * one, or by an earlier life of it, and reached the store late: a network
	 * may deliver what a closed connection, or a dead process, had sent.
	 */
	async #isOwnGhost(): Promise<boolean> {
		const newest = await this.#registered();
		if (newest === undefined) return false;
		return newest.record.startedMs <= this.#parts.record().startedMs;
	}

	/** The newest session of this node, as the store has it. */
	async #registered(): Promise<RegisteredNode | undefined> {
		const { nodeId } = this.#parts.record();
		const { nodes } = await this.#parts.shard.nodes();
		return nodes.find(({ record }) => record.nodeId === nodeId);
	}

	#renewed(sentMs: number, storeNowMs: number): void {
		const { clock, ttlMs, trustMarginMs } = this.#parts;
		const nowMs = clock.monoMs();
		if (this.#isGap(nowMs)) this.#upSinceMs = undefined;
		// Nor do leases say much after a step of the store's clock: it took time from
		// all of them, and those who hold one have to renew it first.
		if (this.#memory.toldClock(storeNowMs)) this.#upSinceMs = undefined;
		this.#upSinceMs ??= nowMs;
		this.#lastPulseMs = nowMs;
		this.#trustedUntilMs = trustedUntilMs(sentMs, ttlMs, trustMarginMs);
		this.#trustTimer?.cancel();
		this.#distrustAt(this.#trustedUntilMs, 1);
	}

	/** Whether the last pulse was so long ago that something may have passed unseen. Our own sleep counts, too. */
	#isGap(nowMs: number): boolean {
		return nowMs - this.#lastPulseMs > 2 * PULSE_MS_MAX;
	}

	/**
	 * Ends trust where others may reach the store; asks again for as long as
	 * nobody does. A store that comes back is not back for all at one moment, so
	 * the last to reach it gets a second look; whoever did first may not reap
	 * before it has been up for as long as a lease.
	 */
	#distrust(looks: number, lateMs: number): void {
		const { clock, events, trustMarginMs } = this.#parts;
		const looksLeft = events.othersMayReach() ? looks - 1 : 2;
		// Who has slept cannot know who reached the store, and took the tasks, meanwhile.
		if (looksLeft === 0 || lateMs > trustMarginMs) {
			events.trustEnded();
			return;
		}
		this.#distrustAt(clock.monoMs() + DISTRUST_LOOK_MS, looksLeft);
	}

	#distrustAt(dueMs: number, looks: number): void {
		const { clock } = this.#parts;
		this.#trustTimer = clock.after(dueMs - clock.monoMs(), () =>
			this.#distrust(looks, clock.monoMs() - dueMs),
		);
	}
}
