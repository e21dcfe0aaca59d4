/**
 * BeganTimes: when the code of all running jobs began. The pulses of all shards ask, one
 * soon after the other, so the executor's answer serves for BEGUN_TOLD_MS: what began
 * since is too young to be reported.
 */
import { BEGUN_TOLD_MS } from "../../protocol/limits.ts";
import type { Clock, Executor, Job } from "../ports.ts";

export interface BeganTimesParts {
	readonly clock: Pick<Clock, "monoMs">;
	readonly executor: Pick<Executor, "begun">;
}

export class BeganTimes {
	#times: ReadonlyMap<Job, number> = new Map();
	#atMs = Number.NEGATIVE_INFINITY;
	readonly #parts: BeganTimesParts;

	constructor(parts: BeganTimesParts) {
		this.#parts = parts;
	}

	/** When the code of each running job began, by the monotonic clock. */
	at(): ReadonlyMap<Job, number> {
		const { clock, executor } = this.#parts;
		const nowMs = clock.monoMs();
		if (nowMs - this.#atMs >= BEGUN_TOLD_MS) {
			this.#times = new Map(executor.begun());
			this.#atMs = nowMs;
		}
		return this.#times;
	}
}
