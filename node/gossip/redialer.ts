/**
 * Keeps the links to the peers that this node dials: looks at each of them
 * every second or two, for as long as it is on the list, and dials it where
 * there is no connection. Those that stand are looked at in one round, so that an
 * idle node does not wake for each of them. Nothing needs to happen for a look to
 * come, so no lost event can strand a peer (libp2p's own reconnecting gives up, see
 * the limits for what replaces it).
 *
 * A connection alone is not a link. Streams close while their connection
 * lives, and are not opened again by the library; so a connection over which
 * gossip has ceased to flow, or does not begin to, is cut, and the next look
 * dials.
 *
 * Of two peers the one with the lower id dials first and the other only when it
 * still must, so that they do not meet half-way with two connections. (Two do
 * no harm: gossip takes one of them.) A node that has just begun does not wait:
 * it dials everyone, whose registry may not name it yet; and those who refused it
 * for that dial it as soon as it does. A node that dies is found dead at once only
 * by those who had a link to it, so links must stand soon.
 */
import {
	DIALS_AT_ONCE_MAX,
	LINK_LOOK_MS,
	LINK_SETUP_MS_MAX,
	MUTE_MS_MAX,
	REDIAL_MS_MAX,
	REDIAL_MS_MIN,
} from "../../protocol/limits.ts";
import type { AdmittedPeer, Clock, Log, Random, Timer } from "../ports.ts";

/** `mute`: connected, but no gossip flows. */
export type LinkState = "absent" | "mute" | "linked";

export interface Links {
	state(peer: AdmittedPeer): LinkState;
	/** Resolves when connected, rejects when that failed. */
	dial(peer: AdmittedPeer): Promise<void>;
	cut(nodeId: string, reason: string): void;
}

interface Target {
	peer: AdmittedPeer;
	/** For its next look; undefined in a round, and while it is being dialled. */
	timer: Timer | undefined;
	/** Its next look comes with the round. */
	inRound: boolean;
	delayMs: number;
	/** Whether gossip has flowed over the connection that there is. */
	flowed: boolean;
	muteSinceMs: number | undefined;
	/** Dials that failed since there was a link. */
	failures: number;
}

/** A peer that so many dials in a row did not reach (for 10 s or more) is told of. */
const FAILURES_TOLD = 8;

export class Redialer {
	readonly #self: string;
	readonly #links: Links;
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #log: Log;
	readonly #targets = new Map<string, Target>();
	/** For the next look at all that stand. */
	#round: Timer | undefined;
	#dialling = 0;
	#begun = false;

	constructor(
		self: string,
		links: Links,
		clock: Clock,
		random: Random,
		log: Log,
	) {
		this.#self = self;
		this.#links = links;
		this.#clock = clock;
		this.#random = random;
		this.#log = log;
	}

	/**
	 * Replaces the list. A peer that is new on it or has moved is dialled at once:
	 * by the lower id, by one that has just begun, and where it has knocked.
	 */
	aim(peers: readonly AdmittedPeer[], knocked: ReadonlySet<string>): void {
		const wanted = new Map(peers.map((peer) => [peer.nodeId, peer]));
		for (const [nodeId, target] of this.#targets) {
			if (wanted.has(nodeId)) continue;
			target.timer?.cancel();
			this.#targets.delete(nodeId);
		}
		for (const [nodeId, peer] of wanted) {
			const known = this.#targets.get(nodeId);
			if (known?.peer.p2p === peer.p2p) continue;
			known?.timer?.cancel();
			const target: Target = {
				peer,
				timer: undefined,
				inRound: false,
				delayMs: REDIAL_MS_MIN,
				flowed: false,
				muteSinceMs: undefined,
				failures: 0,
			};
			this.#targets.set(nodeId, target);
			const atOnce = this.#self < nodeId || !this.#begun || knocked.has(nodeId);
			this.#look(target, atOnce ? 0 : REDIAL_MS_MAX);
		}
		this.#begun ||= peers.length > 0;
	}

	/** Gossip flows with the peer, whoever dialled. */
	found(nodeId: string): void {
		const target = this.#targets.get(nodeId);
		if (target !== undefined) target.flowed = true;
	}

	/** The connection has closed: look again soon. */
	lost(nodeId: string): void {
		const target = this.#targets.get(nodeId);
		if (target === undefined) return; // Not ours to dial.
		const { timer, inRound } = target;
		if (timer === undefined && !inRound) return; // It is being dialled.
		timer?.cancel();
		this.#look(target, this.#jittered(target.delayMs));
	}

	stop(): void {
		this.aim([], new Set());
		this.#round?.cancel();
		this.#round = undefined;
	}

	#look(target: Target, afterMs: number): void {
		target.inRound = false;
		target.timer = this.#clock.after(afterMs, () => this.#lookNow(target));
	}

	#lookInRound(target: Target): void {
		target.inRound = true;
		this.#round ??= this.#clock.after(this.#jittered(LINK_LOOK_MS), () => {
			this.#round = undefined;
			for (const each of this.#targets.values())
				if (each.inRound) this.#lookNow(each);
		});
	}

	#lookNow(target: Target): void {
		target.timer = undefined;
		target.inRound = false;
		const state = this.#links.state(target.peer);
		if (state !== "absent") this.#watch(target, state);
		else if (this.#dialling < DIALS_AT_ONCE_MAX) void this.#dial(target);
		else this.#look(target, this.#jittered(REDIAL_MS_MIN));
	}

	async #dial(target: Target): Promise<void> {
		const { peer } = target;
		target.flowed = false;
		target.muteSinceMs = undefined;
		this.#dialling += 1;
		try {
			await this.#links.dial(peer);
		} catch (error) {
			this.#log.debug({ peer, error }, "could not dial a peer");
			target.failures += 1;
			if (target.failures === FAILURES_TOLD)
				this.#log.warn(
					{ peer, error },
					"a peer cannot be reached, so each finds the other's work by looking only; its --p2p or --advertise address has to be open to this node",
				);
		} finally {
			this.#dialling -= 1;
		}
		// Also after a success, since the peer may yet refuse; a link that stands resets it.
		target.delayMs = Math.min(2 * target.delayMs, REDIAL_MS_MAX);
		// The list may have changed meanwhile; then another target has its place.
		if (this.#targets.get(peer.nodeId) !== target) return;
		this.#look(target, this.#jittered(target.delayMs));
	}

	#watch(target: Target, state: "mute" | "linked"): void {
		const nowMs = this.#clock.monoMs();
		if (state === "linked") {
			if (target.failures >= FAILURES_TOLD)
				this.#log.info({ peer: target.peer }, "a peer is reached again");
			target.failures = 0;
			target.flowed = true;
			target.muteSinceMs = undefined;
			target.delayMs = REDIAL_MS_MIN;
			this.#lookInRound(target);
			return;
		}
		target.muteSinceMs ??= nowMs;
		const patienceMs = target.flowed ? MUTE_MS_MAX : LINK_SETUP_MS_MAX;
		if (nowMs - target.muteSinceMs >= patienceMs) {
			target.flowed = false;
			target.muteSinceMs = undefined;
			this.#links.cut(target.peer.nodeId, "no gossip flows");
		}
		this.#look(target, this.#jittered(REDIAL_MS_MIN));
	}

	/** In [ms / 2, ms). */
	#jittered(ms: number): number {
		return (ms * (1 + this.#random.unit())) / 2;
	}
}
