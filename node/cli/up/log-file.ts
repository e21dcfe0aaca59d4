/**
 * A node's log: the node writes to the file itself, so that nothing is lost when `up` is
 * gone; `up` reads along and shows what a person should see.
 */
import {
	closeSync,
	type FSWatcher,
	fstatSync,
	openSync,
	readSync,
	renameSync,
	watch,
} from "node:fs";
import { NODE_LOG_BYTES_MAX } from "../../../protocol/limits.ts";

const CHUNK_BYTES = 64 * 1024;

/** Opens the log for a process to append to; one that has grown large is set aside first. */
export function openLog(path: string): number {
	const log = openSync(path, "a", 0o600);
	if (fstatSync(log).size <= NODE_LOG_BYTES_MAX) return log;
	closeSync(log);
	renameSync(path, `${path}.1`);
	return openSync(path, "a", 0o600);
}

/** Passes on every line that is added to the file from now on. */
export class LogFollower {
	readonly #file: number;
	readonly #watcher: FSWatcher;
	readonly #onLine: (line: string) => void;
	readonly #decoder = new TextDecoder();
	#offset: number;
	#rest = "";

	constructor(path: string, onLine: (line: string) => void) {
		this.#onLine = onLine;
		this.#file = openSync(path, "r");
		try {
			this.#offset = fstatSync(this.#file).size;
			this.#watcher = watch(path, () => this.#read());
		} catch (error) {
			closeSync(this.#file);
			throw error;
		}
	}

	/** Passes on what is there by now, and stops. */
	close(): void {
		this.#watcher.close();
		this.#read();
		closeSync(this.#file);
	}

	#read(): void {
		const chunk = Buffer.alloc(CHUNK_BYTES);
		for (;;) {
			const bytes = readSync(this.#file, chunk, 0, CHUNK_BYTES, this.#offset);
			if (bytes === 0) return;
			this.#offset += bytes;
			const text = this.#decoder.decode(chunk.subarray(0, bytes), {
				stream: true,
			});
			const lines = (this.#rest + text).split("\n");
			this.#rest = lines.pop() ?? "";
			for (const line of lines) this.#onLine(line);
		}
	}
}
