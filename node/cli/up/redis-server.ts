/**
 * A Redis server as a process that ends when nobody needs it any more.
 *
 * It has to outlive the nodes, which hand their tasks back when they stop, but must not
 * outlive them for ever, even if `up` is killed. So a watcher beside the server waits for
 * the end of a pipe. `up` and every node hold the other end; when the last of them is
 * gone, the kernel closes the pipe, and the watcher tells the server to end.
 *
 * The process that `up` starts, and whose end it learns of, is the server itself: a shell
 * forks the watcher and then becomes the server. Both are in one process group, so the
 * server's pid cannot be reused for as long as the watcher is there.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Writable } from "node:stream";
import { promisify } from "node:util";
import { ConfigError } from "../../options.ts";
import type { RedisFiles } from "./redis-config.ts";

/** The shell's script: `$0` is the configuration, descriptor 3 the pipe, `$$` the pid of both shell and server. */
const BECOME_SERVER = `
{ read -r _ <&3; kill -TERM "$$"; } &
exec redis-server "$0" 3<&-`;

/** The first version with all settings that `redis-config.ts` makes. */
const REDIS_MAJOR_MIN = 7;

export interface RedisServer {
	/** The server's process id; undefined if it never began. */
	readonly pid: number | undefined;
	/**
	 * The pipe: held by `up`, and passed to whoever needs the server; undefined if the
	 * server never began.
	 */
	readonly hold: Writable | undefined;
	/**
	 * Resolves, and never rejects, when the server has ended: with the words that follow
	 * its name.
	 */
	readonly ended: Promise<string>;
	/** Tells the server to save everything and end, whoever may still need it. */
	stop(): void;
}

/**
 * Starts a server. If the system starts nothing, because it is out of processes, files or
 * memory, the server has ended before it began.
 */
export function spawnRedis(files: RedisFiles): RedisServer {
	try {
		return begin(files);
	} catch (error) {
		return {
			...{ pid: undefined, hold: undefined },
			ended: Promise.resolve(couldNot(error as Error)),
			stop() {},
		};
	}
}

/** Starts the process. @throws the system's error if it starts nothing; some errors come as an event */
function begin(files: RedisFiles): RedisServer {
	const log = openSync(files.log, "a");
	try {
		const server = spawn("/bin/sh", ["-c", BECOME_SERVER, files.config], {
			stdio: ["ignore", log, log, "pipe"],
			// Its own process group: a Ctrl-C in the terminal is not for it.
			detached: true,
		});
		// There are no pipes at all if the system had no files left for them.
		const hold = (server.stdio as ChildProcess["stdio"] | undefined)?.[3] as
			| Writable
			| undefined;
		// A broken pipe means that the server is gone, which `ended` reports.
		hold?.on("error", () => {});
		return {
			...{ pid: server.pid, hold, ended: endOf(server, hold, files) },
			stop: () => void server.kill("SIGTERM"),
		};
	} finally {
		closeSync(log);
	}
}

function endOf(
	server: ChildProcess,
	hold: Writable | undefined,
	files: RedisFiles,
): Promise<string> {
	return new Promise((resolve) => {
		server.once("exit", (code, signal) => {
			dismissWatcher(server.pid);
			hold?.destroy();
			const how = signal ?? `itself with code ${code}, see ${files.log}`;
			resolve(`(pid ${server.pid}) ended by ${how}`);
		});
		server.once("error", (error) => {
			hold?.destroy();
			resolve(couldNot(error));
		});
	});
}

/** Ends the watcher: nodes still hold its pipe, and it would wait beside the next server as long as they do. */
function dismissWatcher(group: number | undefined): void {
	try {
		if (group !== undefined) process.kill(-group, "SIGKILL");
	} catch (error) {
		// It has done its work, and is gone.
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}

function couldNot({ message }: Error): string {
	return `could not be started (${message})`;
}

/** Checks that there is a server program. @throws ConfigError if there is none, or it is too old */
export async function checkRedisInstalled(): Promise<void> {
	const advice =
		"install Redis 7 or newer (on Debian or Ubuntu: apt-get install redis-server), or set HEARSAY_REDIS_URL to one that runs";
	let version: string;
	try {
		const run = promisify(execFile);
		version = (await run("redis-server", ["--version"])).stdout.trim();
	} catch (error) {
		throw new ConfigError(
			`There is no redis-server to be found here; ${advice}.`,
			error,
		);
	}
	const major = Number(/ v=(\d+)\./.exec(version)?.[1]);
	if (!(major >= REDIS_MAJOR_MIN)) {
		throw new ConfigError(
			`The redis-server found here is too old (${version}); ${advice}.`,
		);
	}
}
