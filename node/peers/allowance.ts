/**
 * Allowance: so much of something per second for each sender. A sender that took less has
 * saved up to a second's worth.
 */
interface Account {
	left: number;
	/** When the account was last refilled. */
	atMs: number;
}

export class Allowance {
	readonly #perS: number;
	readonly #accounts = new Map<string, Account>();

	constructor(perS: number) {
		this.#perS = perS;
	}

	/** Whether the sender has one left; if so, takes it. */
	spend(from: string, nowMs: number): boolean {
		const { left, atMs } = this.#accounts.get(from) ?? {
			left: this.#perS,
			atMs: nowMs,
		};
		const refilled = Math.min(
			left + ((nowMs - atMs) / 1_000) * this.#perS,
			this.#perS,
		);
		const isEnough = refilled >= 1;
		this.#accounts.set(from, {
			left: isEnough ? refilled - 1 : refilled,
			atMs: nowMs,
		});
		return isEnough;
	}

	/** Discards all senders but these. */
	keep(senders: ReadonlySet<string>): void {
		for (const from of this.#accounts.keys())
			if (!senders.has(from)) this.#accounts.delete(from);
	}
}
