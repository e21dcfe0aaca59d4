/**
 * A reader who goes through README and manual from the beginning, and does what they say
 * on one machine: runs each command in one folder, which looks like the project's own, and
 * keeps a cluster that a command has started until another one starts one.
 *
 * This differs from a reader's machine: ports are free ones, the executable is the bundled
 * program, names of other machines mean this one, and certificates exist.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PROGRAM_FILE } from "../../scripts/build/program.ts";
import { tlsFile } from "../tls-files.ts";
import { freePorts } from "./up-process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Commands that run until they are stopped, and what they print once they are ready. */
const SERVERS = [
	{ command: /^npm start\b/, ready: /Ctrl-C stops the cluster/ },
	{ command: /^dist\/hearsay node --redis\b/, ready: /^node .* serves /m },
];
const COMMAND_MS_MAX = 60_000;

export interface Ran {
	/** What it printed, one line for each request. */
	readonly lines: readonly string[];
	/** The statuses of its requests, in order. */
	readonly statuses: readonly number[];
}

export class ManualSession implements AsyncDisposable {
	readonly #folder: string;
	readonly #firstPort: number;
	readonly #env: NodeJS.ProcessEnv;
	/** By command and the files that it names: the cluster, then nodes on what the manual calls other machines. */
	readonly #running = new Map<string, Server>();
	readonly #files = new Map<string, string>();

	static async begin(): Promise<ManualSession> {
		return new ManualSession(await freePorts(4));
	}

