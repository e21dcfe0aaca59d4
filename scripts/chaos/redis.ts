/**
 * The Redis of the chaos run: a real server with an append-only file, which can be
 * killed, started again on its data, and made to answer nobody.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { nowMs, sleep } from "../bench/clock.ts";
import type { RedisPause } from "./fault.ts";
import { OwnProcess } from "./process.ts";

const READY_MS = 20_000;
const READY_POLL_MS = 20;

export type Fsync = "always" | "everysec";

export interface RedisPlan {
	readonly host: string;
	readonly port: number;
	readonly fsync: Fsync;
	readonly directory: string;
}

export class ChaosRedis {
	readonly url: string;
	readonly #plan: RedisPlan;
	#process: OwnProcess | undefined;

	constructor(plan: RedisPlan) {
		this.#plan = plan;
		this.url = `redis://${plan.host}:${plan.port}`;
	}

	/** Resolves when Redis answers, with its earlier data in memory. */
	async start(): Promise<void> {
		const { host, port, fsync, directory } = this.#plan;
		const settings = {
			bind: host,
			port: String(port),
			dir: directory,
			// Only the run's own network reaches it.
			"protected-mode": "no",
			save: "",
			appendonly: "yes",
			appendfsync: fsync,
			"maxmemory-policy": "noeviction",
		};
		this.#process = new OwnProcess({
			command: [
				"redis-server",
				...Object.entries(settings).flatMap(([name, value]) => [
					`--${name}`,
					value,
				]),
			],
			logPath: join(directory, "redis.log"),
			channel: "ignore",
		});
		const deadlineMs = nowMs() + READY_MS;
		while ((await this.#say("PING").catch(() => "")) !== "+PONG") {
			if (nowMs() > deadlineMs || !this.#process.alive) {
				throw new Error(`Redis did not start; see ${directory}/redis.log`);
			}
			await sleep(READY_POLL_MS);
		}
	}

	/** Resolves when the process is gone. */
	async kill(): Promise<void> {
		this.#process?.signal("SIGKILL");
		await this.#process?.ended;
	}

	/** Makes Redis answer nobody for so long. */
	async pause(how: RedisPause, ms: number): Promise<void> {
		if (how === "stop") this.#process?.signal("SIGSTOP");
		else await this.#say(`CLIENT PAUSE ${Math.round(ms)} ALL`);
		await sleep(ms);
		if (how === "stop") this.#process?.signal("SIGCONT");
	}

	/** Sends one command on a connection of its own; returns the answer's first line. */
	async #say(command: string): Promise<string> {
		const socket = connect(this.#plan.port, this.#plan.host);
		try {
			await once(socket, "connect");
			socket.write(`${command}\r\n`);
			const [answer] = await once(socket, "data");
			return String(answer).split("\r\n")[0] ?? "";
		} finally {
			socket.destroy();
		}
	}
}
