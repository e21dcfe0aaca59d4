/**
 * How ioredis is set up for `connection.ts`, which says why: it sends nothing twice,
 * queues nothing and connects again for ever, ever more seldom.
 */
import { Redis } from "ioredis";
import {
	SENTINEL_TIMEOUT_MS,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../../protocol/limits.ts";
import type { StoreAddress } from "./url.ts";

/** Between the first two tries to connect; it doubles up to RETRY_MS_MAX. */
const RETRY_MS_MIN = 100;
/** Between tries to connect at the longest, and of who was not let in. Nodes find Redis again so far apart. */
const RETRY_MS_MAX = 500;

const OPTIONS = {
	autoResendUnfulfilledCommands: false,
	enableOfflineQueue: false,
	// What was sent and lost is settled by the connection; ioredis need not count tries.
	maxRetriesPerRequest: null,
	// ioredis's commandTimeout would bound each command, but turns every one into a dictionary to
	// take its timer out. One timer does for all, as they are answered in order: see `Connection.#look`.
	socketTimeout: STORE_COMMAND_TIMEOUT_MS,
	connectTimeout: STORE_COMMAND_TIMEOUT_MS,
	protocol: 2,
	// It asks for a right of its own, and tells nobody anything.
	disableClientInfo: true,
} as const;

/** Begins to connect. `isRefused` is asked before each further try. */
export function createClient(
	{ kind, hosts, primary, options, sentinelAccess }: StoreAddress,
	isRefused: () => boolean,
): Redis {
	const retryStrategy = (times: number) =>
		isRefused()
			? RETRY_MS_MAX
			: Math.min(RETRY_MS_MIN * 2 ** (Math.min(times, 5) - 1), RETRY_MS_MAX);
	if (kind === "single") {
		return new Redis({ ...OPTIONS, retryStrategy, ...options, ...hosts[0] });
	}
	return new Redis({
		...OPTIONS,
		retryStrategy,
		...options,
		sentinels: [...hosts],
		name: primary,
		...sentinelLogin(sentinelAccess),
		...(options.tls && {
			enableTLSForSentinelMode: true,
			sentinelTLS: options.tls,
		}),
		// One that is frozen is passed over; of itself ioredis waits for it for ever.
		sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
	});
}

/** In ioredis's words, without what is not given. */
function sentinelLogin({ username, password }: StoreAddress["sentinelAccess"]) {
	return {
		...(username !== undefined && { sentinelUsername: username }),
		...(password !== undefined && { sentinelPassword: password }),
	};
}
