/** A log that keeps what is written, and lets tests wait for a line. */
import type { Log } from "../../node/ports.ts";

type Level = keyof Log;

export class RecordedLog implements Log {
	readonly entries: [Level, object, string][] = [];
	#awaited: { pattern: RegExp; resolve: () => void }[] = [];

	/** Without the news of silent threads, as any thread may be silent on a busy machine. */
	get calm(): [Level, object, string][] {
		return this.entries.filter(([, , line]) => !/does not answer/.test(line));
	}

	/** The lines of these. */
	get said(): string[] {
		return this.calm.map(([, , line]) => line);
	}

	get lines(): string[] {
		return this.entries.map(([, , line]) => line);
	}

	/** Resolves once a line that matches has been written. */
	has(pattern: RegExp): Promise<void> {
		if (this.lines.some((line) => pattern.test(line))) return Promise.resolve();
		return new Promise((resolve) => {
			this.#awaited.push({ pattern, resolve });
		});
	}

	debug(fields: object, line: string): void {
		this.#write("debug", fields, line);
	}
	info(fields: object, line: string): void {
		this.#write("info", fields, line);
	}
	warn(fields: object, line: string): void {
		this.#write("warn", fields, line);
	}
	error(fields: object, line: string): void {
		this.#write("error", fields, line);
	}

	#write(level: Level, fields: object, line: string): void {
		this.entries.push([level, fields, line]);
		for (const { pattern, resolve } of this.#awaited) {
			if (pattern.test(line)) resolve();
		}
	}
}
