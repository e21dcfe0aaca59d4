/**
 * Which of the messages that arrive are let in: well-formed ones, from admitted peers,
 * said by whom they claim to be from, and new. A peer that brings its own message has
 * proved who it is when it connected; what it passes on for others is believed for the
 * author's signature. (So a peer that signs badly is heard by those that it is connected
 * to, and by nobody else.) Everything else is dropped and counted by reason, and the
 * totals are logged at most every DROPS_LOGGED_MS.
 *
 * What a peer brings beyond its share is dropped unread (see inlet.ts). A refused message
 * costs its sender nothing. Whoever gets here is registered in the store, and could do
 * worse there; and gossip is a hint, so a message that slips through costs time and
 * nothing else.
 */
import { decodeGossip, type GossipMessage } from "../../protocol/gossip.ts";
import { DROPS_LOGGED_MS } from "../../protocol/limits.ts";
import type { Clock, Log } from "../ports.ts";
import type { Admission } from "./admission.ts";
import { type Opened, openEnvelope, Signatures } from "./envelope.ts";
import { Inlet } from "./inlet.ts";
import { ReplayWindow } from "./replay-window.ts";

export type Refusal =
	| "flooded"
	| "malformed"
	| "forged"
	| "stranger"
	| "repeated";

export class Door {
	readonly #admission: Admission;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #signatures: Signatures;
	readonly #window = new ReplayWindow();
	readonly #inlet = new Inlet();
	readonly #dropped: Record<Refusal, number> = {
		flooded: 0,
		malformed: 0,
		forged: 0,
		stranger: 0,
		repeated: 0,
	};
	/** How many messages were dropped so far, by reason. */
	get dropped(): Readonly<Record<Refusal, number>> {
		return this.#dropped;
	}

	#loggedMs = Number.NEGATIVE_INFINITY;

	constructor(admission: Admission, topic: string, clock: Clock, log: Log) {
		this.#signatures = new Signatures(topic);
		this.#admission = admission;
		this.#clock = clock;
		this.#log = log;
	}

	/** The message, or why it was dropped. `bearer` is the peer over whose connection it came. */
	open(bearer: string, bytes: Uint8Array): GossipMessage | Refusal {
		if (!this.#mayBring(bearer, bytes))
			return this.#drop("flooded", bearer, "");
		const envelope = openEnvelope(bytes);
		const message = envelope && decodeGossip(envelope.message);
		if (envelope === undefined || message === undefined)
			return this.#drop("malformed", bearer, "");
		const refusal = this.#judge(bearer, message, envelope);
		return refusal === undefined
			? message
			: this.#drop(refusal, bearer, message.from);
	}

	/** Opens a peer's own message, which came over its line and carries no signature. */
	openOwn(bearer: string, bytes: Uint8Array): GossipMessage | Refusal {
		if (!this.#mayBring(bearer, bytes))
			return this.#drop("flooded", bearer, "");
		const message = decodeGossip(bytes);
		if (message === undefined) return this.#drop("malformed", bearer, "");
		const refusal = this.#judge(bearer, message, undefined);
		return refusal === undefined
			? message
			: this.#drop(refusal, bearer, message.from);
	}

	/** Discards senders that are no longer admitted. */
	prune(): void {
		const admitted = new Set(this.#admission.peers.keys());
		this.#inlet.keep(admitted);
		this.#window.keep(admitted);
		this.#signatures.keep(admitted);
	}

	#mayBring(bearer: string, { length }: Uint8Array): boolean {
		return this.#inlet.admits(bearer, length, this.#clock.monoMs());
	}

	#judge(
		bearer: string,
		{ from, epoch, seq }: GossipMessage,
		envelope: Opened | undefined,
	): Refusal | undefined {
		if (!this.#admission.peers.has(from)) return "stranger";
		const proven =
			from === bearer || (envelope && this.#signatures.hold(from, envelope));
		if (!proven) return "forged";
		const nowMs = this.#clock.monoMs();
		if (!this.#window.admits(from, epoch, seq, nowMs)) return "repeated";
		return undefined;
	}

	#drop(refusal: Refusal, bearer: string, from: string): Refusal {
		this.#dropped[refusal] += 1;
		const nowMs = this.#clock.monoMs();
		if (nowMs - this.#loggedMs >= DROPS_LOGGED_MS) {
			this.#loggedMs = nowMs;
			this.#log.warn(
				{ dropped: { ...this.#dropped }, refusal, bearer, from },
				"dropped gossip messages",
			);
		}
		return refusal;
	}
}
