/**
 * The processes that the bench starts, and their end.
 *
 * Each is ended by its own pid: in order by `stop`; and, whatever happens to the bench
 * (an error, Ctrl-C, an exit from anywhere), by force when the bench itself exits. Only a
 * SIGKILL of the bench can leave one behind.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readinessOf } from "../../protocol/client/readiness.ts";
import { clientOf } from "../client.ts";
import { sleep } from "./clock.ts";

/** A process that has not gone this long after SIGTERM gets SIGKILL. */
const STOP_MS = 5_000;
/** A process that is not ready after this long is taken for broken. */
const READY_MS = 30_000;
/** A program that measures by itself and takes longer than this has hung. */
const RUN_MS = 300_000;
/** How much of what a process prints is kept, to explain its failure. */
const SAID_CHARS_MAX = 4_000;

const living = new Set<ChildProcess>();
const ending = new AbortController();
process.on("exit", () => {
	for (const child of living) child.kill("SIGKILL");
	ending.abort();
});

export class Child implements AsyncDisposable {
	readonly #name: string;
	readonly #process: ChildProcess;
	#said = "";
	#trouble: Error | undefined;

	/** Starts a process. If `env` is undefined, it gets the bench's own. */
	constructor(
		name: string,
		command: string,
		args: readonly string[],
		env?: NodeJS.ProcessEnv,
	) {
		this.#name = name;
		this.#process = spawn(command, args, {
			stdio: ["ignore", "pipe", "pipe"],
			...(env && { env }),
		});
		const child = this.#process;
		living.add(child);
		child.on("exit", () => living.delete(child));
		child.on("error", (cause) => {
			living.delete(child);
			this.#trouble = new Error(`${name} could not be started`, { cause });
		});
		const keep = (text: string) => {
			this.#said = (this.#said + text).slice(-SAID_CHARS_MAX);
		};
		child.stdout?.setEncoding("utf8").on("data", keep);
		child.stderr?.setEncoding("utf8").on("data", keep);
	}

	/** The process's id. @throws if the process could not be started */
	get pid(): number {
		const { pid } = this.#process;
		if (pid === undefined) throw new Error(`${this.#name} has not started`);
		return pid;
	}

	/** Waits until a node's HTTP side says that it is ready. @throws as `untilReady` does */
	untilServing(port: number): Promise<void> {
		const client = clientOf(`http://127.0.0.1:${port}`);
		return this.untilReady(async () => (await readinessOf(client)).ready);
	}

	/** Waits until the process has said the word. @throws if it did not in time, or is gone */
	untilSaid(word: string): Promise<void> {
		return this.untilReady(async () => this.#said.includes(word));
	}

	async untilReady(isReady: () => Promise<boolean>): Promise<void> {
		const signal = AbortSignal.timeout(READY_MS);
		while (!(await isReady())) {
			if (this.#trouble !== undefined) throw this.#trouble;
			if (signal.aborted || !this.#alive()) {
				throw new Error(
					`${this.#name} ${signal.aborted ? "is not ready in time" : "has ended"}; it said:\n${this.#said}`,
				);
			}
			await sleep(10);
		}
	}

	async stop(): Promise<void> {
		if (!living.has(this.#process)) return;
		const exit = once(this.#process, "exit");
		const force = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MS);
		this.#process.kill("SIGTERM");
		await exit;
		clearTimeout(force);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.stop();
	}

	#alive(): boolean {
		const { exitCode, signalCode } = this.#process;
		return exitCode === null && signalCode === null;
	}
}

/*
 * What follows runs TypeScript programs by the Node that runs the bench. Their
 * environment is empty: no setting of the shell changes a figure.
 */

/** Starts a program that serves until it is stopped; resolves once it prints `ready`. */
export async function startProgram(
	name: string,
	file: string,
	args: readonly (string | number)[],
): Promise<Child> {
	const command = [pathOf(file), ...args.map(String)];
	const child = new Child(name, process.execPath, command, {});
	await child.untilSaid("ready");
	return child;
}

/** Runs a program that measures by itself. Returns what it prints, read as JSON. */
export async function runProgram(
	file: string,
	args: readonly (string | number)[],
): Promise<unknown> {
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[pathOf(file), ...args.map(String)],
		{ env: {}, timeout: RUN_MS, signal: ending.signal },
	);
	return JSON.parse(stdout);
}

/** The path of a file of this project. */
export function pathOf(file: string): string {
	return fileURLToPath(new URL(`../../${file}`, import.meta.url));
}
