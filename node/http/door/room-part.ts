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
	/** By their answers; those that wait are not among them. */
	readonly #held = new Map<Raw, Stake>();
	readonly #waiting = new Map<Raw, Stake>();
	#bytes = 0;
	#timer: Timer | undefined;

	constructor(tools: RoomTools, bytesMax: number) {
		this.#tools = tools;
		this.#bytesMax = bytesMax;
		tools.turn.onNext(() => this.#admit());
	}

	/** What this answer has of it. */
	of(raw: Raw): Stake | undefined {
		return this.#held.get(raw);
	}

	/** Whether there is room: at once, or after a while. */
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

	/** At once, whether there is room or not: others make room for it, if they are slow. */
	take(stake: Stake): void {
		this.#hold(stake);
		this.#relieve();
	}

	/** Whether another would find room now, and nobody be cut off for it. */
	hasRoom(bytes: number): boolean {
		return this.#waiting.size === 0 && this.#bytes + bytes <= this.#bytesMax;
	}

	/** Whether one that is in it may grow by so much. */
	fits(bytes: number): boolean {
		return this.#held.size === 1 || this.#bytes + bytes <= this.#bytesMax;
	}

	resize(stake: Stake, bytes: number): void {
		this.#bytes += bytes - stake.bytes;
		stake.bytes = bytes;
		this.#relieve();
		this.#admit();
	}

	/** It needs no room, or is gone. */
	leave(raw: Raw): void {
		const stake = this.#held.get(raw);
		if (stake !== undefined) this.#release(stake);
		this.#admit();
	}

	/** It waits no more. */
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
				// Who waits behind it may be smaller.
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

	/** An answer that is larger than all there is goes alone. */
	#makeRoom(bytes: number): boolean {
		while (this.#held.size > 0 && this.#bytes + bytes > this.#bytesMax)
			if (!this.#cutSlowest()) return false;
		return true;
	}

	/** While more is in it than there should be, the slow ones go. */
	#relieve(): void {
		while (this.#held.size > 1 && this.#bytes > this.#bytesMax)
			if (!this.#cutSlowest()) return;
	}

	/** False if none is behind; then they are looked at again a while later. */
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
