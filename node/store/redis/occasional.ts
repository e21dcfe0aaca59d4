/**
 * A connection that exists while it is used: made for the first command, and closed some
 * time after the last.
 */
import { STORE_IDLE_MS, STORE_OPEN_MS } from "../../../protocol/limits.ts";
import type { Clock, Timer } from "../../ports.ts";
import type { Script } from "../scripts.ts";
import type { Connection, Reply } from "./connection.ts";

export class OccasionalConnection {
	#connection: Connection | undefined;
	#opening: Promise<void> | undefined;
	#idle: Timer | undefined;
	#closed = false;
	readonly #connect: () => Connection;
	readonly #clock: Clock;

	constructor(connect: () => Connection, clock: Clock) {
		this.#connect = connect;
		this.#clock = clock;
	}

	get life(): number | undefined {
		return this.#connection?.life;
	}

	/** @throws StoreError, also if there is no connection within STORE_OPEN_MS. */
	async run(
		script: Script,
		tag: string,
		args: readonly (string | number)[],
	): Promise<Reply> {
		this.#idle?.cancel();
		this.#connection ??= this.#connect();
		const connection = this.#connection;
		if (!connection.up) {
			this.#opening ??= this.#open(connection);
			await this.#opening;
		}
		try {
			return await connection.run(script, tag, args);
		} finally {
			this.#idle?.cancel();
			if (!this.#closed)
				this.#idle = this.#clock.after(STORE_IDLE_MS, () => void this.#letGo());
		}
	}

	async close(): Promise<void> {
		this.#closed = true;
		await this.#letGo();
	}

	/** Resolves when it is there, or its time is over. */
	async #open(connection: Connection): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		connection.onChange((up) => {
			if (up) resolve();
		});
		const timer = this.#clock.after(STORE_OPEN_MS, resolve);
		await promise;
		timer.cancel();
		this.#opening = undefined;
	}

	async #letGo(): Promise<void> {
		const connection = this.#connection;
		this.#idle?.cancel();
		this.#connection = undefined;
		await connection?.close();
	}
}
