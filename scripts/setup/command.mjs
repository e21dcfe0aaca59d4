/**
 * Runs one command of the set-up so that a person sees it: one line when it starts, one
 * every ten seconds, one when it is done; its own output only when it fails. Also the
 * words that the parts of the set-up share.
 */
import { spawn } from "node:child_process";

/**
 * Something that has to be on this machine.
 * @typedef {object} Need
 * @property {() => boolean} missing Cheap: asked at every start.
 * @property {() => Promise<void>} bring Throws SetupError if it cannot.
 */

/** Set-up cannot go on; the message is for the person in front of it. */
export class SetupError extends Error {
	/**
	 * @param {string} message
	 * @param {1 | 2} exitCode 2: a person has to install something.
	 * @param {unknown} [cause]
	 */
	constructor(message, exitCode, cause) {
		super(message, { cause });
		this.name = "SetupError";
		this.exitCode = exitCode;
	}
}

/** To stderr, so that a command after the set-up has stdout for itself. @param {string} line */
export function say(line) {
	process.stderr.write(`${line}\n`);
}

const PROGRESS_MS = 10_000;
const OUTPUT_CHARS_KEPT = 16_384;
const STOP_SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Resolves with whether the command succeeded, and the end of what it printed.
 * @param {string} title What is being done: "Installing npm packages".
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function run(title, [file = "", ...args], env, cwd) {
	const startedMs = Date.now();
	const elapsed = () => `${Math.round((Date.now() - startedMs) / 1_000)} s`;
	say(`${title} …`);
	const progress = setInterval(
		() => say(`${title} … ${elapsed()}`),
		PROGRESS_MS,
	);
	return new Promise((resolve) => {
		let output = "";
		/** @param {boolean} ok */
		const finish = (ok) => {
			clearInterval(progress);
			for (const signal of STOP_SIGNALS) process.off(signal, stop);
			say(`${title}: ${ok ? "done" : "failed"} after ${elapsed()}`);
			resolve({ ok, output });
		};
		const child = spawn(file, args, {
			cwd,
			env,
			stdio: ["ignore", "pipe", "pipe"],
		});
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding("utf8").on("data", (text) => {
				output = (output + text).slice(-OUTPUT_CHARS_KEPT);
			});
		}
		// If this process is told to stop, it takes the command along: that would go on
		// alone, in the way of the next.
		const stop = (/** @type {NodeJS.Signals} */ signal) => {
			child.kill(signal);
			child.once("exit", () => process.kill(process.pid, signal));
		};
		for (const signal of STOP_SIGNALS) process.once(signal, stop);
		child.once("error", (error) => {
			output += error.message;
			finish(false);
		});
		child.once("exit", (code, signal) => {
			if (signal !== null) output += `\nended by ${signal}`;
			child.stdout.destroy();
			child.stderr.destroy();
			finish(code === 0);
		});
	});
}

/** @param {string} output @param {number} count */
export function lastLines(output, count) {
	return output
		.split("\n")
		.filter((line) => line.trim() !== "")
		.slice(-count)
		.map((line) => `  ${line}`)
		.join("\n");
}
