/**
 * The system's own id of this thread, by which the node can tell which processes it has
 * started.
 */
import { readlinkSync } from "node:fs";

/**
 * Undefined unless the system gives it as Linux does. To be called before any task code
 * is loaded.
 */
export function systemThread(): number | undefined {
	try {
		return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
	} catch {
		return undefined;
	}
}
