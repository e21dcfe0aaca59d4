/**
 * The end of one worker by force, from the order until it is gone, and what is done about
 * one that is still there.
 *
 * A thread in a call that waits for a process ends with that process, so this is ended,
 * too. A thread in a call that nothing ends (it reads a pipe that nobody writes to, or
 * computes in a library) stays until the call is over. It is left behind: the engine has
 * the order, and lets it run no line of its code any more, so its jobs have ended. If it
 * is there for much longer it was not just slow to go, and is taken for blocked.
 *
 * Time is counted in looks, so that a pause of the whole node is not held against the
 * worker.
 */
import {
	BLOCKED_MS,
	END_BY_FORCE_MS,
	LEFT_BEHIND_MS,
} from "../../protocol/limits.ts";
import type { Clock, Timer } from "../ports.ts";
import type { LiveJob } from "./live-job.ts";
import type { ThreadEvents } from "./thread-events.ts";

/** Time between looks at a worker that does not end. */
const LOOK_MS = 50;
/** Time between looks at a worker that is taken for blocked. */
const LATE_LOOK_MS = 1_000;
const LOOKS_UNTIL_LEFT = Math.ceil(
	(LEFT_BEHIND_MS - END_BY_FORCE_MS) / LOOK_MS,
);
const LOOKS_UNTIL_BLOCKED = Math.ceil((BLOCKED_MS - END_BY_FORCE_MS) / LOOK_MS);

/** The worker whose end this is. */
export interface Lingering {
	/** Gives up waiting for the worker, and settles all jobs. Returns those whose code had begun. */
	leaveBehind(): readonly LiveJob[];
}

export class ForcedEnd {
	/** The thread as the system names it, once that is known. */
	systemThread: number | undefined;
	readonly #clock: Clock;
	readonly #events: Pick<ThreadEvents, "onStuck" | "onBlocked">;
	readonly #worker: Lingering;
	#timer: Timer | undefined;
	#looks = 0;
	#isOver = false;
	/** Whether the worker is still there although it was ended, and is no longer waited for. */
	leftBehind = false;
	#left: readonly LiveJob[] = [];

	constructor(
		clock: Clock,
		events: Pick<ThreadEvents, "onStuck" | "onBlocked">,
		worker: Lingering,
	) {
		this.#clock = clock;
		this.#events = events;
		this.#worker = worker;
	}

	/**
	 * The worker was told to end. May be called more than once, and also when it is gone: its
	 * last words may be heard after its exit.
	 */
	begin(): void {
		if (this.#isOver) return;
		this.#timer ??= this.#clock.after(END_BY_FORCE_MS, () => this.#look());
	}

	/** The worker is gone. */
	over(): void {
		this.#isOver = true;
		this.#timer?.cancel();
	}

	#look(): void {
		const { systemThread } = this;
		if (systemThread !== undefined) this.#events.onStuck(systemThread);
		if (this.#looks === LOOKS_UNTIL_LEFT) {
			this.leftBehind = true;
			this.#left = this.#worker.leaveBehind();
		}
		if (this.#looks === LOOKS_UNTIL_BLOCKED) this.#events.onBlocked(this.#left);
		const ms = this.#looks < LOOKS_UNTIL_BLOCKED ? LOOK_MS : LATE_LOOK_MS;
		this.#looks += 1;
		this.#timer = this.#clock.after(ms, () => this.#look());
	}
}
