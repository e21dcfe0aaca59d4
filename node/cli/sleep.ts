/** Waits on a clock. That alone does not keep the process alive. */
import type { Clock } from "../ports.ts";

export function sleep(clock: Clock, ms: number): Promise<void> {
	return new Promise((resolve) => {
		clock.after(ms, resolve);
	});
}
