/**
 * Places: only so many answers of one kind are read from the store at once.
 *
 * What is read costs its bytes on the one connection to the store, where lease renewals
 * must get through as well, and in memory until the answer may be sent (see outflow.ts).
 * So a request takes a place before it reads, and gives it back when its answer is on its
 * way out: what has been read and waits for room counts as being read. Others wait their
 * turn: a limited number, and not for long. (Places for large bodies are given back as soon
 * as the answer is made, whatever that waits for; see body.ts.)
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import {
	READ_PATIENCE_MS,
	READS_BYTES_MAX,
	READS_MAX,
	READS_MIN,
} from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { Clock } from "../../ports.ts";
import { FallingMax } from "./falling-max.ts";
import type { TaskReads } from "./task-reads.ts";

export const readsFull: Problem = {
	code: "overloaded",
	detail:
		"The node answers as many such requests as it can; try again shortly, or another node.",
};

/** The places for each kind of answer that is read from the store. */
export interface Reads {
	readonly lists: Places;
	/** Lists for which much may have to be searched. */
	readonly searches: Places;
	/** Lists of whole tasks, which may wait long for clients that take them slowly. */
	readonly wholes: Places;
	/** Single tasks. */
	readonly tasks: TaskReads;
}

type Raw = FastifyReply["raw"];

/** How many single tasks are read at once: the fewer, the larger they have been lately. */
export class ReadSizes {
	/** How many bytes a read is expected to bring. */
	readonly #bytes = new FallingMax();

	/** Takes note that a read has brought so many bytes. */
	learn(bytes: number): void {
		this.#bytes.learn(bytes);
	}

	get max(): number {
		const fit = Math.floor(READS_BYTES_MAX / Math.max(1, this.#bytes.value));
		return Math.max(READS_MIN, Math.min(READS_MAX, fit));
	}
}

/** One place in this many goes to those that yield to others, so that their turn comes, too. */
const LATER_SHARE = 4;

export class Places {
	readonly #clock: Clock;
	readonly #places: { readonly max: number };
	readonly #waitingMax: number;
	readonly #held = new Set<Raw>();
	/** Those that wait, in the order in which they came; each is called when it has a place. */
	readonly #waiting = new Set<() => void>();
	/** Those that yield to the others that wait, except at every LATER_SHARE-th place. */
	readonly #later = new Set<() => void>();
	#given = 0;

	/** `places.max`: how many there are, which may change at any time. */
	constructor(
		clock: Clock,
		places: { readonly max: number },
		waitingMax: number,
	) {
		this.#clock = clock;
		this.#places = places;
		this.#waitingMax = waitingMax;
	}

	/**
	 * Takes the places of answers back when they are sent. Hooks that were added earlier have run
	 * by then: after those of the outflow, an answer keeps its place while it waits for room.
	 */
	watch(app: FastifyInstance): void {
		app.addHook("onSend", (_request, reply, _payload, done) => {
			this.leave(reply);
			done();
		});
	}

	/**
	 * Whether there is a place for this answer, perhaps after a while. `isLater`: most others
	 * that wait go before it.
	 */
	enter({ raw }: FastifyReply, isLater = false): boolean | Promise<boolean> {
		if (raw.closed) return false;
		if (this.#held.has(raw)) return true;
		if (this.#held.size >= this.#places.max || this.#waitingCount > 0)
			return this.#turn(raw, isLater ? this.#later : this.#waiting);
		this.#hold(raw);
		return true;
	}

	leave({ raw }: FastifyReply): void {
		this.#leave(raw);
	}

	#leave(raw: Raw): void {
		if (!this.#held.delete(raw) || this.#waitingCount === 0) return;
		// In another turn: otherwise one answer after the other would fill this one.
		this.#clock.soon(() => {
			while (this.#held.size < this.#places.max && this.#waitingCount > 0)
				this.#next();
		});
	}

	get #waitingCount(): number {
		return this.#waiting.size + this.#later.size;
	}

	#next(): void {
		this.#given += 1;
		const isLaters = this.#given % LATER_SHARE === 0;
		const [first, second] = isLaters
			? [this.#later, this.#waiting]
			: [this.#waiting, this.#later];
		const [next] = first.size > 0 ? first : second;
		next?.();
	}

	#hold(raw: Raw): void {
		this.#held.add(raw);
		raw.once("close", () => this.#leave(raw));
	}

	/** Waits for a place; false if too many wait, it took too long, or the client is gone. */
	#turn(raw: Raw, waiting: Set<() => void>): Promise<boolean> | boolean {
		if (this.#waitingCount >= this.#waitingMax) return false;
		return new Promise((resolve) => {
			const end = (hasPlace: boolean) => {
				waiting.delete(called);
				tooLong.cancel();
				raw.off("close", gone);
				// At once, before another request comes or this one goes.
				if (hasPlace) this.#hold(raw);
				resolve(hasPlace);
			};
			const called = () => end(true);
			const gone = () => end(false);
			const tooLong = this.#clock.after(READ_PATIENCE_MS, gone);
			waiting.add(called);
			raw.once("close", gone);
		});
	}
}
