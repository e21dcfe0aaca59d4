/**
 * Room: how many bytes of answers a node holds that are made and that the system has not
 * taken yet, over all connections.
 *
 * An answer lies in memory until its client has taken it, and a client may take its time.
 * So an answer that is not small has a stake in the room: from before it is made, if its
 * size is known by then, until it is out. If there is no room, it waits, in the order in
 * which they came, and the slowest client is cut off in its favour: one whose answer has
 * been going out for a while, at less than UNSENT_PACE_MIN all in all. An honest client
 * with a slow line is faster than that, also if its own system takes much at once and
 * then nothing for a while. So slow readers hold memory only as long as nobody else needs
 * it. A client that takes nothing at all is cut off after READ_PATIENCE_MS in any case.
 *
 * Making megabytes, and handing them to the system, takes milliseconds, so only so much is
 * let in within one turn of the event loop.
 */
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import {
	UNSENT_BYTES_MAX,
	UNSENT_GRACE_MS,
	UNSENT_PACE_MIN,
} from "../../../protocol/limits.ts";
import type { Clock, Timer } from "../../ports.ts";
import type { CutOffs } from "./cut-offs.ts";
import type { Turn } from "./turn.ts";

type Raw = FastifyReply["raw"];

/** What one answer has of the room, or waits for. */
class Stake {
	readonly raw: Raw;
	/** An answer has none while an earlier one of the connection is not out. */
	readonly socket: Socket;
	bytes: number;
	/** Called when there is room for it, or will not be. */
	settle: ((hasRoom: boolean) => void) | undefined;
	#sentMs: number | undefined;
	#taken = 0;

	constructor(raw: Raw, socket: Socket, bytes: number) {
		this.raw = raw;
		this.socket = socket;
		this.bytes = bytes;
	}

	/** It is on its way. */
	sent(nowMs: number): void {
		this.#sentMs ??= nowMs;
	}

	/** So many more bytes were taken. */
	took(bytes: number): void {
		this.#taken += bytes;
	}

	/** Bytes a millisecond since it was sent; infinite for what has had no time yet. */
	paceAt(nowMs: number): number {
		const ms = nowMs - (this.#sentMs ?? nowMs);
		return ms < UNSENT_GRACE_MS ? Number.POSITIVE_INFINITY : this.#taken / ms;
	}
}

export class Room {
	readonly #clock: Clock;
	readonly #turn: Turn;
	readonly #cutOffs: CutOffs;
	/** By their answers; those that wait are not among them. */
	readonly #held = new Map<Raw, Stake>();
	readonly #waiting = new Map<Raw, Stake>();
	/** Of which it learns when they are over. */
	readonly #watched = new WeakSet<Raw>();
	#bytes = 0;
	#timer: Timer | undefined;

	constructor(clock: Clock, turn: Turn, cutOffs: CutOffs) {
		this.#clock = clock;
		this.#turn = turn;
		this.#cutOffs = cutOffs;
		turn.onNext(() => this.#admit());
	}

	/**
	 * Whether there is room for so many bytes of this answer: at once, or after a while. False
	 * if there is none within `patienceMs`, or the client is gone.
	 */
	enter(
		{ raw: { socket } }: FastifyRequest,
		{ raw }: FastifyReply,
		bytes: number,
		patienceMs?: number,
	): true | Promise<boolean> {
		const own = this.#held.get(raw);
		if (own !== undefined) {
			this.#resize(own, bytes);
			return true;
		}
		const stake = new Stake(raw, socket, bytes);
		if (raw.closed) return Promise.resolve(false);
		if (!this.#watched.has(raw)) {
			this.#watched.add(raw);
			raw.once("close", () => this.#gone(raw));
		}
		if (
			this.#waiting.size === 0 &&
			this.#turn.hasLeft &&
			this.#makeRoom(stake)
		) {
			this.#hold(stake);
			return true;
		}
		return this.#wait(stake, patienceMs);
	}

	/** The answer is on its way, and its pace counts. Undefined if it has no stake. */
	sent(raw: Raw): Stake | undefined {
		const stake = this.#held.get(raw);
		stake?.sent(this.#clock.monoMs());
		return stake;
	}

	/** It is out, or small: it needs no room. */
	leave(raw: Raw): void {
		const stake = this.#held.get(raw);
		if (stake !== undefined) this.#release(stake);
		this.#admit();
	}

	#wait(stake: Stake, patienceMs: number | undefined): Promise<boolean> {
		return new Promise((resolve) => {
			const tooLong =
				patienceMs === undefined
					? undefined
					: this.#clock.after(patienceMs, () => stake.settle?.(false));
			stake.settle = (hasRoom) => {
				this.#waiting.delete(stake.raw);
				tooLong?.cancel();
				stake.settle = undefined;
				resolve(hasRoom);
			};
			this.#waiting.set(stake.raw, stake);
			this.#admit();
		});
	}

	#admit(): void {
		for (const stake of this.#waiting.values()) {
			if (!this.#turn.hasLeft || !this.#makeRoom(stake)) return;
			this.#hold(stake);
			stake.settle?.(true);
		}
	}

	#hold(stake: Stake): void {
		this.#held.set(stake.raw, stake);
		this.#bytes += stake.bytes;
		this.#turn.count(stake.bytes);
	}

	/** An answer that is larger than all the room there is goes alone. */
	#makeRoom({ bytes }: Stake): boolean {
		while (this.#held.size > 0 && this.#bytes + bytes > UNSENT_BYTES_MAX)
			if (!this.#cutSlowest()) return false;
		return true;
	}

	/**
	 * False if none is slow, or has had its time; then they are looked at again a while
	 * later.
	 */
	#cutSlowest(): boolean {
		const nowMs = this.#clock.monoMs();
		let slowest: Stake | undefined;
		let pace = UNSENT_PACE_MIN;
		for (const stake of this.#held.values()) {
			const its = stake.paceAt(nowMs);
			if (its >= pace) continue;
			slowest = stake;
			pace = its;
		}
		if (slowest === undefined) {
			this.#timer ??= this.#clock.after(UNSENT_GRACE_MS, () => {
				this.#timer = undefined;
				this.#admit();
			});
			return false;
		}
		this.#cutOffs.count("slow");
		slowest.socket.destroy();
		this.#release(slowest);
		return true;
	}

	#gone(raw: Raw): void {
		this.#waiting.get(raw)?.settle?.(false);
		this.leave(raw);
	}

	#resize(stake: Stake, bytes: number): void {
		this.#bytes += bytes - stake.bytes;
		stake.bytes = bytes;
	}

	#release(stake: Stake): void {
		if (this.#held.delete(stake.raw)) this.#bytes -= stake.bytes;
	}
}
