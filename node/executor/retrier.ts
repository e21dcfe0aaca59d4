/**
 * Whether new workers of a kind can be had, and when to try again.
 *
 * Every worker loads the handler files anew. Whoever edits one under a running node saves
 * it half written now and then; and the system does not always have a worker to give. No
 * job is to blame for that. From the first worker that fails until the next one that
 * loads, the pool starts none for a job. A trial is made after a pause that doubles up to
 * THREAD_RETRY_MS_MAX, without end, so that nobody has to tell the node that the file is
 * good again. But while a worker is still there that was ended as it did not load, and
 * sits in a call that nothing ends, none is tried: each trial might leave another behind.
 *
 * Each cause is logged once, as an error; so is the recovery, once.
 */
import { THREAD_RETRY_MS_MAX } from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";

/** The first pause: whoever saves a file in two steps is done by then. */
const FIRST_PAUSE_MS = 250;

/** What the log calls each kind. */
interface Words {
	readonly none: string;
	readonly again: string;
}

export const THREADS: Words = {
	none: "no new worker thread: mend the cause, and the node goes on by itself; until then tasks run in the threads that have loaded before, or wait",
	again: "worker threads can be started again",
};
export const PROCESSES: Words = {
	none: "no process for a task that needs one of its own: mend the cause, and the node goes on by itself; until then such tasks wait",
	again: "processes for tasks can be started again",
};

export class Retrier {
	readonly #words: Words;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #tryAgain: () => void;
	#cause: string | undefined;
	#pauseMs = FIRST_PAUSE_MS;
	#pause: Timer | undefined;
	/** How many workers that did not load are still there. */
	#lingering = 0;
	/** A trial is due, and waits for these. */
	#isDue = false;
	#stopped = false;

	/** `tryAgain` starts a worker; the result is reported to `failed` or `succeeded`. */
	constructor(words: Words, clock: Clock, log: Log, tryAgain: () => void) {
		this.#words = words;
		this.#clock = clock;
		this.#log = log;
		this.#tryAgain = tryAgain;
	}

	/** Whether the last worker that was started did not load. */
	get failing(): boolean {
		return this.#cause !== undefined;
	}

	/** A worker did not load, or could not be had; this sentence says why. */
	failed(cause: string): void {
		if (this.#stopped) return;
		if (cause !== this.#cause) {
			this.#log.error({ cause }, this.#words.none);
		}
		this.#cause = cause;
		// If workers were started together, each of them fails; one trial is made for all.
		if (this.#pause !== undefined) return;
		this.#pause = this.#clock.after(this.#pauseMs, () => {
			this.#pause = undefined;
			this.#isDue = true;
			this.#tryIfDue();
		});
		this.#pauseMs = Math.min(this.#pauseMs * 2, THREAD_RETRY_MS_MAX);
	}

	/** A worker that did not load is still there, and cannot be ended. */
	lingers(): void {
		this.#lingering += 1;
	}

	/** One of those is gone. */
	gone(): void {
		this.#lingering -= 1;
		this.#tryIfDue();
	}

	#tryIfDue(): void {
		if (!this.#isDue || this.#lingering > 0 || this.#stopped) return;
		this.#isDue = false;
		this.#tryAgain();
	}

	/** A worker has loaded. True if it was in doubt whether one would. */
	succeeded(): boolean {
		if (this.#cause === undefined || this.#stopped) return false;
		this.#pause?.cancel();
		this.#pause = undefined;
		this.#isDue = false;
		this.#pauseMs = FIRST_PAUSE_MS;
		this.#cause = undefined;
		this.#log.info({}, this.#words.again);
		return true;
	}

	stop(): void {
		this.#stopped = true;
		this.#pause?.cancel();
	}
}
