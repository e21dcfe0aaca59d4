/**
 * A joint read whose last answer is repeated while it is fresh enough: for what is read
 * in many steps, and asked for by every open page.
 *
 * Small answers are read again for everybody, up to so many times a second. Large ones
 * are repeated for a while, and so is any answer that somebody has begun to page through.
 * An answer says itself how old it is.
 */
import { KEPT_READS_A_SECOND_MAX } from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";
import { jointRead } from "./joint-read.ts";

/** What is read, with its number of rows. */
interface Rows {
	readonly rows: readonly unknown[];
}

interface Keeping {
	/** How long an answer with more than a few rows may be repeated. */
	readonly keptMs: number;
	readonly few: number;
}

const SECOND_MS = 1_000;

export class KeptRead<T extends Rows> {
	readonly #clock: Pick<Clock, "monoMs">;
	readonly #keeping: Keeping;
	readonly #read: () => Promise<T>;
	#last: { readonly answer: T; readonly begunMs: number } | undefined;
	/** When each of the latest reads began, oldest first. */
	#begunMs: number[] = [];

	constructor(
		clock: Pick<Clock, "monoMs">,
		keeping: Keeping,
		read: () => Promise<T>,
	) {
		this.#clock = clock;
		this.#keeping = keeping;
		this.#read = jointRead(async () => {
			const begunMs = clock.monoMs();
			this.#begunMs.push(begunMs);
			this.#begunMs = this.#begunMs.slice(-KEPT_READS_A_SECOND_MAX);
			const answer = await read();
			this.#last = { answer, begunMs };
			return answer;
		});
	}

	/**
	 * The answer, read anew or kept. `goesOn`: whether it is for somebody who has begun to
	 * page through an earlier one.
	 */
	async ask(goesOn: boolean): Promise<T> {
		const { keptMs, few } = this.#keeping;
		if (this.#last === undefined) return await this.#read();
		const { answer, begunMs } = this.#last;
		const ageMs = this.#clock.monoMs() - begunMs;
		const isEnough = goesOn || answer.rows.length > few;
		if (isEnough ? ageMs < keptMs : ageMs < SECOND_MS && this.#isBusy)
			return answer;
		return await this.#read();
	}

	get #isBusy(): boolean {
		const [first = 0] = this.#begunMs;
		return (
			this.#begunMs.length >= KEPT_READS_A_SECOND_MAX &&
			this.#clock.monoMs() - first < SECOND_MS
		);
	}
}
