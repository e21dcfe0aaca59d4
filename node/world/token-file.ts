/**
 * The access tokens of `--token-file`: one per line; a line that begins with `#` is a
 * comment. They are read again when the file changes, so that they can be replaced
 * without a restart. If the changed file cannot be read, or is no such file, that is
 * logged, and the former tokens stay valid.
 */
import { readFileSync, type Stats, statSync } from "node:fs";
import { roleOfToken } from "../../protocol/access.ts";
import {
	TOKEN_FILE_BYTES_MAX,
	TOKEN_FILE_LOOK_MS,
} from "../../protocol/limits.ts";
import type { Clock, GivenTokens, Log, Timer } from "../ports.ts";

/** The tokens of a node that is given no file: none. */
export const NO_TOKENS: GivenTokens = { secrets: [] };

export class TokenFile implements GivenTokens {
	secrets: readonly string[];
	readonly #path: string;
	readonly #clock: Clock;
	readonly #log: Log;
	/** Identifies the file that was last read, or could not be. */
	#mark: string;
	#timer: Timer | undefined;

	/** Reads the file. @throws Error with one clause that says what is wrong with it */
	constructor(path: string, clock: Clock, log: Log) {
		this.#path = path;
		this.#clock = clock;
		this.#log = log;
		this.#mark = markOf(path);
		this.secrets = readTokens(path);
		this.#lookLater();
	}

	close(): void {
		this.#timer?.cancel();
	}

	#lookLater(): void {
		this.#timer = this.#clock.after(TOKEN_FILE_LOOK_MS, () => {
			this.#look();
			this.#lookLater();
		});
	}

	#look(): void {
		const mark = markOf(this.#path);
		if (mark === this.#mark) return;
		this.#mark = mark;
		const file = this.#path;
		try {
			this.secrets = readTokens(file);
			const tokens = this.secrets.length;
			this.#log.info({ file, tokens }, "the file of access tokens was read");
		} catch (error) {
			const { message: why } = error as Error;
			const told =
				"the file of access tokens cannot be used; those before stay valid";
			this.#log.error({ file, why }, told);
		}
	}
}

/** A text that differs whenever the file does. */
function markOf(path: string): string {
	try {
		const { ino, size, mtimeMs, ctimeMs }: Stats = statSync(path);
		return [ino, size, mtimeMs, ctimeMs].join(" ");
	} catch {
		return ""; // The file is missing: reading it says why.
	}
}

/** The tokens in the file. Nothing of its contents is ever shown. */
function readTokens(path: string): string[] {
	let text: string;
	try {
		const { size } = statSync(path);
		if (size > TOKEN_FILE_BYTES_MAX)
			throw new Error(`it has more than ${TOKEN_FILE_BYTES_MAX} bytes`);
		text = readFileSync(path, "utf8");
	} catch (error) {
		const { code, message } = error as Error & { code?: string };
		throw new Error(
			code === undefined ? message : `it cannot be read: ${code}`,
		);
	}
	const secrets: string[] = [];
	for (const [at, line] of text.split("\n").entries()) {
		const secret = line.trim();
		if (secret === "" || secret.startsWith("#")) continue;
		if (roleOfToken(secret) === undefined)
			throw new Error(
				`line ${at + 1} is no token, which is hs_read_, hs_submit_ or hs_operate_ and 32 letters and digits`,
			);
		secrets.push(secret);
	}
	return secrets;
}
