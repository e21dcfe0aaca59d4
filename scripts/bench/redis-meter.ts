/** What Redis spends, by its own account: `INFO`, over a connection of its own. */
import { Redis } from "ioredis";

/** Commands as a client sends them, as opposed to those that scripts call. */
const SENT = ["evalsha", "eval", "ping", "config\\|get"];

export class RedisMeter {
	readonly #client: Redis;

	constructor(port: number) {
		this.#client = new Redis(port, "127.0.0.1");
	}

	close(): void {
		this.#client.disconnect();
	}

	/** Processor time since Redis started, of all its threads, in ms. */
	async cpuMs(): Promise<number> {
		const { used_cpu_user, used_cpu_sys } = await this.#info("cpu");
		return (Number(used_cpu_user) + Number(used_cpu_sys)) * 1_000;
	}

	/** Processor time of the thread that runs commands alone, in µs. */
	async mainThreadMicros(): Promise<number> {
		const info = await this.#info("cpu");
		const seconds =
			Number(info.used_cpu_user_main_thread) +
			Number(info.used_cpu_sys_main_thread);
		return seconds * 1e6;
	}

	/**
	 * Commands so far: those that clients sent for their work, and all, including those
	 * that scripts called.
	 */
	async commands(): Promise<{ sent: number; run: number }> {
		const stats = await this.#client.info("commandstats");
		const sent = SENT.map((name) => {
			const calls = new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1];
			return Number(calls ?? 0);
		});
		const { total_commands_processed } = await this.#info("stats");
		return {
			sent: sent.reduce((sum, calls) => sum + calls, 0),
			run: Number(total_commands_processed),
		};
	}

	/**
	 * Bytes of memory in use, without those that move with the load: the buffers of clients
	 * and of the log.
	 */
	async keptBytes(): Promise<number> {
		const info = await this.#info("memory");
		const { used_memory, mem_clients_normal, mem_aof_buffer } = info;
		return (
			Number(used_memory) - Number(mem_clients_normal) - Number(mem_aof_buffer)
		);
	}

	async #info(section: string): Promise<Record<string, string>> {
		const text = await this.#client.info(section);
		return Object.fromEntries(
			text
				.split("\r\n")
				.filter((line) => line.includes(":"))
				.map((line) => {
					const at = line.indexOf(":");
					return [line.slice(0, at), line.slice(at + 1)] as const;
				}),
		);
	}
}
