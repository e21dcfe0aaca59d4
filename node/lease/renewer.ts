/**
 * Renewer: holds this node's session on one shard.
 *
 * Opens the session, renews its lease with a pulse at each beat (see heartbeat.ts), and
 * knows when it last did. The store decides who holds a lease; this is the holder's side:
 *
 *     opening ──opened──▶ holding ──revoked──▶ opening (a new epoch)
 *                           │  superseded: another program has our identity
 *                           ▼
 *                        stopped
 *
 * Guarantees that `session` is never older than what the store last answered. The answer
 * of a renewal that was given up is ignored. The warden decides how long a lease that is
 * not renewed may be trusted.
 *
 * In shard 0 the answers also say that the cluster's number of shards is this node's.
 * Other shards take the node's word for it, so sessions are opened in them only while
 * that answer is fresh.
 *
 * Sees whether the store is up or away: others may rely on what it sees, and this node
 * must have seen the store up before it judges the leases of others.
 *
 * The pulse also brings what the shard's sweep needs (overdue sessions, routes with
 * work), so that an idle node costs the store one call a pulse.
 */
import {
	formatSession,
	mayReap,
	type SessionName,
} from "../../protocol/lease.ts";
import {
	CLAIM_AGE_MS_MAX,
	PULSE_MS_MAX,
	PULSE_MS_MIN,
} from "../../protocol/limits.ts";
import {
	type Begun,
	type Clock,
	type Lease,
	type Log,
	type NodeRecord,
	type Pulse,
	type Random,
	type RoutesKnown,
	type Shard,
	StoreError,
} from "../ports.ts";
import { type Beat, Heartbeat } from "./heartbeat.ts";
import { LaterLife } from "./later-life.ts";
import { OwnEntry, type OwnEntryParts } from "./own-entry.ts";
import type { RenewerEvents } from "./renewer-events.ts";
import type { ShardMemory } from "./shard-memory.ts";

export interface RenewerParts {
	readonly shard: Pick<Shard, "index" | "sessions">;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly ttlMs: number;
	readonly memory: ShardMemory;
	/** What this node says about itself; asked anew each time: see self-report.ts. */
	readonly report: { record(): NodeRecord };
	/** What each pulse tells the store: see route-sorter.ts. */
	readonly sorter: { readonly known: RoutesKnown };
	/** See begun-teller.ts. */
	readonly teller: {
		untold(storeNowMs: number): readonly Begun[];
		told(begun: readonly Begun[]): void;
	};
	/** See home-word.ts. */
	readonly home: OwnEntryParts["home"] & {
		/** Whether the number of shards is known well enough; if not, `hurry` is called when it is. */
		mayOpen(shard: number): boolean;
	};
	readonly events: RenewerEvents;
}

export class Renewer {
	session: SessionName | undefined;
	epoch = 0;
	/** How often the store's clock had been put back, according to the last pulse. */
	clockStepsBack = 0;
	readonly #memory: ShardMemory;
	readonly entry: OwnEntry;
	/** When the last answered renewal of the session was sent. */
	#renewedMs = 0;
	/** When the newest session was asked for. */
	#openedMs = Number.NEGATIVE_INFINITY;
	readonly #heartbeat: Heartbeat;
	readonly #laterLife = new LaterLife();
	readonly #parts: RenewerParts;

	constructor(parts: RenewerParts) {
		this.#parts = parts;
		this.#memory = parts.memory;
		this.entry = new OwnEntry(parts);
		const { clock, random } = parts;
		const renewal = {
			renew: (beat: Beat) => this.#renew(beat),
			gaveUp: () => this.#gaveUp(),
		};
		this.#heartbeat = new Heartbeat({ clock, random, renewal });
	}

	start(): void {
		this.#heartbeat.start();
	}

	/** Stops renewing; the session stays until it is closed or expires. */
	stop(): void {
		this.#heartbeat.stop();
	}

	/** When the last renewal began, on the monotonic clock; the outcome of the one before was known by then. */
	get begunMs(): number | undefined {
		return this.#heartbeat.begunMs;
	}

	/** When the last answered renewal was sent, on the monotonic clock; undefined if no session is held. */
	get renewedMs(): number | undefined {
		return this.session === undefined ? undefined : this.#renewedMs;
	}

	/** Whether claims and new work may rely on the lease now. */
	get trusted(): boolean {
		return this.#ageMs <= CLAIM_AGE_MS_MAX;
	}

	/** The lease to claim under; undefined while it cannot be trusted. */
	get lease(): Lease | undefined {
		if (!this.trusted || this.session === undefined) return undefined;
		return { session: this.session, generation: this.generation };
	}

	/**
	 * Whether no renewal succeeded lately, or the last one failed: long before trust ends,
	 * so that failing peers can tell each other in time.
	 */
	get away(): boolean {
		return this.session === undefined || this.#memory.upMs === undefined;
	}

	/** This node has told others that the store is away: what it saw of the store before no longer counts. */
	saidAway(): void {
		this.#memory.missed();
	}

	/** Whether this node may judge other leases to have expired. */
	get mayReap(): boolean {
		return mayReap(this.#memory.upMs, this.#parts.ttlMs);
	}

	/** Whether this node may judge leases that have not expired: that takes fractions of a lease's time. */
	get mayJudgeSilence(): boolean {
		return this.mayReap && this.#memory.knowsClock;
	}

	get generation(): number {
		return this.#memory.raised.generation;
	}

	storeNowMs(): number {
		return this.#memory.nowMs();
	}

	/** In shard 0: whether the cluster certainly has this node's number; to get another takes STORE_EMPTY_MS. */
	get knowsNumber(): boolean {
		return this.#ageMs <= PULSE_MS_MAX;
	}

	get #ageMs(): number {
		if (this.session === undefined) return Infinity;
		return this.#parts.clock.monoMs() - this.#renewedMs;
	}