	private constructor(firstPort: number) {
		this.#firstPort = firstPort;
		this.#folder = mkdtempSync(join(tmpdir(), "hearsay-manual-"));
		for (const name of readdirSync(ROOT)) {
			if (name === "dist" || name.startsWith(".")) continue;
			symlinkSync(join(ROOT, name), join(this.#folder, name));
		}
		for (const name of ["ca.pem", "node.pem", "node-key.pem"])
			symlinkSync(tlsFile(name), join(this.#folder, name));
		const program = join(ROOT, PROGRAM_FILE);
		const dist = join(this.#folder, "dist");
		mkdirSync(dist);
		symlinkSync(program, join(dist, "hearsay.mjs"));
		writeProgram(join(dist, "hearsay"), `exec node ${program} "$@"`);
		// It says how each request was answered, and ends each answer's line.
		const bin = join(this.#folder, "bin");
		mkdirSync(bin);
		const format = "\\n%{stderr}status %{http_code}\\n";
		writeProgram(
			join(bin, "curl"),
			`PATH='${process.env.PATH}' exec curl -w '${format}' "$@"`,
		);
		const own = Object.entries(process.env).filter(
			([name]) => !/^(npm_|HEARSAY_)/.test(name),
		);
		this.#env = {
			...Object.fromEntries(own),
			PATH: `${bin}:${process.env.PATH}`,
			HEARSAY_HTTP: `127.0.0.1:${firstPort}`,
			// Running tasks are handed back, and run after the next start.
			HEARSAY_DRAIN: "0s",
		};
	}

	write(name: string, text: string): void {
		this.#files.set(name, text);
		writeFileSync(join(this.#folder, name), text);
	}

	/** Resolves when the commands are done, or the server that they start is ready. */
	async run(text: string): Promise<Ran> {
		const server = SERVERS.find(({ command }) => command.test(text));
		if (server === undefined) {
			if (this.#running.size === 0) await this.run("npm start");
			return this.#runToEnd(this.#here(text));
		}
		if (text.replaceAll("\\\n", "").trim().includes("\n"))
			throw new Error(
				`give a command that goes on a block of its own: ${text}`,
			);
		const key = this.#withFiles(text);
		const isMore = text.trim() !== "npm start" && !this.#running.has(key);
		// Otherwise the reader has started it already.
		if (isMore || this.#running.size === 0) {
			const isCluster = text.startsWith("npm start");
			if (isCluster) await this.#stop();
			const command = isCluster ? text : this.#elsewhere(text);
			const started = new Server(command, this.#folder, this.#env);
			this.#running.set(key, started);
			await started.says(server.ready);
		}
		return { lines: [], statuses: [] };
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#stop();
		rmSync(this.#folder, { recursive: true });
	}

	#withFiles(command: string): string {
		const named = [...this.#files].filter(([name]) => command.includes(name));
		return [command, ...named.flat()].join("\n");
	}

	async #stop(): Promise<void> {
		const servers = [...this.#running.values()];
		this.#running.clear();
		await Promise.all(servers.map((server) => server.stop()));
	}

	async #runToEnd(text: string): Promise<Ran> {
		const { stdout, stderr } = await promisify(execFile)(
			"/bin/sh",
			["-e", "-c", text],
			{ cwd: this.#folder, env: this.#env, timeout: COMMAND_MS_MAX },
		);
		const statuses = [...stderr.matchAll(/^status (\d+)$/gm)];
		return {
			lines: stdout.split("\n").filter((line) => line !== ""),
			statuses: statuses.map(([, status]) => Number(status)),
		};
	}

	#here(text: string): string {
		const here = text
			.replace(":5443", `:${this.#firstPort + 3}`)
			.replaceAll(
				/127\.0\.0\.1:500([0-2])\b/g,
				(_, node: string) => `127.0.0.1:${this.#firstPort + Number(node)}`,
			);
		if (/:[56]\d{3}\b/.test(here))
			throw new Error(`these ports are not those of the cluster: ${text}`);
		return here;
	}

	/** On a machine of its own, which shares the cluster's Redis. */
	#elsewhere(text: string): string {
		const config = readFileSync(
			join(this.#folder, ".hearsay/redis.conf"),
			"utf8",
		);
		const port = /^port (\d+)$/m.exec(config)?.[1];
		return text
			.replace("10.0.0.5:6379", `127.0.0.1:${port}`)
			.replace("127.0.0.1:5000", "127.0.0.1:0")
			.replace(":5443", `:${this.#firstPort + 3}`)
			.replace("0.0.0.0:7000", "127.0.0.1:0");
	}
}

function writeProgram(path: string, line: string): void {
	writeFileSync(path, `#!/bin/sh\n${line}\n`);
	chmodSync(path, 0o755);
}

/** As started from a terminal: Ctrl-C reaches all of its processes. */
class Server {
	readonly #child: ChildProcess;
	readonly #ended: Promise<unknown>;
	readonly #killWithUs = () => this.#signal("SIGKILL");
	#output = "";
	#look = () => {};

	constructor(command: string, folder: string, env: NodeJS.ProcessEnv) {
		this.#child = spawn("/bin/sh", ["-c", command], {
			...{ cwd: folder, env, detached: true },
			stdio: ["ignore", "pipe", "pipe"],
		});
		for (const stream of [this.#child.stdout, this.#child.stderr]) {
			stream?.setEncoding("utf8").on("data", (text: string) => {
				this.#output += text;
				this.#look();
			});
		}
		this.#ended = once(this.#child, "close");
		process.once("exit", this.#killWithUs);
	}

	async says(pattern: RegExp): Promise<void> {
		const said = new Promise<void>((resolve) => {
			this.#look = () => {
				if (pattern.test(this.#output)) resolve();
			};
			this.#look();
		});
		const ended = this.#ended.then(() => {
			throw new Error(`it ended without ${pattern}:\n${this.#output}`);
		});
		await Promise.race([said, ended]);
	}

	async stop(): Promise<void> {
		this.#signal("SIGINT");
		await this.#ended;
		process.off("exit", this.#killWithUs);
	}

	#signal(name: NodeJS.Signals): void {
		const { pid, exitCode, signalCode } = this.#child;
		if (pid === undefined || exitCode !== null || signalCode !== null) return;
		process.kill(-pid, name);
	}
}
