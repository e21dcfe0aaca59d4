/**
 * How ioredis is set up for `connection.ts`, which says why: it sends nothing twice,
 * queues nothing, and reconnects for ever, more and more rarely.
 */
import { Redis } from "ioredis";
import {
	SENTINEL_TIMEOUT_MS,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../../protocol/limits.ts";
import type { StoreAddress } from "./url.ts";

/** Between the first two attempts to connect; it doubles up to RETRY_MS_MAX. */
const RETRY_MS_MIN = 100;
/**
 * The longest time between attempts to connect, and the time between attempts of a node
 * that was not let in. Nodes find Redis again within this time of each other.
 */
const RETRY_MS_MAX = 500;

const OPTIONS = {
	autoResendUnfulfilledCommands: false,
	enableOfflineQueue: false,
	// The connection settles what was sent and lost; ioredis need not count attempts.
	maxRetriesPerRequest: null,
	// ioredis's commandTimeout would limit each command, but removing its timer turns every
	// command into a dictionary. One timer does for all, since commands are answered in
	// order: see `Connection.#look`.
	socketTimeout: STORE_COMMAND_TIMEOUT_MS,
	connectTimeout: STORE_COMMAND_TIMEOUT_MS,
	protocol: 2,
	// It needs a right of its own, and is of use to nobody.
	disableClientInfo: true,
} as const;

/** Begins to connect. `isRefused` is asked before each further attempt. */
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
		// A frozen Sentinel is skipped; by default ioredis waits for it for ever.
		sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
	});
}

/** In ioredis's terms, without what is not given. */
function sentinelLogin({ username, password }: StoreAddress["sentinelAccess"]) {
	return {
		...(username !== undefined && { sentinelUsername: username }),
		...(password !== undefined && { sentinelPassword: password }),
	};
}
