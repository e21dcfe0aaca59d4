/**
 * The processes that the bench starts, and their end.
 *
 * Each is ended by its own pid: in order by `stop`, and, whatever happens to
 * the bench (an error, Ctrl-C, an exit from anywhere), by force when the bench
 * itself exits. Only a SIGKILL of the bench can leave one behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readinessOf } from "../../protocol/client/readiness.ts";
import { clientOf } from "../client.ts";
import { sleep } from "./clock.ts";

/** A process that has not gone so long after SIGTERM gets SIGKILL. */
const STOP_MS = 5_000;
/** A process that is not ready after this long is taken for broken. */
const READY_MS = 30_000;
/** Of what a process says, so much is kept to explain its failure. */
const SAID_CHARS_MAX = 4_000;

const living = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of living) child.kill("SIGKILL");
});

export class Child implements AsyncDisposable {
	readonly #name: string;
	readonly #process: ChildProcess;
	#said = "";
	#trouble: Error | undefined;

	/** `env` undefined: the bench's own. */
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

	/** Of a node, by what its HTTP side says. @throws as `untilReady` does. */
	untilServing(port: number): Promise<void> {
		const client = clientOf(`http://127.0.0.1:${port}`);
		return this.untilReady(async () => (await readinessOf(client)).ready);
	}

	/** @throws where the process is gone, or not ready in time. */
	async untilReady(isReady: (said: string) => Promise<boolean>): Promise<void> {
		const signal = AbortSignal.timeout(READY_MS);
		while (!(await isReady(this.#said))) {
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

/**
 * A TypeScript program, run by the Node that runs the bench. Its environment
 * is empty: no setting of the shell that runs the bench changes a figure.
 */
export function startNode(
	name: string,
	file: string,
	args: readonly string[],
): Child {
	const path = new URL(`../../${file}`, import.meta.url).pathname;
	return new Child(name, process.execPath, [path, ...args], {});
}
