/**
 * A clock that is turned by hand: time stands still until it is told to run,
 * then jumps from one timer to the next. With it a whole cluster lives through
 * an hour in an instant, and in the same order every time.
 *
 * What happens in which order, as in Node itself:
 *
 *   1. promises: whatever can go on without a clock goes on first;
 *   2. `soon` callbacks, in the order in which they were asked for;
 *   3. timers, by the time at which they are due and, within one instant, in
 *      the order in which they were set. After each, again from 1.
 *
 * A timer set for a time that is past, or for now, is due at once but still
 * goes after every `soon` callback. Time never moves while something is left
 * to do, so all that happens at one instant sees the same time.
 *
 * Not for code that waits for the real world (sockets, workers, files): the
 * clock does not wait with it.
 */
import type { Clock, Timer } from "../node/ports.ts";
import { TimerHeap } from "./timer-heap.ts";

/** Where the wall clock starts: a day on which every creation number is positive. */
const WALL_START_MS = Date.UTC(2026, 6, 1);

/**
 * How often the real event loop has its turn, so that a signal, or a test's own limit of
 * time, ends a long run. A turn costs more than most events do.
 */
const EVENTS_BETWEEN_TURNS = 512;

export class VirtualClock implements Clock {
	readonly #timers = new TimerHeap();
	readonly #wallStartMs: number;
	#soon: (() => void)[] = [];
	#nowMs = 0;
	#running = false;

	constructor(wallStartMs = WALL_START_MS) {
		this.#wallStartMs = wallStartMs;
	}

	monoMs(): number {
		return this.#nowMs;
	}

	wallMs(): number {
		return this.#wallStartMs + Math.floor(this.#nowMs);
	}

	after(ms: number, fn: () => void): Timer {
		return this.#timers.add(this.#nowMs + Math.max(0, ms), fn);
	}

	soon(fn: () => void): void {
		this.#soon.push(fn);
	}

	/** Lets `ms` pass, with everything that is due within it, its end included. */
	async runFor(ms: number): Promise<void> {
		await this.runUntil(() => false, ms);
	}

	/**
	 * Lets time pass until `done`, asked after each event, says so: true; or
	 * until `withinMs` have passed without it: false. An event that throws
	 * ends the run with its error.
	 */
	async runUntil(done: () => boolean, withinMs: number): Promise<boolean> {
		if (this.#running) throw new Error("the clock is running already");
		this.#running = true;
		try {
			const endMs = this.#nowMs + withinMs;
			let events = 0;
			do {
				await settled();
				if (++events % EVENTS_BETWEEN_TURNS === 0) await turn();
				if (done()) return true;
			} while (this.#step(endMs));
			this.#nowMs = endMs;
			return false;
		} finally {
			this.#running = false;
		}
	}

	/** The next event up to `endMs`, if there is one. */
	#step(endMs: number): boolean {
		const soon = this.#soon.shift();
		if (soon !== undefined) {
			soon();
			return true;
		}
		const timer = this.#timers.take(endMs);
		if (timer === undefined) return false;
		this.#nowMs = timer.atMs;
		timer.fn();
		return true;
	}
}

/**
 * Resolves when no promise is left that can go on by itself. Node empties its
 * queue of microtasks, however long it grows, before it runs the next tick.
 */
function settled(): Promise<void> {
	return new Promise((resolve) => process.nextTick(resolve));
}

/** Resolves after one turn of the real event loop, which ticks alone never reach. */
function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
