/**
 * The one Redis on which everything is measured: started by the bench on a free port in a
 * directory of its own, with the settings that Hearsay asks for, alike for all
 * contenders.
 *
 * It never rewrites its append-only file by itself, which would burden whoever is being
 * measured at that moment; `clear` does it between runs.
 */
import { Redis } from "ioredis";
import { Child } from "./children.ts";
import { sleep } from "./clock.ts";
import { freePort } from "./port.ts";

export const REDIS_SETTINGS = {
	appendonly: "yes",
	appendfsync: "everysec",
	"maxmemory-policy": "noeviction",
} as const;

export class BenchRedis implements AsyncDisposable {
	readonly port: number;
	readonly url: string;
	readonly #child: Child;
	readonly #client: Redis;

	private constructor(port: number, child: Child, client: Redis) {
		this.port = port;
		this.url = `redis://127.0.0.1:${port}`;
		this.#child = child;
		this.#client = client;
	}

	static async start(directory: string): Promise<BenchRedis> {
		const port = await freePort();
		const settings = {
			...REDIS_SETTINGS,
			port: String(port),
			bind: "127.0.0.1",
			dir: directory,
			save: "",
			"auto-aof-rewrite-percentage": "0",
		};
		const args = Object.entries(settings).flatMap(([name, value]) => [
			`--${name}`,
			value,
		]);
		const child = new Child("redis-server", "redis-server", args);
		await child.untilSaid("Ready to accept connections");
		const client = new Redis(port, "127.0.0.1");
		return new BenchRedis(port, child, client);
	}

	async version(): Promise<string> {
		const info = await this.#client.info("server");
		return /redis_version:(\S+)/.exec(info)?.[1] ?? "unknown";
	}

	/** Empties Redis, and its append-only file too. */
	async clear(): Promise<void> {
		await this.#client.flushall();
		await this.#client.bgrewriteaof();
		while (await this.#rewriting()) await sleep(20);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#client.disconnect();
		await this.#child.stop();
	}

	async #rewriting(): Promise<boolean> {
		const info = await this.#client.info("persistence");
		return /aof_rewrite_(in_progress|scheduled):1/.test(info);
	}
}
