import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { LOG_BACKLOG_BYTES_MAX } from "../../protocol/limits.ts";

const PROCESS = fileURLToPath(new URL("log-process.ts", import.meta.url));
/** More lines than are kept and fit into the pipe: each has more than 64 bytes. */
const TOO_MANY = (2 * LOG_BACKLOG_BYTES_MAX) / 64;
const PIECE = TOO_MANY / 64;
/** Kept lines go out as far as the pipe takes them, some with each new line. */
const LINES_MAX = 10_000;

/** A process whose log nobody reads until the test does. */
class LogProcess {
	readonly ended: Promise<unknown[]>;
	readonly #child: ChildProcess;
	readonly #told: NodeJS.AsyncIterator<string>;

	constructor() {
		const child = spawn(process.execPath, [PROCESS], { stdio: "pipe" });
		onTestFinished(() => void child.kill("SIGKILL"));
		this.#child = child;
		this.ended = once(child, "exit");
		const told = createInterface({ input: child.stdout });
		this.#told = told[Symbol.asyncIterator]();
	}

	get log(): Readable {
		return this.#child.stderr as Readable;
	}

	/** Resolves when it has logged so many lines, or lost them. */
	async say(lines: number): Promise<void> {
		this.#stdin.write(`${lines}\n`);
		expect(await this.#told.next()).toMatchObject({ value: "said" });
	}

	end(): void {
		this.#stdin.end();
	}

	get #stdin(): Writable {
		return this.#child.stdin as Writable;
	}
}

test("a log that nobody reads does not hold up its process, neither at work nor at its end", async () => {
	const silent = new LogProcess();
	await silent.say(TOO_MANY);
	silent.end();
	expect(await silent.ended).toEqual([0, null]);
});

test("a log that is read again after lines were lost goes on with whole lines", async () => {
	const process = new LogProcess();
	let said = 0;
	// In steps, as what the pipe takes meanwhile makes room: in the end there is none.
	for (; said < 2 * TOO_MANY; said += PIECE) await process.say(PIECE);
	const seen: number[] = [];
	createInterface({ input: process.log }).on("line", (line) =>
		seen.push(JSON.parse(line).n),
	);
	while (seen.at(-1) !== said - 1 && said < 2 * TOO_MANY + LINES_MAX) {
		await process.say(1);
		said += 1;
	}
	expect(seen.at(-1)).toBe(said - 1);
	expect(seen[0]).toBe(0);
	// What is kept is bounded.
	expect(seen.length).toBeLessThan(TOO_MANY);
	expect(seen).toEqual(seen.toSorted((a, b) => a - b));
	process.end();
	expect(await process.ended).toEqual([0, null]);
});

test("a program that has ended its log has the last word, even if both go to the same place", async () => {
	const shell = 'exec "$@" 2>&1';
	const child = spawn(
		...(["/bin/sh", ["-c", shell, "sh", process.execPath, PROCESS]] as const),
	);
	let output = "";
	child.stdout.setEncoding("utf8").on("data", (text) => {
		output += text;
	});
	child.stdin.end("3\n");
	await once(child, "close");
	expect(output).toMatch(/"n":3,"msg":"the last line"}\nover\n$/);
	expect(output.match(/a line/g)).toHaveLength(3);
});
