/**
 * Places: only so many answers of one kind are read from the store at once.
 *
 * What is read costs its bytes on the one connection to the store, where lease renewals
 * must get through as well, and in memory until the answer may be sent (see outflow.ts).
 * So a request takes a place before it reads, and gives it back when its answer is on its
 * way out. Others wait their turn: a limited number, and not for long.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import { READ_PATIENCE_MS } from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { Clock } from "../../ports.ts";

export const readsFull: Problem = {
	code: "overloaded",
	detail:
		"The node answers as many such requests as it can; try again shortly, or another node.",
};

/** What may be read at once. */
export interface Reads {
	readonly lists: Places;
	/** Lists for which much may have to be searched. */
	readonly searches: Places;
	/** One task each. */
	readonly tasks: Places;
}

type Raw = FastifyReply["raw"];

export class Places {
	readonly #clock: Clock;
	readonly #max: number;
	readonly #waitingMax: number;
	readonly #held = new Set<Raw>();
	/** In the order in which they came; each is told when it has a place. */
	readonly #waiting = new Set<() => void>();

	constructor(clock: Clock, max: number, waitingMax: number) {
		this.#clock = clock;
		this.#max = max;
		this.#waitingMax = waitingMax;
	}

	/**
	 * Answers that are sent give their places back. Hooks that were added earlier have run
	 * by then.
	 */
	watch(app: FastifyInstance): void {
		app.addHook("onSend", (_request, reply, _payload, done) => {
			this.leave(reply);
			done();
		});
	}

	/** Whether there is a place for this answer, perhaps after a while. */
	enter({ raw }: FastifyReply): boolean | Promise<boolean> {
		if (raw.closed) return false;
		if (this.#held.has(raw)) return true;
		if (this.#held.size >= this.#max || this.#waiting.size > 0)
			return this.#turn(raw);
		this.#hold(raw);
		return true;
	}

	leave({ raw }: FastifyReply): void {
		this.#leave(raw);
	}

	#leave(raw: Raw): void {
		if (!this.#held.delete(raw) || this.#waiting.size === 0) return;
		// In another turn: otherwise one answer after the other would fill this one.
		this.#clock.soon(() => {
			const [next] = this.#waiting;
			if (this.#held.size < this.#max) next?.();
		});
	}

	#hold(raw: Raw): void {
		this.#held.add(raw);
		raw.once("close", () => this.#leave(raw));
	}

	/** False if too many wait, it took too long, or the client is gone. */
	#turn(raw: Raw): Promise<boolean> | boolean {
		if (this.#waiting.size >= this.#waitingMax) return false;
		return new Promise((resolve) => {
			const end = (hasPlace: boolean) => {
				this.#waiting.delete(called);
				tooLong.cancel();
				raw.off("close", gone);
				// At once, before another request comes or this one goes.
				if (hasPlace) this.#hold(raw);
				resolve(hasPlace);
			};
			const called = () => end(true);
			const gone = () => end(false);
			const tooLong = this.#clock.after(READ_PATIENCE_MS, gone);
			this.#waiting.add(called);
			raw.once("close", gone);
		});
	}
}
