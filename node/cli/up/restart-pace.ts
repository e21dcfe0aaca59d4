/** How long to wait before a process that ended is restarted: longer and longer while it does not stay up. */
import { RESTART_MS_MAX, RESTART_MS_MIN } from "../../../protocol/limits.ts";

export class RestartPace {
	#ms = RESTART_MS_MIN;

	/** How long to wait this time. `livedMs`: how long the process lived. */
	next(livedMs: number): number {
		if (livedMs > RESTART_MS_MAX) this.#ms = RESTART_MS_MIN;
		const ms = this.#ms;
		this.#ms = Math.min(ms * 2, RESTART_MS_MAX);
		return ms;
	}
}
