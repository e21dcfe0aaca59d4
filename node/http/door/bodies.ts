/**
 * Bodies: what requests bring, held in memory until they are answered.
 *
 * What counts is what has arrived, not what is announced. Small bodies are bounded by the
 * number of connections. What exceeds a small body is counted in steps as it arrives,
 * over all requests. If there is no room for a step, the body that arrives most slowly is
 * dropped, once it has had a second: a few slow clients must not shut out all others. If
 * none is slow, the request that needs the step is refused.
 */
import type { IncomingMessage } from "node:http";
import {
	BODIES_BYTES_MAX,
	BODY_BYTES_MAX,
	BODY_GRACE_MS,
	BODY_SMALL_BYTES,
	BODY_STEP_BYTES,
} from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";
import { BodiesFull, BodyLost, BodyTooLarge } from "./answer.ts";
import { Pace } from "./pace.ts";

type Done = (error: Error | null, body?: Buffer, release?: () => void) => void;

/** A body that is arriving. */
interface Coming {
	bytes: number;
	/** How many of its bytes exceed a small body. */
	held: number;
	readonly pace: Pace;
	refuse: () => void;
}

export class Bodies {
	readonly #clock: Clock;
	readonly #coming = new Set<Coming>();
	#heldBytes = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/**
	 * Reads a whole body. `done` is given the function that releases its memory, to be
	 * called when the body has been processed.
	 */
	collect(stream: IncomingMessage, done: Done): void {
		const announced = Number(stream.headers["content-length"] ?? 0);
		if (announced > BODY_BYTES_MAX) {
			done(new BodyTooLarge());
			return;
		}
		const pieces = new Pieces();
		const coming: Coming = {
			bytes: 0,
			held: 0,
			pace: new Pace(this.#clock.monoMs(), BODY_GRACE_MS),
			refuse: () => end(new BodiesFull()),
		};
		this.#coming.add(coming);
		const end = (error: Error | null) => {
			if (!this.#coming.delete(coming)) return;
			stream.off("data", add).off("end", finish).off("error", fail);
			if (error === null) {
				return done(null, pieces.join(), () => this.#release(coming));
			}
			this.#release(coming);
			pieces.clear();
			stream.resume(); // The rest would be in the way of the next request.
			done(error);
		};
		const add = (chunk: Buffer) => {
			coming.bytes += chunk.length;
			coming.pace.count(chunk.length);
			if (coming.bytes > BODY_BYTES_MAX) end(new BodyTooLarge());
			else if (this.#hold(coming)) pieces.add(chunk, announced);
			else end(new BodiesFull());
		};
		const finish = () => end(null);
		const fail = () => end(new BodyLost());
		stream.on("data", add).on("end", finish).on("error", fail);
	}

	/** Whether there is room for what has arrived of it. */
	#hold(coming: Coming): boolean {
		if (coming.bytes <= BODY_SMALL_BYTES + coming.held) return true;
		coming.pace.at(this.#clock.monoMs());
		while (coming.bytes > BODY_SMALL_BYTES + coming.held) {
			if (this.#heldBytes + BODY_STEP_BYTES <= BODIES_BYTES_MAX) {
				this.#heldBytes += BODY_STEP_BYTES;
				coming.held += BODY_STEP_BYTES;
				continue;
			}
			const slowest = this.#slowerThan(coming);
			if (slowest === undefined) return false;
			slowest.refuse();
		}
		return true;
	}

	/** The slowest of the bodies that hold something. */
	#slowerThan(asking: Coming): Coming | undefined {
		const nowMs = this.#clock.monoMs();
		let slowest: Coming | undefined;
		let pace = asking.pace.at(nowMs);
		for (const coming of this.#coming) {
			if (coming === asking || coming.held === 0) continue;
			const its = coming.pace.at(nowMs);
			if (its >= pace) continue;
			slowest = coming;
			pace = its;
		}
		return slowest;
	}

	#release(coming: Coming): void {
		this.#heldBytes -= coming.held;
		coming.held = 0;
	}
}

/**
 * What has arrived of a body, copied together: thousands of chunks of one byte must not
 * cost a buffer each.
 */
class Pieces {
	#pieces: Buffer[] = [];
	/** How much of the last piece is filled. */
	#filled = 0;

	add(chunk: Buffer, announced: number): void {
		if (this.#pieces.length === 0 && chunk.length === announced) {
			this.#pieces.push(chunk); // The whole chunk.
			this.#filled = chunk.length;
			return;
		}
		for (let rest = chunk; rest.length > 0; ) {
			const copied = rest.copy(this.#last(), this.#filled);
			this.#filled += copied;
			rest = rest.subarray(copied);
		}
	}

	/** The last piece if it has room, or else a new one. */
	#last(): Buffer {
		const last = this.#pieces.at(-1);
		if (last !== undefined && this.#filled < last.length) return last;
		const next = Buffer.allocUnsafeSlow(
			last === undefined ? BODY_SMALL_BYTES : BODY_STEP_BYTES,
		);
		this.#pieces.push(next);
		this.#filled = 0;
		return next;
	}

	join(): Buffer {
		const last = this.#pieces.pop()?.subarray(0, this.#filled);
		if (last === undefined) return Buffer.alloc(0);
		return this.#pieces.length === 0
			? last
			: Buffer.concat([...this.#pieces, last]);
	}

	clear(): void {
		this.#pieces = [];
	}
}
