/**
 * Digester: this node's own gossip. Sends its digest every DIGEST_MS, and puts
 * the header on whatever it says, with a sequence number that rises through the
 * session so that receivers can drop repeats.
 */
import type { Announcement, Digest } from "../protocol/gossip.ts";
import { DIGEST_MS } from "../protocol/limits.ts";
import type { Clock, Gossip, Timer } from "./ports.ts";

type Unsigned<Message> = Omit<Message, "from" | "epoch" | "seq">;

export interface DigesterParts {
	readonly clock: Clock;
	readonly gossip: Gossip;
	/** Epoch of this node's session; 0 before there is one. */
	readonly epoch: () => number;
	readonly content: () => Omit<Unsigned<Digest>, "kind">;
}

export class Digester {
	#seq = 0;
	#timer: Timer | undefined;
	readonly #parts: DigesterParts;

	constructor(parts: DigesterParts) {
		this.#parts = parts;
	}

	start(): void {
		this.#timer = this.#parts.clock.after(DIGEST_MS, () => {
			this.publish({ kind: "digest", ...this.#parts.content() });
			this.start();
		});
	}

	stop(): void {
		this.#timer?.cancel();
	}

	/** Sends a message in this node's name. Before the first session it is not sent: nobody could tell it from a replay. */
	publish(message: Unsigned<Announcement> | Unsigned<Digest>): void {
		const { gossip, epoch } = this.#parts;
		if (epoch() === 0) return;
		this.#seq += 1;
		gossip.publish({
			...message,
			from: gossip.nodeId,
			epoch: epoch(),
			seq: this.#seq,
		});
	}

	/** What the next digest would say. */
	current(): Digest {
		const { gossip, epoch, content } = this.#parts;
		return {
			kind: "digest",
			from: gossip.nodeId,
			epoch: epoch(),
			seq: this.#seq,
			...content(),
		};
	}
}
