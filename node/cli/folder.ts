/**
 * Creates a folder with all those above it, one at a time. (`mkdir` of Node.js with
 * `recursive` tries for ever, at full speed and deaf to signals, if the system answers
 * "no such file" although the folder above is there, as below /proc; seen in Node.js
 * 26.10.)
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "../options.ts";

/**
 * Creates a folder. Only its owner may read what is created here.
 * @throws ConfigError with one sentence that ends in `advice`
 */
export function makeFolder(folder: string, advice: string): void {
	try {
		make(folder);
	} catch (error) {
		const { path = folder, code } = error as NodeJS.ErrnoException;
		throw new ConfigError(
			`The folder ${path} cannot be made (${code}); ${advice}.`,
			error,
		);
	}
}

function make(folder: string): void {
	try {
		mkdirSync(folder, { mode: 0o700 });
	} catch (error) {
		if (isFolder(folder)) return;
		const above = dirname(folder);
		const { code } = error as NodeJS.ErrnoException;
		if (code !== "ENOENT" || isFolder(above) || above === folder) throw error;
		make(above);
		make(folder); // The folder above is there now: this ends.
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
