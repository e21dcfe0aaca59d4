/**
 * Listens to the Sentinels for a new primary.
 *
 * A primary that was replaced lives on, and takes writes for some ten seconds until
 * Sentinel makes a replica of it; then all of these are lost. So a node has to leave it
 * as soon as any Sentinel says so. Owns one subscription to each Sentinel that the
 * address names, kept up whatever becomes of Redis or of the other Sentinels. Whether to
 * leave is left to the listener: each Sentinel tells it, one after another, since they do
 * not all know at the same moment.
 *
 * ioredis has a feature of its own for this (`failoverDetector`). It stays away from a
 * Sentinel that restarted for a minute, and ends the connection for good if it is told
 * while an address is being asked for.
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Redis } from "ioredis";
import {
	SENTINEL_TIMEOUT_MS,
	STORE_COMMAND_TIMEOUT_MS,
	STORE_RETRY_MS,
} from "../../../protocol/limits.ts";
import type { Clock, Log } from "../../ports.ts";
import type { StoreAddress } from "./url.ts";

const CHANNEL = "+switch-master";

/** After this long without a word, the system asks the Sentinel for a sign of life. */
const KEEP_ALIVE_MS = 10_000;

/** Where the primary is now. */
export interface Told {
	/** As the Sentinel says it: an address, or a name if it is set up to announce names. */
	readonly host: string;
	readonly port: number;
	/**
	 * The addresses of the host. None if they cannot be had soon: staying with a former
	 * primary meanwhile loses writes. Never rejects.
	 */
	readonly addresses: Promise<readonly string[]>;
}

export class SentinelWatch {
	readonly #clients: readonly Redis[];
	readonly #clock: Clock;
	readonly #log: Log;

	constructor(
		{ hosts, primary, options, sentinelAccess }: StoreAddress,
		clock: Clock,
		log: Log,
		moved: (told: Told) => void,
	) {
		this.#clock = clock;
		this.#log = log;
		this.#clients = hosts.map((sentinel) => {
			const client = new Redis({
				...sentinel,
				...sentinelAccess,
				...(options.tls && { tls: options.tls }),
				enableReadyCheck: false,
				autoResubscribe: false,
				// It is silent by nature, so the system checks whether the other end is there.
				keepAlive: KEEP_ALIVE_MS,
				maxRetriesPerRequest: null,
				connectTimeout: STORE_COMMAND_TIMEOUT_MS,
				commandTimeout: STORE_COMMAND_TIMEOUT_MS,
				retryStrategy: () => STORE_RETRY_MS,
				protocol: 2,
				disableClientInfo: true,
			});
			client.on("ready", () => void this.#subscribe(client));
			// `name, former host and port, new host and port`
			client.on("message", (_channel, text: string) => {
				const [name, , , host = "", port] = text.split(" ");
				if (name !== primary) return;
				const addresses = this.#addressesOf(host);
				moved({ host, port: Number(port), addresses });
			});
			// The others are still listened to, and this one is tried again.
			client.on("error", (err) =>
				log.debug({ err, ...sentinel }, "a Sentinel is not reachable"),
			);
			return client;
		});
	}

	close(): void {
		for (const client of this.#clients) client.disconnect();
	}

	async #subscribe(client: Redis): Promise<void> {
		try {
			await client.subscribe(CHANNEL);
		} catch (err) {
			this.#log.debug({ err }, "a Sentinel does not answer");
			client.disconnect(true);
		}
	}

	async #addressesOf(host: string): Promise<readonly string[]> {
		if (isIP(host) !== 0) return [host];
		const late = Promise.withResolvers<[]>();
		const timer = this.#clock.after(SENTINEL_TIMEOUT_MS, () =>
			late.resolve([]),
		);
		try {
			const found = lookup(host, { all: true });
			const entries = await Promise.race([found, late.promise]);
			return entries.map(({ address }) => address);
		} catch (err) {
			this.#log.debug({ err, host }, "the primary's host is not known");
			return [];
		} finally {
			timer.cancel();
		}
	}
}
