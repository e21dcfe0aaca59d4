/**
 * What is let in of the messages that arrive: well-formed ones, from admitted
 * peers, signed by whom they claim to be from, and new. All else is dropped,
 * counted by reason, and the totals logged at most every DROPS_LOGGED_MS.
 *
 * A refused message costs its sender nothing. Whoever gets here is registered
 * in the store, and could do worse there; and gossip is a hint, so that what
 * slips through costs time and nothing else.
 */
import { decodeGossip, type GossipMessage } from "../../protocol/gossip.ts";
import { DROPS_LOGGED_MS } from "../../protocol/limits.ts";
import type { Clock, Log } from "../ports.ts";
import type { Admission } from "./admission.ts";
import { ReplayWindow } from "./replay-window.ts";

export type Refusal = "malformed" | "forged" | "stranger" | "repeated";

export class Door {
	readonly #admission: Admission;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #window = new ReplayWindow();
	readonly #dropped: Record<Refusal, number> = {
		malformed: 0,
		forged: 0,
		stranger: 0,
		repeated: 0,
	};
	#loggedMs = Number.NEGATIVE_INFINITY;

	constructor(admission: Admission, clock: Clock, log: Log) {
		this.#admission = admission;
		this.#clock = clock;
		this.#log = log;
	}

	/** The message, or why it was dropped. `signer` has been proved by its signature. */
	open(signer: string, bytes: Uint8Array): GossipMessage | Refusal {
		const message = decodeGossip(bytes);
		const refusal = this.#judge(signer, message);
		if (refusal === undefined && message !== undefined) return message;
		return this.#drop(refusal ?? "malformed", signer);
	}

	/** Forgets senders that are no longer admitted. */
	prune(): void {
		this.#window.keep(new Set(this.#admission.peers.keys()));
	}

	#judge(
		signer: string,
		message: GossipMessage | undefined,
	): Refusal | undefined {
		if (!this.#admission.peers.has(signer)) return "stranger";
		if (message === undefined) return "malformed";
		if (message.from !== signer) return "forged";
		const nowMs = this.#clock.monoMs();
		const { from, epoch, seq } = message;
		if (!this.#window.admits(from, epoch, seq, nowMs)) return "repeated";
		return undefined;
	}

	#drop(refusal: Refusal, signer: string): Refusal {
		this.#dropped[refusal] += 1;
		const nowMs = this.#clock.monoMs();
		if (nowMs - this.#loggedMs >= DROPS_LOGGED_MS) {
			this.#loggedMs = nowMs;
			this.#log.warn(
				{ dropped: { ...this.#dropped }, refusal, signer },
				"dropped gossip messages",
			);
		}
		return refusal;
	}
}
