/**
 * Stake: what one answer has of the room (see room.ts), or waits for, and how fast its
 * client takes it.
 *
 * It counts in full until the answer is out: the slices of a text are views of the whole
 * text, which therefore stays in memory until the last of them is taken.
 *
 * A client has to take UNSENT_PACE_MIN, and every byte that it takes puts it ahead. It may
 * be READ_PATIENCE_MS ahead and no more: so its system may take much at once and then
 * nothing for a while, but fast megabytes at first do not pay for a trickle of minutes.
 */
import type { Socket } from "node:net";
import type { FastifyReply } from "fastify";
import {
	READ_PATIENCE_MS,
	UNSENT_GRACE_MS,
	UNSENT_PACE_MIN,
} from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";

export type Raw = FastifyReply["raw"];

export class Stake {
	readonly raw: Raw;
	/** The connection; `raw` has none while an earlier answer of it is not out. */
	readonly socket: Socket;
	bytes: number;
	/** Called when there is room for it, or when it is certain that there will be none. */
	settle: ((hasRoom: boolean) => void) | undefined;
	readonly #clock: Pick<Clock, "monoMs">;
	/** When it was last calculated how far ahead the client is; undefined before the answer is sent. */
	#atMs: number | undefined;
	#aheadMs = 0;
	#isOnWire = false;

	constructor(
		raw: Raw,
		socket: Socket,
		bytes: number,
		clock: Pick<Clock, "monoMs">,
	) {
		this.raw = raw;
		this.socket = socket;
		this.bytes = bytes;
		this.#clock = clock;
	}

	/** The answer is on its way, so its client's pace counts from now on. */
	sent(): void {
		if (this.#atMs !== undefined) return;
		this.#atMs = this.#clock.monoMs();
		// Behind another answer nobody can take it. But a client that keeps one answer behind
		// another must not keep the room for as long as it likes; and the other one may wait
		// for the very room that this one has.
		this.#aheadMs = READ_PATIENCE_MS;
		this.#reckon();
	}

	/** The client has taken so many more bytes. */
	took(bytes: number): void {
		this.#reckon();
		this.#aheadMs = Math.min(
			READ_PATIENCE_MS,
			this.#aheadMs + bytes / UNSENT_PACE_MIN,
		);
	}

	/** How far the client is behind; undefined if it is not. */
	get behindMs(): number | undefined {
		if (this.#atMs === undefined) return undefined;
		this.#reckon();
		return this.#aheadMs > 0 ? undefined : -this.#aheadMs;
	}

	#reckon(): void {
		const nowMs = this.#clock.monoMs();
		if (!this.#isOnWire && this.raw.socket !== null) {
			this.#isOnWire = true;
			this.#aheadMs = UNSENT_GRACE_MS;
		} else this.#aheadMs -= nowMs - (this.#atMs ?? nowMs);
		this.#atMs = nowMs;
	}
}
