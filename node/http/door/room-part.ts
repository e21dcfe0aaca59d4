/**
 * RoomPart: one part of the room for answers (see room.ts), with so many bytes and a queue
 * of its own.
 *
 * What finds no room waits, in the order in which it came, and the slowest client of this
 * part is cut off in its favour, once it is behind (see stake.ts).
 */

import { UNSENT_GRACE_MS } from "../../../protocol/limits.ts";
import type { Clock, Timer } from "../../ports.ts";
import type { CutOffs } from "./cut-offs.ts";
import type { Raw, Stake } from "./stake.ts";
import type { Turn } from "./turn.ts";

export interface RoomTools {
	readonly clock: Clock;
	readonly turn: Turn;
	readonly cutOffs: CutOffs;
}

export class RoomPart {
	readonly #tools: RoomTools;
	readonly #bytesMax: number;
	/** The stakes that have room, by their answers; those that wait are not among them. */
	readonly #held = new Map<Raw, Stake>();
	readonly #waiting = new Map<Raw, Stake>();
	#bytes = 0;
	#timer: Timer | undefined;

	constructor(tools: RoomTools, bytesMax: number) {
		this.#tools = tools;
		this.#bytesMax = bytesMax;
		tools.turn.onNext(() => this.#admit());
	}

	/** The stake of this answer in the part. */
	of(raw: Raw): Stake | undefined {
		return this.#held.get(raw);
	}

	/** Whether there is room for a stake: at once, or after a while. */
	enter(stake: Stake, patienceMs: number | undefined): true | Promise<boolean> {
		if (
			this.#waiting.size === 0 &&
			this.#tools.turn.hasLeft &&
			this.#makeRoom(stake.bytes)
		) {
			this.#hold(stake);
			return true;
		}
		return this.#wait(stake, patienceMs);
	}

	/** Lets a stake in at once, whether there is room or not; slow ones make room for it. */
	take(stake: Stake): void {
		this.#hold(stake);
		this.#relieve();
	}

	/** Whether so many bytes would find room now without anybody being cut off. */
	hasRoom(bytes: number): boolean {
		return this.#waiting.size === 0 && this.#bytes + bytes <= this.#bytesMax;
	}

	/** Whether a stake that is in it may grow by so many bytes. */
	fits(bytes: number): boolean {
		return this.#held.size === 1 || this.#bytes + bytes <= this.#bytesMax;
	}

	resize(stake: Stake, bytes: number): void {
		this.#bytes += bytes - stake.bytes;
		stake.bytes = bytes;
		this.#relieve();
		this.#admit();
	}

	/** Removes a stake: its answer needs no room, or is gone. */
	leave(raw: Raw): void {
		const stake = this.#held.get(raw);
		if (stake !== undefined) this.#release(stake);
		this.#admit();
	}

	/** Removes a stake that waits. */
	giveUp(raw: Raw): void {
		this.#waiting.get(raw)?.settle?.(false);
	}

	#wait(stake: Stake, patienceMs: number | undefined): Promise<boolean> {
		return new Promise((resolve) => {
			const tooLong =
				patienceMs === undefined
					? undefined
					: this.#tools.clock.after(patienceMs, () => stake.settle?.(false));
			stake.settle = (hasRoom) => {
				this.#waiting.delete(stake.raw);
				tooLong?.cancel();
				stake.settle = undefined;
				resolve(hasRoom);
				// Those behind it may be smaller.
				if (!hasRoom) this.#admit();
			};
			this.#waiting.set(stake.raw, stake);
			this.#admit();
		});
	}

	#admit(): void {
		for (const stake of this.#waiting.values()) {
			if (!this.#tools.turn.hasLeft || !this.#makeRoom(stake.bytes)) return;
			this.#hold(stake);
			stake.settle?.(true);
		}
	}

	#hold(stake: Stake): void {
		this.#held.set(stake.raw, stake);
		this.#bytes += stake.bytes;
		this.#tools.turn.count(stake.bytes);
	}

	/** Whether there is room, if need be after cutting off slow clients. An answer larger than the whole part goes alone. */
	#makeRoom(bytes: number): boolean {
		while (this.#held.size > 0 && this.#bytes + bytes > this.#bytesMax)
			if (!this.#cutSlowest()) return false;
		return true;
	}

	/** Cuts off slow clients while the part holds more than it should. */
	#relieve(): void {
		while (this.#held.size > 1 && this.#bytes > this.#bytesMax)
			if (!this.#cutSlowest()) return;
	}

	/** Cuts off the client that is furthest behind. False if none is; then they are looked at again later. */
	#cutSlowest(): boolean {
		let slowest: Stake | undefined;
		let most = -1;
		for (const stake of this.#held.values()) {
			const { behindMs } = stake;
			if (behindMs === undefined || behindMs <= most) continue;
			slowest = stake;
			most = behindMs;
		}
		if (slowest === undefined) {
			this.#timer ??= this.#tools.clock.after(UNSENT_GRACE_MS, () => {
				this.#timer = undefined;
				this.#relieve();
				this.#admit();
			});
			return false;
		}
		this.#tools.cutOffs.count("slow");
		slowest.socket.destroy();
		this.#release(slowest);
		return true;
	}

	#release(stake: Stake): void {
		if (this.#held.delete(stake.raw)) this.#bytes -= stake.bytes;
	}
}
