/**
 * Inlet: how much a peer may bring in a given time before its messages are looked at.
 *
 * Taking a message apart costs up to 0.2 ms, so a peer that floods could keep a node busy
 * with nothing else. Each bearer has HEARD_PER_S messages and HEARD_BYTES_PER_S bytes a
 * second, and may save up one second's worth; messages on top of that are dropped unread.
 * That is many times what a node says about itself, and what it passes on from others, in
 * the largest cluster.
 */
import { HEARD_BYTES_PER_S, HEARD_PER_S } from "../../protocol/limits.ts";

interface Allowance {
	messages: number;
	bytes: number;
	/** When the account was last refilled. */
	atMs: number;
}

export class Inlet {
	readonly #allowances = new Map<string, Allowance>();

	/** Whether this much from this bearer is to be looked at; takes it from what the bearer may bring. */
	admits(bearer: string, bytes: number, nowMs: number): boolean {
		const allowance = this.#refilled(bearer, nowMs);
		if (allowance.messages < 1 || allowance.bytes < bytes) return false;
		allowance.messages -= 1;
		allowance.bytes -= bytes;
		return true;
	}

	/** Discards all bearers but these. */
	keep(bearers: ReadonlySet<string>): void {
		for (const bearer of this.#allowances.keys())
			if (!bearers.has(bearer)) this.#allowances.delete(bearer);
	}

	#refilled(bearer: string, nowMs: number): Allowance {
		const known = this.#allowances.get(bearer);
		const seconds = known === undefined ? 1 : (nowMs - known.atMs) / 1_000;
		const { messages = 0, bytes = 0 } = known ?? {};
		const allowance = {
			messages: Math.min(messages + seconds * HEARD_PER_S, HEARD_PER_S),
			bytes: Math.min(bytes + seconds * HEARD_BYTES_PER_S, HEARD_BYTES_PER_S),
			atMs: nowMs,
		};
		this.#allowances.set(bearer, allowance);
		return allowance;
	}
}
