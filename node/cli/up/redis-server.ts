/**
 * A Redis server as a process that ends when nobody needs it any more.
 *
 * It has to outlive the nodes, which hand their tasks back when they stop, and
 * must not outlive them for ever, even when `up` is killed. So the server runs
 * beside a shell that waits for the end of a pipe; `up` and every node hold the
 * other end, and when the last of them is gone, the kernel closes the pipe and
 * the shell stops the server. Stopping in order is the same: let go and wait.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Writable } from "node:stream";
import { promisify } from "node:util";
import { ConfigError } from "../../options.ts";
import type { RedisFiles } from "./redis-config.ts";

/**
 * `$0` is the configuration; descriptor 3 the pipe. The shell waits for the
 * server, so it ends with the server's own code, and its pid is not reused
 * before the watcher is gone.
 */
const GUARD = `
redis-server "$0" 3<&- & server=$!
{ read -r _ <&3; kill -TERM "$server"; } & watcher=$!
wait "$server"; code=$?
kill "$watcher" 2>/dev/null
exit "$code"`;

/** The first with all settings that `redis-config.ts` makes. */
const REDIS_MAJOR_MIN = 7;

export interface RedisServer {
	/** The pipe: held by `up`, and passed to whoever needs the server; undefined where it never began. */
	readonly hold: Writable | undefined;
	/** Resolves, never rejects, when the server has ended: what to say after its name. */
	readonly ended: Promise<string>;
}

/** Where the system starts nothing, as it is out of processes, files or memory, it has ended before it began. */
export function spawnRedis(files: RedisFiles): RedisServer {
	try {
		return begin(files);
	} catch (error) {
		const how = couldNot(error as Error);
		return { hold: undefined, ended: Promise.resolve(how) };
	}
}

/** @throws what the system says where it starts nothing; some of it comes as an event */
function begin(files: RedisFiles): RedisServer {
	const log = openSync(files.log, "a");
	try {
		const guard = spawn("/bin/sh", ["-c", GUARD, files.config], {
			stdio: ["ignore", log, log, "pipe"],
			// Its own process group: a Ctrl-C in the terminal is not for it.
			detached: true,
		});
		// There are no pipes at all where the system had no files left for them.
		const hold = (guard.stdio as ChildProcess["stdio"] | undefined)?.[3] as
			| Writable
			| undefined;
		// A broken pipe means that the server is gone, and that `ended` tells.
		hold?.on("error", () => {});
		const ended = new Promise<string>((resolve) => {
			guard.once("exit", () => resolve(`ended, see ${files.log}`));
			guard.once("error", (error) => {
				hold?.destroy();
				resolve(couldNot(error));
			});
		});
		return { hold, ended };
	} finally {
		closeSync(log);
	}
}

function couldNot({ message }: Error): string {
	return `could not be started (${message})`;
}

/** @throws ConfigError where there is no server program, or one too old. */
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
