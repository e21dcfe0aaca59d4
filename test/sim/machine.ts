/**
 * Machine: one node's process and its clocks, as the simulator sees them.
 *
 * Everything that reaches a node comes through `run`: its timers, the answers of the
 * store, gossip, requests of clients. So a machine can be stopped as SIGSTOP stops a
 * process: its clocks go on, whatever came meanwhile is waiting when it wakes, and
 * everything that fell due fires at once. And it can die silently. Its clocks run a
 * little fast or slow against the true time.
 */
import type { Clock, Timer } from "../../node/ports.ts";
import type { VirtualClock } from "../clock.ts";

export class Machine implements Clock {
	/** How many of the node's own seconds a true second has. */
	readonly rate: number;
	alive = true;
	paused = false;
	readonly #true: VirtualClock;
	readonly #bornMs: number;
	#waiting: (() => void)[] = [];
	readonly #onDeath: (() => void)[] = [];

	constructor(trueClock: VirtualClock, rate: number) {
		this.#true = trueClock;
		this.#bornMs = trueClock.monoMs();
		this.rate = rate;
	}

	monoMs(): number {
		return (this.#true.monoMs() - this.#bornMs) * this.rate;
	}

	wallMs(): number {
		return this.#true.wallMs();
	}

	after(ms: number, fn: () => void): Timer {
		let cancelled = false;
		const timer = this.#true.after(ms / this.rate, () =>
			this.run(() => {
				if (!cancelled) fn();
			}),
		);
		return {
			cancel: () => {
				cancelled = true;
				timer.cancel();
			},
		};
	}

	soon(fn: () => void): void {
		this.#true.soon(() => this.run(fn));
	}

	/** Lets something happen in the node: now, when it wakes, or never. */
	run(event: () => void): void {
		if (!this.alive) return;
		if (this.paused || this.#waiting.length > 0) this.#waiting.push(event);
		else event();
	}

	pause(): void {
		this.paused = true;
	}

	resume(): void {
		this.paused = false;
		this.#catchUp();
	}

	kill(): void {
		if (!this.alive) return;
		this.alive = false;
		this.#waiting = [];
		for (const tell of this.#onDeath) tell();
	}

	onDeath(listener: () => void): void {
		this.#onDeath.push(listener);
	}

	/** Runs one event after another, with everything that follows from each in between. */
	#catchUp(): void {
		if (this.#waiting.length === 0) return;
		this.#true.soon(() => {
			if (this.paused || !this.alive) return;
			this.#waiting.shift()?.();
			this.#catchUp();
		});
	}
}
