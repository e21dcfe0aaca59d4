/**
 * Outflow: answers that their clients have not taken yet, a few megabytes at a time.
 *
 * An answer lies in memory until its client has taken it, and a client may take its time.
 * So answers that are not small are counted from before they are sent until they are out.
 * When there are too many, the next one waits, and the client that takes its answer most
 * slowly, if it has had at least a second, is cut off in its favour: slow readers hold
 * memory only as long as nobody else needs it. A client that takes nothing at all is cut
 * off after a while in any case.
 *
 * Handing megabytes to the system takes milliseconds, so only so much is begun in one
 * turn of the event loop. An answer goes out in slices, which show how much of it is
 * taken; only the next slice exists as bytes besides the text. Files are buffers, which
 * all answers share: of them only that counts which is begun in one turn.
 */
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import {
	CONNECTION_IDLE_MS,
	READ_PATIENCE_MS,
	UNSENT_BYTES_MAX,
	UNSENT_GRACE_MS,
	UNSENT_PACE_MIN,
	UNSENT_SLICE_BYTES,
	UNSENT_SMALL_BYTES,
	UNSENT_TURN_BYTES,
} from "../../../protocol/limits.ts";
import type { Clock, Timer } from "../../ports.ts";
import { Pace } from "./pace.ts";

interface Unsent {
	readonly raw: FastifyReply["raw"];
	readonly socket: Socket;
	readonly text: string;
	/** Lets the answer be sent. */
	readonly go: (error: null, payload: Readable | string) => void;
	bytes: number;
	pace: Pace;
}

/** An answer in slices. */
class Slices extends Readable {
	readonly #text: string;
	readonly #pace: Pace;
	#at = 0;

	constructor(text: string, pace: Pace) {
		super({ highWaterMark: UNSENT_SLICE_BYTES });
		this.#text = text;
		this.#pace = pace;
	}

	override _read(): void {
		const end = sliceEnd(this.#text, this.#at + UNSENT_SLICE_BYTES);
		const slice = Buffer.from(this.#text.slice(this.#at, end));
		this.#at = end;
		this.#pace.count(slice.length);
		this.push(slice.length === 0 ? null : slice);
	}
}

/** Near `at`, but not within a character. */
function sliceEnd(text: string, at: number): number {
	const code = text.charCodeAt(at - 1);
	return code >= 0xd800 && code < 0xdc00 ? at + 1 : at;
}

export class Outflow {
	readonly #clock: Clock;
	/** In the order in which they came. */
	readonly #held = new Set<Unsent>();
	readonly #waiting = new Set<Unsent>();
	/** Files that are not begun yet, in the order in which they came. */
	readonly #files: { readonly bytes: number; readonly go: () => void }[] = [];
	#bytes = 0;
	/** Sent in this turn. */
	#turnBytes = 0;
	#timer: Timer | undefined;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	watch(app: FastifyInstance): void {
		app.addHook("onSend", (request, reply, payload, done) => {
			if (Buffer.isBuffer(payload) && payload.length >= UNSENT_SMALL_BYTES) {
				this.#files.push({ bytes: payload.length, go: done });
				this.#beginFiles();
				return;
			}
			if (typeof payload !== "string" || payload.length < UNSENT_SMALL_BYTES)
				return done();
			this.#add({
				raw: reply.raw,
				// The answer itself has no socket while an earlier one of the connection is not
				// out.
				socket: request.raw.socket,
				text: payload,
				bytes: 0,
				go: (error, sent) => {
					if (typeof sent !== "string")
						reply.header("content-length", Buffer.byteLength(payload));
					done(error, sent);
				},
				pace: this.#newPace(),
			});
		});
	}

	#add(unsent: Unsent): void {
		if (unsent.raw.closed) {
			unsent.go(null, "");
			return;
		}
		this.#waiting.add(unsent);
		unsent.raw.once("close", () => {
			unsent.socket.setTimeout(CONNECTION_IDLE_MS);
			if (this.#waiting.delete(unsent)) unsent.go(null, "");
			this.#release(unsent);
			this.#admit();
		});
		this.#admit();
	}

	#admit(): void {
		for (const unsent of this.#waiting) {
			if (this.#turnBytes >= UNSENT_TURN_BYTES) return;
			while (!this.#hasRoomFor(unsent)) if (!this.#cutSlowest()) return;
			this.#waiting.delete(unsent);
			this.#held.add(unsent);
			unsent.bytes = Buffer.byteLength(unsent.text);
			this.#bytes += unsent.bytes;
			this.#count(unsent.bytes);
			unsent.pace = this.#newPace();
			// Halved, because a socket that has something unsent is given its time twice.
			unsent.socket.setTimeout(READ_PATIENCE_MS / 2);
			unsent.go(null, new Slices(unsent.text, unsent.pace));
		}
	}

	#beginFiles(): void {
		while (this.#turnBytes < UNSENT_TURN_BYTES) {
			const file = this.#files.shift();
			if (file === undefined) return;
			this.#count(file.bytes);
			file.go();
		}
	}

	#count(bytes: number): void {
		if (this.#turnBytes === 0)
			this.#clock.soon(() => {
				this.#turnBytes = 0;
				this.#beginFiles();
				this.#admit();
			});
		this.#turnBytes += bytes;
	}

	/** An answer that is larger than all the room there is goes alone. */
	#hasRoomFor({ text }: Unsent): boolean {
		const bytes = this.#bytes + text.length;
		return this.#held.size === 0 || bytes <= UNSENT_BYTES_MAX;
	}

	/**
	 * False if none is slow, or has had its time; then they are checked again a while
	 * later.
	 */
	#cutSlowest(): boolean {
		const nowMs = this.#clock.monoMs();
		let slowest: Unsent | undefined;
		let pace = UNSENT_PACE_MIN;
		for (const unsent of this.#held) {
			const its = unsent.pace.at(nowMs);
			if (its >= pace) continue;
			slowest = unsent;
			pace = its;
		}
		if (slowest === undefined) {
			this.#timer ??= this.#clock.after(UNSENT_GRACE_MS, () => {
				this.#timer = undefined;
				this.#admit();
			});
			return false;
		}
		slowest.socket.destroy();
		this.#release(slowest);
		return true;
	}

	#newPace(): Pace {
		return new Pace(this.#clock.monoMs(), UNSENT_GRACE_MS);
	}

	#release(unsent: Unsent): void {
		if (this.#held.delete(unsent)) this.#bytes -= unsent.bytes;
	}
}
