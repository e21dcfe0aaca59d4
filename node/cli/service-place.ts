/**
 * Where the service manager listens to this program, according to its environment: see
 * sd_notify(3).
 */
import type { NodeOptions } from "../options.ts";
import type { Environment } from "./flags.ts";

/** Where and how often to report. `pid`: of this process; a watchdog for another process does not count. */
export function readService(
	env: Environment,
	pid: number,
): Pick<NodeOptions, "service"> {
	const { NOTIFY_SOCKET: socket, WATCHDOG_USEC, WATCHDOG_PID } = env;
	if (socket === undefined || socket === "") return {};
	const watchdogMs = Number(WATCHDOG_USEC) / 1_000;
	const isOurs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid;
	const isWatched = isOurs && watchdogMs > 0 && Number.isFinite(watchdogMs);
	return { service: { socket, ...(isWatched && { watchdogMs }) } };
}
