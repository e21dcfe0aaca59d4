/**
 * Allowance: so much of something a second for each sender. Who took less has saved up to
 * a second's worth.
 */
interface Account {
	left: number;
	/** When it was last refilled. */
	atMs: number;
}

export class Allowance {
	readonly #perS: number;
	readonly #accounts = new Map<string, Account>();

	constructor(perS: number) {
		this.#perS = perS;
	}

	/** Whether the sender has one left; takes it. */
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

	/** Forgets all senders but these. */
	keep(senders: ReadonlySet<string>): void {
		for (const from of this.#accounts.keys())
			if (!senders.has(from)) this.#accounts.delete(from);
	}
}
