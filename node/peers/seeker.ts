/**
 * Seeker: looks for peers that have fallen silent, and takes their leases before they
 * expire. Their hosts may have vanished silently, so that nobody's connection closes and
 * no address refuses.
 *
 * Pulses tell who has not renewed. From a certain age on the seeker looks for each of
 * them, itself and through all others. An open port counts, since a process that is
 * merely frozen, or busy, must be left alone. A peer that is neither heard nor reached,
 * for as long as a look takes, loses its lease by compare-and-set on the end that was
 * seen; and the store takes no lease that was renewed less than SILENT_LEASE_MS ago. By
 * then a living peer has stopped its tasks, since it did not hear us either
 * (`protocol/trust.ts`).
 *
 * Without this actor everything works, only later: the leases expire.
 */
import { parseSession, type SessionName } from "../../protocol/lease.ts";
import {
	LEASE_TTL_MS,
	PROBE_TIMEOUT_MS,
	SILENT_LEASE_MS,
	SILENT_PEERS_MAX,
	SILENT_WORD_MS,
	TRUST_LOOK_MS,
} from "../../protocol/limits.ts";
import type {
	Clock,
	Gossip,
	Log,
	RevokeGrounds,
	SeenLease,
	Timer,
} from "../ports.ts";

/** What the seeker needs of the engine of a shard. */
export interface SeekingEngine {
	readonly reaper: {
		/** Returns whether the session is over. */
		reap(session: SessionName, grounds: RevokeGrounds): Promise<boolean>;
	};
	readonly renewer: {
		/** Whether this node may judge the leases of others, and knows the store's clock well. */
		readonly mayJudgeSilence: boolean;
	};
}

export interface SeekerParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly gossip: Pick<Gossip, "probe">;
	/** See witnesses.ts. */
	readonly witnesses: {
		/** Peers that gossip; undefined if this node does not, or may not know all of them. */
		readonly judgeable: ReadonlySet<string> | undefined;
	};
	/** See inquirer.ts. */
	readonly inquirer: {
		wordOf(nodeId: string): {
			/** When something was last heard from the peer. */
			readonly heardMs: number | undefined;
		};
		/** Asks all others; `reached` is called if one of them reaches the peer. */
		askAbout(nodeId: string, reached: () => void): void;
	};
}

/** A lease that was seen, and is looked after until it has been renewed or is gone. */
interface Look {
	readonly expiresMs: number;
	/** When the lease was renewed, on this node's clock. */
	readonly renewedMs: number;
	timer: Timer | undefined;
	/**
	 * Whether the holder was among the peers that gossip while the lease was looked after.
	 * A node that has lost the lease of the shard that keeps the registry is no longer
	 * among them, and has other leases to lose.
	 */
	wasPeer: boolean;
}

/**
 * No look begins sooner, so that one which finds nobody ends as the store may take the
 * lease: if it had begun a little sooner, what it found would be too old by then, and
 * another look would end later. A living peer has renewed by now, even if one renewal was
 * lost.
 */
const LOOK_AGE_MS = SILENT_LEASE_MS - PROBE_TIMEOUT_MS;

export class Seeker {
	readonly #looks = new Map<string, Look>();
	#stopped = false;
	readonly #parts: SeekerParts;

