/**
 * The local cluster's own Redis: with last time's port and data, restarted when it dies,
 * as the nodes are, and stopped last.
 */
import type { Writable } from "node:stream";
import {
	REDIS_START_MS,
	REDIS_STOP_MS,
	UP_POLL_MS,
} from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";
import { makeFolder } from "../folder.ts";
import { sleep } from "../sleep.ts";
import type { Terminal } from "../terminal.ts";
import { type RedisFiles, writeConfig } from "./redis-config.ts";
import type { RedisPlace } from "./redis-place.ts";
import { probeRedis } from "./redis-probe.ts";
import { type RedisServer, spawnRedis } from "./redis-server.ts";
import { RestartPace } from "./restart-pace.ts";
import { StartFailed } from "./start-failed.ts";

export class LocalRedis {
	readonly url: string;
	readonly #port: number;
	readonly #files: RedisFiles;
	readonly #clock: Clock;
	readonly #terminal: Terminal;
	#server: RedisServer;
	#stopping = false;

	/** Begins to start. @throws ConfigError if its folder cannot be created */
	constructor({ files, port }: RedisPlace, clock: Clock, terminal: Terminal) {
		makeFolder(files.data, "move what is there out of the way");
		writeConfig(files, port);
		this.url = `redis://127.0.0.1:${port}`;
		this.#port = port;
		this.#files = files;
		this.#clock = clock;
		this.#terminal = terminal;
		this.#server = spawnRedis(files);
	}

	/**
	 * Resolves when the server takes commands, with its earlier data in memory, or was told
	 * to stop meanwhile. From then on it is restarted whenever it ends. @throws StartFailed
	 */
	async ready(): Promise<void> {
		const startedMs = this.#clock.monoMs();
		const start = await this.#startOf(this.#server);
		if (this.#stopping) return;
		if (start.kind !== "ready") throw new StartFailed(`Redis ${start.how}`);
		void this.#keepUp(startedMs);
	}

	get pid(): number | undefined {
		return this.#server.pid;
	}

	/** The pipe to pass to every process that needs the server; undefined while there is none. */
	get hold(): Writable | undefined {
		const { hold } = this.#server;
		return hold?.destroyed ? undefined : hold;
	}

	/** Stops the server. Resolves when it has saved everything and ended. */
	async stop(): Promise<void> {
		this.#stopping = true;
		this.#server.stop();
		const late = sleep(this.#clock, REDIS_STOP_MS).then(() => "late");
		if ((await Promise.race([this.#server.ended, late])) === "late") {
			this.#terminal.problem(
				`Redis is still writing and ends by itself; ${this.#files.log} tells.`,
			);
		}
	}

	/**
	 * Restarts the server whenever it ends. Running nodes still hold the former server's pipe;
	 * so if `up` is killed after this, the new server may end before they have drained.
	 */
	async #keepUp(startedMs: number): Promise<void> {
		const pace = new RestartPace();
		for (let sinceMs = startedMs; ; sinceMs = this.#clock.monoMs()) {
			const how = await this.#server.ended;
			if (this.#stopping) return;
			const waitMs = pace.next(this.#clock.monoMs() - sinceMs);
			this.#terminal.problem(
				`redis   ${how}; it starts again in ${waitMs / 1_000} s.`,
			);
			await sleep(this.#clock, waitMs);
			if (this.#stopping) return;
			this.#server = spawnRedis(this.#files);
			void this.#tellReady(this.#server);
		}
	}

	/** Reports that the server is ready. If it ends instead, whoever keeps it up reports that. */
	async #tellReady(server: RedisServer): Promise<void> {
		const start = await this.#startOf(server);
		if (this.#stopping) return;
		if (start.kind === "ready")
			this.#terminal.line(`redis   is back (pid ${server.pid})`);
		if (start.kind === "late")
			this.#terminal.problem(`redis   ${start.how}; it is told to end.`);
	}

	/** How the start of a server came out. A server without a sign of life for REDIS_START_MS is told to end. */
	async #startOf(server: RedisServer): Promise<Start> {
		let how: string | undefined;
		void server.ended.then((said) => {
			how = said;
		});
		const listensByMs = this.#clock.monoMs() + REDIS_START_MS;
		for (;;) {
			const found = await probeRedis(this.#port);
			// If something else has the port, this server will end because of that.
			const isIt = found.kind === "redis" && found.pid === server.pid;
			// Reading a large backlog may take a while.
			if (isIt && !found.loading) return { kind: "ready" };
			if (how !== undefined) return { kind: "ended", how };
			if (!isIt && this.#clock.monoMs() > listensByMs) {
				server.stop();
				return { kind: "late", how: `does not answer, see ${this.#files.log}` };
			}
			await sleep(this.#clock, UP_POLL_MS);
		}
	}
}

/** What has become of a server that was started, with the words that follow its name. */
type Start =
	| { readonly kind: "ready" }
	| { readonly kind: "ended" | "late"; readonly how: string };
