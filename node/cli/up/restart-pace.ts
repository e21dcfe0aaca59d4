/** How long to wait before a process is started again that ended: longer and longer while it does not stay up. */
import { RESTART_MS_MAX, RESTART_MS_MIN } from "../../../protocol/limits.ts";

export class RestartPace {
	#ms = RESTART_MS_MIN;

	/** `livedMs`: how long the process was there. */
	next(livedMs: number): number {
		if (livedMs > RESTART_MS_MAX) this.#ms = RESTART_MS_MIN;
		const ms = this.#ms;
		this.#ms = Math.min(ms * 2, RESTART_MS_MAX);
		return ms;
	}
}
