/**
 * Heartbeat: when a lease is renewed. A renewal begins 0.7–0.9 s after the one before has
 * ended, at random so that nodes do not renew in step, or at once if somebody has a reason
 * to hurry. One that came too early is followed by another as soon as it is not. One is
 * under way at a time.
 *
 * A renewal that is not answered in time is given up, and another begins soon. Its answer
 * may still come: its beat is over then, and whoever renews ignores it.
 *
 * Left to the renewer: what a renewal is, and what its answer means.
 */
import {
	PULSE_MS_MAX,
	PULSE_MS_MIN,
	RENEWAL_TIMEOUT_MS,
	TRUST_LOOK_MS,
} from "../../protocol/limits.ts";
import type { Clock, Random, Timer } from "../ports.ts";

/** One renewal, as long as somebody waits for its answer. */
export interface Beat {
	/** Whether nobody waits any more for its answer. */
	readonly isOver: boolean;
}

export interface HeartbeatParts {
	readonly clock: Clock;
	readonly random: Random;
	/** See renewer.ts. */
	readonly renewal: {
		/** Resolves when the renewal has succeeded or failed; if it came too early, with how long another would. */
		renew(beat: Beat): Promise<number | undefined>;
		/** The renewal was not answered in time. */
		gaveUp(): void;
	};
}

export class Heartbeat {
	/** When the last renewal began, on the monotonic clock; the outcome of the one before was known by then. */
	begunMs: number | undefined;
	#timer: Timer | undefined;
	/** The number of the renewal under way. */
	#beats = 0;
	#busy = false;
	/** Whether there may be news that the renewal under way does not bring. */
	#again = false;
	#stopped = false;
	readonly #parts: HeartbeatParts;

	constructor(parts: HeartbeatParts) {
		this.#parts = parts;
	}

	start(): void {
		void this.#beat();
	}

	/** Begins no further renewal; one under way is over. */
	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	/** Renews now, unless a renewal is under way. */
	hurry(): void {
		if (this.#stopped || this.#busy) return;
		this.#timer?.cancel();
		void this.#beat();
	}

	/** Renews now, or once more after a renewal under way, which may be too early. */
	look(): void {
		if (this.#busy) this.#again = true;
		else this.hurry();
	}

	async #beat(): Promise<void> {
		const { clock, random, renewal } = this.#parts;
		this.#busy = true;
		this.begunMs = clock.monoMs();
		const number = ++this.#beats;
		const isOver = () => this.#stopped || number !== this.#beats;
		const beat: Beat = {
			get isOver() {
				return isOver();
			},
		};
		this.#timer = clock.after(RENEWAL_TIMEOUT_MS, () => this.#giveUp(beat));
		const earlyMs = await renewal.renew(beat);
		if (beat.isOver) return;
		const ms = PULSE_MS_MIN + random.unit() * (PULSE_MS_MAX - PULSE_MS_MIN);
		this.#beatAfter(earlyMs ?? ms);
	}

	#giveUp(beat: Beat): void {
		if (beat.isOver) return;
		const { random, renewal } = this.#parts;
		this.#beats += 1;
		renewal.gaveUp();
		this.#beatAfter(random.unit() * TRUST_LOOK_MS);
	}

	#beatAfter(laterMs: number): void {
		const ms = this.#again ? 0 : laterMs;
		this.#again = false;
		this.#busy = false;
		this.#timer?.cancel();
		this.#timer = this.#parts.clock.after(ms, () => void this.#beat());
	}
}
