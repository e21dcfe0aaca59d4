/** What the system calls this thread, so that the node can tell which processes it has started. */
import { readlinkSync } from "node:fs";

/** Undefined if the system does not tell as Linux does. Before any task code is loaded. */
export function systemThread(): number | undefined {
	try {
		return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
	} catch {
		return undefined;
	}
}
