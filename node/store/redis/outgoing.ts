/**
 * When what is said to Redis leaves the node: after a quiet moment at once, and else all
 * that is said in one turn in one piece.
 *
 * Redis answers only when it has run all that it read at once: what belongs together (the
 * ends of some tasks, the claim of as many) is read together and answered before what
 * is sent next, so that Redis works on one batch while the node has another. Where
 * nothing else is under way that would only hold the first command up, for as long as the
 * turn has other things to do: a claim upon a hint, for the acknowledgement of the hint.
 */
import type { Writable } from "node:stream";
import type { Clock } from "../../ports.ts";

/** Without a command under way for so long it is quiet. Under load there is hardly ever such a pause. */
const QUIET_MS = 1;

export class Outgoing {
	readonly #clock: Clock;
	#underWay = 0;
	#lastMs = Number.NEGATIVE_INFINITY;
	#gathering = false;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** A command is about to be written to the stream. */
	begin(stream: Writable): void {
		this.#underWay += 1;
		if (this.#gathering || this.#isQuiet()) return;
		this.#gathering = true;
		stream.cork();
		process.nextTick(() => {
			this.#gathering = false;
			stream.uncork();
		});
	}

	/** It has been answered, or never will be. */
	end(): void {
		this.#underWay -= 1;
		this.#lastMs = this.#clock.monoMs();
	}

	#isQuiet(): boolean {
		return (
			this.#underWay === 1 && this.#clock.monoMs() - this.#lastMs >= QUIET_MS
		);
	}
}
