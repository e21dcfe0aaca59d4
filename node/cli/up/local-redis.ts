/**
 * The local cluster's own Redis: on the port and with the data of the last
 * time, started again when it dies, as the nodes are, and stopped last.
 */
import type { Writable } from "node:stream";
import {
	REDIS_START_MS,
	REDIS_STOP_MS,
	RESTART_MS_MIN,
	UP_POLL_MS,
} from "../../../protocol/limits.ts";
import { ConfigError } from "../../options.ts";
import type { Clock } from "../../ports.ts";
import { makeFolder } from "../folder.ts";
import { sleep } from "../sleep.ts";
import type { Terminal } from "../terminal.ts";
import { type RedisFiles, writeConfig } from "./redis-config.ts";
import type { RedisPlace } from "./redis-place.ts";
import { probeRedis } from "./redis-probe.ts";
import { type RedisServer, spawnRedis } from "./redis-server.ts";

export class LocalRedis {
	readonly url: string;
	readonly #port: number;
	readonly #files: RedisFiles;
	readonly #clock: Clock;
	readonly #terminal: Terminal;
	#server: RedisServer;
	#stopping = false;

	/**
	 * Resolves when the server takes commands, with its earlier data in memory.
	 * @throws ConfigError where it does not start
	 */
	static async start(
		{ files, port }: RedisPlace,
		clock: Clock,
		terminal: Terminal,
	): Promise<LocalRedis> {
		makeFolder(files.data, "move what is there out of the way");
		writeConfig(files, port);
		const server = spawnRedis(files);
		const start = await startOf(server, port, files, clock);
		if (start.kind !== "ready") throw new ConfigError(`Redis ${start.how}.`);
		return new LocalRedis(port, files, server, clock, terminal);
	}

	private constructor(
		port: number,
		files: RedisFiles,
		server: RedisServer,
		clock: Clock,
		terminal: Terminal,
	) {
		this.url = `redis://127.0.0.1:${port}`;
		this.#port = port;
		this.#files = files;
		this.#clock = clock;
		this.#terminal = terminal;
		this.#server = server;
		void this.#keepUp();
	}

	/** To be passed to every process that needs the server; undefined while there is none. */
	get hold(): Writable | undefined {
		const { hold } = this.#server;
		return hold?.destroyed ? undefined : hold;
	}

	/** Lets go; resolves when the server has written everything down and ended. */
	async stop(): Promise<void> {
		this.#stopping = true;
		this.#server.hold?.end();
		const late = sleep(this.#clock, REDIS_STOP_MS).then(() => "late");
		if ((await Promise.race([this.#server.ended, late])) === "late") {
			this.#terminal.problem(
				`Redis is still writing and ends by itself; ${this.#files.log} tells.`,
			);
		}
	}

	/**
	 * Nodes that run already hold the pipe of the server before. Only if `up` is
	 * killed after this, the new server may end before they have drained.
	 */
	async #keepUp(): Promise<void> {
		for (;;) {
			const how = await this.#server.ended;
			if (this.#stopping) return;
			this.#terminal.problem(
				`redis   ${how}; it starts again in ${RESTART_MS_MIN / 1_000} s.`,
			);
			await sleep(this.#clock, RESTART_MS_MIN);
			if (this.#stopping) return;
			this.#server = spawnRedis(this.#files);
			void this.#tellReady(this.#server);
		}
	}

	/** Of one that ends instead, who keeps it up tells. */
	async #tellReady(server: RedisServer): Promise<void> {
		const start = await startOf(server, this.#port, this.#files, this.#clock);
		if (start.kind === "ready") this.#terminal.line("redis   is back");
		if (start.kind === "late")
			this.#terminal.problem(`redis   ${start.how}; it is told to end.`);
	}
}

/** What has become of a server that was started; with what to say after its name. */
type Start =
	| { readonly kind: "ready" }
	| { readonly kind: "ended" | "late"; readonly how: string };

/** One that is not heard of for REDIS_START_MS is told to end. */
async function startOf(
	server: RedisServer,
	port: number,
	files: RedisFiles,
	clock: Clock,
): Promise<Start> {
	let how: string | undefined;
	void server.ended.then((said) => {
		how = said;
	});
	const listensByMs = clock.monoMs() + REDIS_START_MS;
	for (;;) {
		const found = await probeRedis(port);
		const ours = found.kind === "redis" && found.configFile === files.config;
		// Reading a large backlog may take its time.
		if (ours && !found.loading) return { kind: "ready" };
		if (how !== undefined) return { kind: "ended", how };
		if (!ours && clock.monoMs() > listensByMs) {
			server.hold?.end();
			return { kind: "late", how: `does not answer, see ${files.log}` };
		}
		await sleep(clock, UP_POLL_MS);
	}
}
