/**
 * A real Redis server for one test file, set up as Hearsay asks for it: append
 * only file with fsync every second, no eviction. It lives in a directory of its own
 * under the system's temporary one, on a free port of the loopback that nobody else is
 * given while it is away, and goes when it is stopped.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { lastingPorts } from "../scripts/chaos/port.ts";
import { endsWithUs } from "./ends-with-us.ts";

export interface RedisServer {
	/** `redis://127.0.0.1:PORT` */
	readonly url: string;
	readonly port: number;
	/** Of the process that runs now. */
	readonly pid: number;
	/** Resolves when the server that runs now has ended. */
	readonly ended: Promise<void>;
	/** Ends the server in order and starts it again, another run, on the same data: or on what is made of it meanwhile. */
	restart(meanwhile?: () => void): Promise<void>;
	/** Kills the server and removes its data. */
	stop(): Promise<void>;
}

export interface RedisPlan {
	/** When what is written is safe on the disk; every second, if not given. */
	readonly appendfsync?: "always" | "everysec";
	readonly requirepass?: string;
	/** The directory for its data; one of its own, if not given. */
	readonly dir?: string;
	/** Program and arguments that start the server, put before it. */
	readonly prefix?: readonly string[];
}

/** Resolves once the server takes connections. */
export async function startRedis(plan: RedisPlan = {}): Promise<RedisServer> {
	const dir = await mkdtemp(join(tmpdir(), "hearsay-redis-"));
	const [port = 0] = await lastingPorts(1);
	let server = await launch(dir, port, plan);
	return {
		url: `redis://127.0.0.1:${port}`,
		port,
		get pid() {
			return server.pid;
		},
		get ended() {
			return server.ended;
		},
		async restart(meanwhile) {
			await server.end("SIGTERM");
			meanwhile?.();
			server = await launch(dir, port, plan);
		},
		async stop() {
			// Asked to go, a replica that writes its first append only file stays (Redis 7.0).
			await server.end("SIGKILL");
			// The child that writes that file outlives the server for a moment.
			await rm(dir, { recursive: true, maxRetries: 10, retryDelay: 100 });
		},
	};
}

interface Launched {
	readonly pid: number;
	readonly ended: Promise<void>;
	end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

async function launch(
	dir: string,
	port: number,
	{ prefix = [], ...plan }: RedisPlan,
): Promise<Launched> {
	const [program = "", ...before] = [...prefix, "redis-server"];
	const settings = {
		bind: "127.0.0.1",
		port,
		dir,
		save: "",
		appendonly: "yes",
		appendfsync: "everysec",
		"maxmemory-policy": "noeviction",
		"enable-debug-command": "local",
		...plan,
	};
	const args = Object.entries(settings).flatMap(([name, value]) => [
		`--${name}`,
		String(value),
	]);
	const child = spawn(program, [...before, ...args], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	endsWithUs(child);
	await ready(child);
	return {
		pid: child.pid as number,
		ended: new Promise((resolve) => child.once("exit", () => resolve())),
		async end(signal) {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const exited = once(child, "exit");
			child.kill(signal);
			await exited;
		},
	};
}

/** Resolves when the server says that it is ready; rejects, with what it said, if it ends before. */
function ready(child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		const said: string[] = [];
		child.once("error", reject);
		child.once("exit", (code) =>
			reject(
				new Error(`redis-server ended with code ${code}:\n${said.join("\n")}`),
			),
		);
		// Read to the end, also once it is ready: a full pipe would stop the server.
		const lines = createInterface({
			input: child.stdout as NonNullable<ChildProcess["stdout"]>,
		});
		lines.on("line", (line) => {
			said.push(line);
			if (line.includes("Ready to accept connections")) resolve();
		});
	});
}
