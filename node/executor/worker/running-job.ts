/**
 * One job under way in this thread: what its code is given, its log, the switch that
 * stops it, and whether it asked to be put off. Jobs may come by the ten thousand a
 * second, and most neither log nor listen for the signal, so both are made when they are
 * first asked for.
 */

import { DUE_MS_MAX } from "../../../protocol/limits.ts";
import type { JobInThread } from "../messages.ts";
import type { TaskContext } from "../task-code.ts";
import { durationMs } from "./duration.ts";
import {
	AbortSwitch,
	abort,
	dateOf,
	Failure,
	signalOf,
	wallNow,
} from "./native.ts";
import type { Outbox } from "./outbox.ts";
import { TaskLog } from "./task-log.ts";

export class RunningJob {
	readonly number: number;
	readonly job: JobInThread;
	/** Called when the job is to stop. For the built-in types; task code has the signal. */
	onStop: ((why: Error) => void) | undefined;
	/** How long the job asked to be put off. */
	snoozedMs: number | undefined;
	readonly #outbox: Outbox;
	#log: TaskLog | undefined;
	#stopper: AbortController | undefined;

	constructor(number: number, job: JobInThread, outbox: Outbox) {
		this.number = number;
		this.job = job;
		this.#outbox = outbox;
	}

	log(values: readonly unknown[]): void {
		this.#log ??= new TaskLog((line) =>
			this.#outbox.say({ kind: "log", number: this.number, line }),
		);
		this.#log.log(values);
	}

	get signal(): AbortSignal {
		this.#stopper ??= new AbortSwitch();
		return signalOf(this.#stopper);
	}

	/** Puts the job off. @throws with a sentence that says what is wrong with the duration */
	snooze(duration: unknown): void {
		const ms = durationMs(duration);
		if (ms === undefined || ms > DUE_MS_MAX)
			throw new Failure(
				'snooze takes a duration of up to 366 days, such as "10s", "5m", "2h" or "7d", or milliseconds',
			);
		this.snoozedMs = ms;
	}

	/** Stops the job. Its code sees the first reason given. */
	stop(why: Error): void {
		this.#stopper ??= new AbortSwitch();
		this.onStop?.(why);
		abort(this.#stopper, why);
	}

	/**
	 * When the signal fires because the time is over. By the wall clock, with which task
	 * code compares it.
	 */
	#deadline(): Date | undefined {
		const { timeoutMs } = this.job;
		return timeoutMs === undefined ? undefined : dateOf(wallNow() + timeoutMs);
	}

	/** What the task's code is given. It may be destructured: `({ signal, log })`. */
	context(): TaskContext {
		const running = this;
		const { id, attempt, token, round, failures, retries } = this.job;
		const { traceparent, tracestate } = this.job.options;
		return {
			id,
			attempt,
			round,
			token,
			last: failures >= retries,
			deadline: this.#deadline(),
			traceparent,
			tracestate,
			log: (...values) => running.log(values),
			snooze: (duration) => running.snooze(duration),
			// Made when it is first asked for.
			get signal() {
				return running.signal;
			},
		};
	}
}
