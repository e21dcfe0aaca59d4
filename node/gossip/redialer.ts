/**
 * Keeps the links to the peers that this node dials: looks at each of them every second
 * or two, for as long as it is on the list, and dials it if there is no connection. Links
 * that stand are looked at in one round, so that an idle node does not wake for each of
 * them. A look comes without any event, so no lost event can strand a peer (libp2p's own
 * reconnecting gives up; see the limits for what replaces it).
 *
 * A connection alone is not a link. Streams close while their connection lives, and the
 * library does not open them again. So a connection over which gossip has ceased to flow,
 * or does not begin to, is cut, and the next look dials.
 *
 * Of two peers, the one with the lower id dials first, and the other only if it still
 * must, so that they do not meet half-way with two connections. (Two do no harm: gossip
 * takes one of them.) A node that has just begun does not wait: it dials everyone. Their
 * registry may not name it yet; those who refused it for that dial it as soon as it does.
 * Only those who had a link to a node find at once that it has died, so links must stand
 * soon.
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
	/** Resolves when connected, rejects if that failed. */
	dial(peer: AdmittedPeer): Promise<void>;
	cut(nodeId: string, reason: string): void;
}

interface Target {
	peer: AdmittedPeer;
	/** The timer of its next look; undefined in a round, and while it is being dialled. */
	timer: Timer | undefined;
	/** Whether its next look comes with the round. */
	inRound: boolean;
	delayMs: number;
	/** Whether gossip has flowed over the present connection. */
	flowed: boolean;
	muteSinceMs: number | undefined;
	/** Dials that failed since there was a link. */
	failures: number;
}

/** A peer that so many dials in a row did not reach (for 10 s or more) is logged. */
const FAILURES_TOLD = 8;

export class Redialer {
	readonly #self: string;
	readonly #links: Links;
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #log: Log;
	readonly #targets = new Map<string, Target>();
	/** The timer of the next look at all links that stand. */
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
	 * Replaces the list. A peer that is new on it or has moved is dialled at once if this
	 * node has the lower id or has just begun, or if the peer has knocked.
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

	/** The connection has closed: looks again soon. */
	lost(nodeId: string): void {
		const target = this.#targets.get(nodeId);
		if (target === undefined) return; // It is not ours to dial.
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

	/** A random time in [ms / 2, ms). */
	#jittered(ms: number): number {
		return (ms * (1 + this.#random.unit())) / 2;
	}
}