	/** Pulses now: the store has come back, or something is known to have changed. */
	hurry(): void {
		this.#heartbeat.hurry();
	}

	/** The store may have news: pulses now, or once more after a pulse under way, which may be too early. */
	look(): void {
		this.#heartbeat.look();
	}

	/** Adopts the generation of a store that came back, perhaps restarted. @throws StoreError */
	async adopt(): Promise<void> {
		const { shard } = this.#parts;
		this.#memory.toldGeneration(await shard.sessions.adopt(this.#memory.known));
	}

	async #renew(beat: Beat): Promise<number | undefined> {
		const { shard, log } = this.#parts;
		try {
			if (this.session === undefined) await this.#open(beat);
			if (this.session !== undefined) await this.#pulse(beat, this.session);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			if (beat.isOver) return undefined;
			this.#memory.missed();
			const about = { err: error, shard: shard.index };
			log.debug(about, "could not renew the lease");
		}
		const waitMs = this.#waitMs;
		return this.session === undefined && waitMs > 0 ? waitMs : undefined;
	}

	/**
	 * How long no session is opened yet. On a store that forgets sessions at once, the claims
	 * that a new one sets off would bring about the next without a pause.
	 */
	get #waitMs(): number {
		const dueMs = this.#openedMs + PULSE_MS_MIN;
		// A fraction too small to move the clock would be waited for without end.
		return Math.ceil(dueMs - this.#parts.clock.monoMs());
	}

	#gaveUp(): void {
		const { shard, log } = this.#parts;
		this.#memory.missed();
		log.debug({ shard: shard.index }, "a renewal was not answered in time");
	}

	async #open(beat: Beat): Promise<void> {
		const { shard, clock, ttlMs, report, events, home, log } = this.#parts;
		if (!home.mayOpen(shard.index) || this.#waitMs > 0) return;
		const sentMs = clock.monoMs();
		const from = { ttlMs, known: this.#memory.known, knownEpoch: this.epoch };
		const opened = await this.entry.open(from);
		if (beat.isOver) return;
		if (!opened.ok)
			return opened.code === "older_life"
				? this.#notLetIn()
				: this.#ousted(opened.shards);
		this.#laterLife.isGone();
		this.epoch = opened.epoch;
		this.#openedMs = sentMs;
		this.#memory.toldGeneration(opened);
		this.session = formatSession(report.record().nodeId, opened.epoch);
		this.#answered(sentMs, opened.nowMs);
		log.info({ shard: shard.index, session: this.session }, "session opened");
		events.opened(opened.previous, opened.name);
	}

	/** A later life of this node has the lease. */
	#notLetIn(): void {
		const { clock, ttlMs, shard, log } = this.#parts;
		log.debug({ shard: shard.index }, "a later life of this node has a lease");
		if (this.#laterLife.met(clock.monoMs(), ttlMs)) this.#ousted();
	}

	async #pulse(beat: Beat, session: SessionName): Promise<void> {
		const { clock, events, ttlMs, sorter, teller } = this.#parts;
		const sentMs = clock.monoMs();
		const begun = teller.untold(this.storeNowMs());
		const pulse = await this.entry.pulse(session, ttlMs, sorter.known, begun);
		if (beat.isOver) return;
		if (!pulse.ok) return await this.#over(beat, session, pulse);
		teller.told(begun);
		this.#memory.toldGeneration(pulse.raised);
		this.#memory.keep();
		// Others saw the store's clock put back. This node may have missed that if it was put
		// forward again; between the two, leases were shortened.
		if (pulse.clockStepsBack !== this.clockStepsBack) this.#memory.missed();
		this.clockStepsBack = pulse.clockStepsBack;
		this.#answered(sentMs, pulse.nowMs);
		events.pulsed(pulse);
		if (!pulse.registered)
			events.opened(undefined, await this.entry.putBack(session));
		else if (this.entry.hasChanged) await this.entry.putBack(session);
	}

	async #over(
		beat: Beat,
		session: SessionName,
		end: Extract<Pulse, { ok: false }>,
	): Promise<void> {
		const { shard, events, log } = this.#parts;
		const isOusted =
			end.code === "other_shards" ||
			(end.code === "superseded" && !(await this.entry.isGhost()));
		if (beat.isOver) return;
		this.session = undefined;
		// Holders may have read the registry while this node was not in it, and ask it nothing.
		this.#memory.missed();
		events.renewed();
		const about = { shard: shard.index, session, why: end.code };
		log.warn(about, "the store knows this node's session no more");
		if (isOusted)
			return this.#ousted(end.code === "other_shards" ? end.shards : undefined);
		events.revoked();
		await this.#open(beat);
	}

	#ousted(shards?: number): void {
		this.stop(); // A new session, opened while this node leaves, would end the other's.
		this.#parts.events.superseded(shards);
	}

	/** The session stands: the store found so at `storeNowMs`, when asked at `sentMs`. */
	#answered(sentMs: number, storeNowMs: number): void {
		this.#memory.answered(storeNowMs, sentMs);
		this.#renewedMs = sentMs;
		this.#parts.events.renewed();
	}
}
