/**
 * Whether new threads can be had, and when that is tried again.
 *
 * Every thread loads the handler files anew, and whoever edits one under a
 * running node saves it half written now and then; nor has a system always a
 * thread to give. That is nobody's fault among the jobs. From the first thread
 * that fails to the next one that loads, the pool starts none for a job; a trial
 * is made after a pause that doubles up to THREAD_RETRY_MS_MAX, without
 * end, so that no one has to tell the node that the file is good again.
 *
 * Says so once for each cause, as an error, and once when it is over.
 */
import { THREAD_RETRY_MS_MAX } from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";

/** The first pause: whoever saves a file in two steps is done by then. */
const FIRST_PAUSE_MS = 250;

export class Retrier {
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #tryAgain: () => void;
	#cause: string | undefined;
	#pauseMs = FIRST_PAUSE_MS;
	#pause: Timer | undefined;
	#stopped = false;

	/** `tryAgain` starts a thread; how that went is told to `failed` or `succeeded`. */
	constructor(clock: Clock, log: Log, tryAgain: () => void) {
		this.#clock = clock;
		this.#log = log;
		this.#tryAgain = tryAgain;
	}

	/** The last thread that was started did not load. */
	get failing(): boolean {
		return this.#cause !== undefined;
	}

	/** A thread did not load, or could not be had, and this sentence says why. */
	failed(cause: string): void {
		if (this.#stopped) return;
		if (cause !== this.#cause) {
			this.#log.error(
				{ cause },
				"no new worker thread: mend the cause, and the node goes on by itself; until then tasks run in the threads that have loaded before, or wait",
			);
		}
		this.#cause = cause;
		// Of threads started together each fails; one trial is made for all.
		if (this.#pause !== undefined) return;
		this.#pause = this.#clock.after(this.#pauseMs, () => {
			this.#pause = undefined;
			this.#tryAgain();
		});
		this.#pauseMs = Math.min(this.#pauseMs * 2, THREAD_RETRY_MS_MAX);
	}

	/** A thread has loaded. True where that was in doubt before. */
	succeeded(): boolean {
		if (this.#cause === undefined || this.#stopped) return false;
		this.#pause?.cancel();
		this.#pause = undefined;
		this.#pauseMs = FIRST_PAUSE_MS;
		this.#cause = undefined;
		this.#log.info({}, "worker threads can be started again");
		return true;
	}

	stop(): void {
		this.#stopped = true;
		this.#pause?.cancel();
	}
}