	constructor(parts: SeekerParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#stopped = true;
		for (const { timer } of this.#looks.values()) timer?.cancel();
		this.#looks.clear();
	}

	/** A pulse of the engine has named these leases, and only these, on shard `index`. */
	overdue(
		index: number,
		engine: SeekingEngine,
		nowMs: number,
		leases: readonly SeenLease[],
	): void {
		if (this.#stopped) return;
		const { clock } = this.#parts;
		const seen = new Map(leases.map((lease) => [keyOf(index, lease), lease]));
		for (const [key, look] of this.#looks) {
			if (!key.startsWith(`${index} `)) continue;
			if (seen.get(key)?.expiresMs === look.expiresMs) continue;
			look.timer?.cancel();
			this.#looks.delete(key);
		}
		for (const [key, { session, expiresMs }] of seen) {
			if (this.#looks.has(key)) continue;
			const ageMs = nowMs - (expiresMs - LEASE_TTL_MS);
			const renewedMs = clock.monoMs() - ageMs;
			const { nodeId } = parseSession(session);
			const wasPeer = this.#parts.witnesses.judgeable?.has(nodeId) ?? false;
			const look: Look = { expiresMs, renewedMs, timer: undefined, wasPeer };
			this.#looks.set(key, look);
			this.#lookAfter(LOOK_AGE_MS - ageMs, key, look, engine, session);
		}
	}

	#lookAfter(
		ms: number,
		key: string,
		look: Look,
		engine: SeekingEngine,
		session: SessionName,
	): void {
		look.timer = this.#parts.clock.after(
			Math.max(0, ms),
			() => void this.#look(key, look, engine, session),
		);
	}

	/** Looks until the lease may be taken. Begins anew if the peer was found. */
	async #look(
		key: string,
		look: Look,
		engine: SeekingEngine,
		session: SessionName,
	): Promise<void> {
		const { clock, log } = this.#parts;
		const { nodeId } = parseSession(session);
		const again = (ms: number) =>
			this.#lookAfter(ms, key, look, engine, session);
		const waitMs = this.#waitMs(nodeId, look, engine);
		if (waitMs > 0) return again(waitMs);
		const isReached = await this.#isReached(nodeId);
		if (this.#looks.get(key) !== look) return;
		if (isReached) return again(PROBE_TIMEOUT_MS);
		const dueMs = clock.monoMs() + Math.max(0, this.#leftMs(look));
		const take = async (): Promise<void> => {
			const isOld = clock.monoMs() - dueMs > PROBE_TIMEOUT_MS;
			const isSilent = this.#waitMs(nodeId, look, engine) === 0;
			if (!isSilent || isOld) return again(PROBE_TIMEOUT_MS);
			log.debug({ nodeId, session }, "a node has fallen silent");
			const { expiresMs } = look;
			const grounds = { when: "silent", expiresMs } as const;
			// If the lease is gone, pulses on their way that still name it start nothing anew.
			if (await engine.reaper.reap(session, grounds)) return;
			// By the store's clock it may have been a little too early.
			if (this.#looks.get(key) === look)
				look.timer = clock.after(TRUST_LOOK_MS, () => void take());
		};
		look.timer = clock.after(
			Math.max(0, this.#leftMs(look)),
			() => void take(),
		);
	}

	/** The time until the store may take the lease. */
	#leftMs({ renewedMs }: Look): number {
		return renewedMs + SILENT_LEASE_MS + 1 - this.#parts.clock.monoMs();
	}

	/** The time until the peer's silence would mean something, as far as is known now; 0 if it does. */
	#waitMs(nodeId: string, look: Look, engine: SeekingEngine): number {
		const { clock, witnesses, inquirer } = this.#parts;
		const peers = witnesses.judgeable;
		if (peers?.has(nodeId)) look.wasPeer = true;
		const counts =
			engine.renewer.mayJudgeSilence &&
			peers !== undefined &&
			look.wasPeer &&
			peers.size <= SILENT_PEERS_MAX;
		if (!counts) return PROBE_TIMEOUT_MS;
		const { heardMs } = inquirer.wordOf(nodeId);
		const silentMs = clock.monoMs() - (heardMs ?? -SILENT_WORD_MS);
		return Math.max(0, Math.ceil(SILENT_WORD_MS - silentMs));
	}

	/**
	 * Whether this node or any other reaches the peer within PROBE_TIMEOUT_MS. If nobody
	 * does, this takes that long.
	 */
	#isReached(nodeId: string): Promise<boolean> {
		const { clock, gossip, inquirer } = this.#parts;
		return new Promise((resolve) => {
			const over = clock.after(PROBE_TIMEOUT_MS, () => resolve(false));
			const reached = () => {
				over.cancel();
				resolve(true);
			};
			inquirer.askAbout(nodeId, reached);
			void gossip.probe(nodeId, PROBE_TIMEOUT_MS).then((reach) => {
				if (reach === "answers") reached();
			});
		});
	}
}

function keyOf(index: number, { session }: SeenLease): string {
	return `${index} ${session}`;
}
