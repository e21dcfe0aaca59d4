/** Waiting on a clock. The process lives on only if something else keeps it. */
import type { Clock } from "../ports.ts";

export function sleep(clock: Clock, ms: number): Promise<void> {
	return new Promise((resolve) => {
		clock.after(ms, resolve);
	});
}
