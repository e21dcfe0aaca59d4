/** Time, randomness and the log, as a node is given them. */

export interface Timer {
	cancel(): void;
}

export interface Clock {
	/** Wall clock, ms since 1970. For people and ids; no decision depends on it. */
	wallMs(): number;
	/** Monotonic clock, ms. A node judges its own trust window by it. */
	monoMs(): number;
	/** Calls `fn` once after `ms`. Does not keep the process alive. */
	after(ms: number, fn: () => void): Timer;
	/**
	 * Calls `fn` after the current burst of events, so that what comes together can be
	 * batched.
	 */
	soon(fn: () => void): void;
}

export interface Random {
	/** In [0, 1). */
	unit(): number;
	/**
	 * A text of so many characters of `0123456789abcdefghjkmnpqrstvwxyz`, 5 random bits
	 * each.
	 */
	text(chars: number): string;
}

export interface Log {
	debug(fields: object, message: string): void;
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
}
