/**
 * EndRate: how many attempts ended in each second, and how many of them failed, by node; and whether they are so
 * many that not each can be told. Whether they are goes by some seconds, and it takes fewer of them for
 * that to be over than for it to begin, so that it does not change with every second.
 */
import {
	LIVE_ENDS_CALM,
	LIVE_ENDS_MAX,
	LIVE_RATE_S,
	LIVE_SPAN_MS,
} from "../../protocol/limits.ts";
import type { AttemptEnd } from "../../protocol/state.ts";

export interface Ends {
	ended: number;
	failed: number;
}

const FAILED: readonly AttemptEnd[] = ["failure", "timeout", "crashed"];

export class EndRate {
	/** Ends by second (in s since 1970) and node. */
	readonly #seconds = new Map<number, Map<string, Ends>>();
	#isHigh = false;

	get isHigh(): boolean {
		return this.#isHigh;
	}

	ended(node: string, atMs: number, end: AttemptEnd): void {
		const second = Math.floor(atMs / 1_000);
		const nodes = this.#seconds.get(second) ?? new Map<string, Ends>();
		this.#seconds.set(second, nodes);
		const ends = nodes.get(node) ?? { ended: 0, failed: 0 };
		nodes.set(node, ends);
		ends.ended += 1;
		if (FAILED.includes(end)) ends.failed += 1;
	}

	pass(nowMs: number): void {
		const second = Math.floor(nowMs / 1_000);
		for (const each of this.#seconds.keys())
			if (each < second - LIVE_SPAN_MS / 1_000 - 1) this.#seconds.delete(each);
		let sum = 0;
		for (let back = 1; back <= LIVE_RATE_S; back++)
			for (const { ended } of this.#seconds.get(second - back)?.values() ?? [])
				sum += ended;
		const bound = this.#isHigh ? LIVE_ENDS_CALM : LIVE_ENDS_MAX;
		this.#isHigh = sum / LIVE_RATE_S > bound;
	}

	/** The ends in the second that begins then. */
	at(beginMs: number): ReadonlyMap<string, Readonly<Ends>> {
		return this.#seconds.get(beginMs / 1_000) ?? new Map();
	}
}
