/**
 * Looks: asks the store of one shard whether it has news for this node when somebody says
 * that it may have: a peer, whose word may be false, or this node itself, for its users.
 * A look is a pulse before its time.
 *
 * The first message is heeded at once. The next look comes after LOOK_MS_MIN, and serves
 * all messages that came meanwhile. So nobody's messages cost more than that; and however
 * many of them are false, a true one among them is heeded as soon.
 */
import { LOOK_MS_MIN } from "../../protocol/limits.ts";
import type { Clock, Timer } from "../ports.ts";

export interface LooksParts {
	readonly clock: Clock;
	/** See renewer.ts. */
	readonly renewer: { look(): void };
}

export class Looks {
	#lookedMs = Number.NEGATIVE_INFINITY;
	#next: Timer | undefined;
	readonly #parts: LooksParts;

	constructor(parts: LooksParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#next?.cancel();
	}

	look(): void {
		if (this.#next !== undefined) return;
		const { clock, renewer } = this.#parts;
		const waitMs = this.#lookedMs + LOOK_MS_MIN - clock.monoMs();
		if (waitMs > 0) {
			this.#next = clock.after(Math.ceil(waitMs), () => {
				this.#next = undefined;
				this.look();
			});
			return;
		}
		this.#lookedMs = clock.monoMs();
		renewer.look();
	}
}
