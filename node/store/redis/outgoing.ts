/**
 * When commands leave the node for Redis: at once after a quiet moment, and otherwise all
 * those of one turn in one piece.
 *
 * Redis answers only when it has run everything that it read at once. So what belongs
 * together (the ends of some tasks, the claim of as many) is read together and answered
 * before what is sent next, and Redis works on one batch while the node has another. If
 * nothing else is under way, gathering would only delay the first command for as long as
 * the turn has other things to do: for instance, a claim upon a hint for the
 * acknowledgement of the hint. A command that others are to follow at once is gathered
 * with them all the same.
 */
import type { Writable } from "node:stream";
import type { Clock } from "../../ports.ts";

/**
 * It is quiet after this long without a command under way. Under load there is hardly
 * ever such a pause.
 */
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
		if (!this.#isQuiet()) this.gather(stream);
	}

	/** What is written to the stream in the rest of this turn leaves in one piece. */
	gather(stream: Writable): void {
		if (this.#gathering) return;
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
