/**
 * What a person sees while chaos runs: a line for each fault, and one that says how the
 * cluster is doing. In a terminal the latter is updated in place; elsewhere it is printed
 * every few seconds. All of it goes to standard error, so that only the report is on
 * standard output.
 */
import { nowMs } from "../bench/clock.ts";

const IN_PLACE_MS = 500;
const ELSEWHERE_MS = 5_000;
const CLEAR = "\r\x1b[K";

export class Progress {
	readonly startMs = nowMs();
	readonly #inPlace = process.stderr.isTTY === true;
	#timer: NodeJS.Timeout | undefined;
	#status = "";

	/** Prints a line that stays. */
	tell(text: string): void {
		const atS = ((nowMs() - this.startMs) / 1_000).toFixed(1).padStart(6);
		if (this.#inPlace) process.stderr.write(CLEAR);
		process.stderr.write(`${atS} s  ${text}\n`);
		if (this.#inPlace) process.stderr.write(this.#status);
	}

	/** Asks for the status from now on. */
	watch(status: () => Promise<string>): void {
		let asking = false;
		const show = async () => {
			if (asking) return;
			asking = true;
			this.#status = await status();
			asking = false;
			// It may have been stopped meanwhile.
			if (this.#timer === undefined) return;
			if (this.#inPlace) process.stderr.write(`${CLEAR}${this.#status}`);
			else this.tell(this.#status);
		};
		const everyMs = this.#inPlace ? IN_PLACE_MS : ELSEWHERE_MS;
		this.#timer = setInterval(() => void show(), everyMs);
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
		this.#status = "";
		if (this.#inPlace) process.stderr.write(CLEAR);
	}
}
