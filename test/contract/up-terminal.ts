/** What the parts of `hearsay up` print, and which files they leave open. */
import { readdirSync, readlinkSync } from "node:fs";
import type { Terminal } from "../../node/cli/terminal.ts";

export class RecordedTerminal implements Terminal {
	readonly said: string[] = [];
	#heard = () => {};

	line(text: string): void {
		this.said.push(text);
		this.#heard();
	}

	problem(text: string): void {
		this.line(text);
	}

	/** Resolves once so many lines match. */
	async says(line: RegExp, times = 1): Promise<void> {
		while (this.said.filter((text) => line.test(text)).length < times) {
			await new Promise<void>((resolve) => {
				this.#heard = resolve;
			});
		}
	}
}

/** This process's descriptors of the file. */
export function descriptorsOf(path: string): string[] {
	return readdirSync("/proc/self/fd").filter((fd) => {
		try {
			return readlinkSync(`/proc/self/fd/${fd}`) === path;
		} catch {
			return false; // It was the descriptor of the listing itself.
		}
	});
}
