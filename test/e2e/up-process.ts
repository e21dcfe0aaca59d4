/**
 * `hearsay up` as a user runs it: a process in a folder of its own, known by what it
 * prints. Tests wait for lines and for its end, never for time.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { PROGRAM_FILE } from "../../scripts/build/program.ts";
import { lastingPorts } from "../../scripts/chaos/port.ts";
import { endsWithUs } from "../ends-with-us.ts";

/** As users run it: see test/program.ts. */
export const PROGRAM: readonly string[] = [
	process.execPath,
	fileURLToPath(new URL(`../../${PROGRAM_FILE}`, import.meta.url)),
];

export class HearsayProcess {
	/** Resolves with the exit code, or with -1 if a signal ended it. */
	readonly ended: Promise<number>;
	readonly #child: ChildProcess;
	readonly #waiting = new Set<() => void>();
	#output = "";
	#isEnded = false;

	constructor(
		program: readonly string[],
		args: readonly string[],
		folder: string,
		env = withoutNpm(process.env),
	) {
		const [command = "", ...first] = program;
		this.#child = spawn(command, [...first, ...args], {
			cwd: folder,
			env,
			stdio: ["ignore", "pipe", "pipe"],
		});
		// The nodes and the Redis of an `up` end with it if it is asked to end.
		endsWithUs(this.#child, args[0] === "node" ? "SIGKILL" : "SIGTERM");
		for (const stream of [this.#child.stdout, this.#child.stderr]) {
			stream?.setEncoding("utf8").on("data", (text: string) => {
				this.#output += text;
				this.#wake();
			});
		}
		this.ended = once(this.#child, "close").then(([code]) => {
			this.#isEnded = true;
			this.#wake();
			return code ?? -1;
		});
	}

	get output(): string {
		return this.#output;
	}

	/** Resolves with the first match in its output; rejects if it ends without one. */
	async says(pattern: RegExp): Promise<RegExpExecArray> {
		for (;;) {
			const match = pattern.exec(this.#output);
			if (match !== null) return match;
			if (this.#isEnded) {
				throw new Error(`it ended without ${pattern}:\n${this.#output}`);
			}
			await new Promise<void>((resolve) => this.#waiting.add(resolve));
		}
	}

	kill(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	/** For the end of a test, whatever state it left this in. */
	async stop(): Promise<void> {
		this.#child.kill("SIGTERM");
		await this.ended;
	}

	#wake(): void {
		for (const resolve of this.#waiting) resolve();
		this.#waiting.clear();
	}
}

/** The first of `count` free ports in a row. */
export async function freePorts(count: number): Promise<number> {
	const [first = 0] = await lastingPorts(count);
	return first;
}

/** Resolves when whoever listens on the port has closed this connection. */
export async function closedByOther(port: number): Promise<void> {
	const socket = connect(port, "127.0.0.1");
	await once(socket, "connect");
	socket.resume();
	await once(socket, "close");
}

export async function isRefused(port: number): Promise<boolean> {
	const socket = connect(port, "127.0.0.1");
	const refused = await once(socket, "connect").then(
		() => false,
		() => true,
	);
	socket.destroy();
	return refused;
}

/** An environment as if npm had not started the program: under npm it takes two signals in a row for one. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	return Object.fromEntries(
		Object.entries(env).filter(([name]) => !name.startsWith("npm_")),
	);
}
