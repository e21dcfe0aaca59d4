/**
 * One job under way in this thread: what its code is given, its log, and the
 * switch that stops it. Jobs may come by the ten thousands a second and most
 * neither log nor listen for the signal, so both are made when first asked for.
 */
import type { JobInThread } from "../messages.ts";
import type { TaskContext } from "../task-code.ts";
import { AbortSwitch, abort, abortError, signalOf } from "./native.ts";
import type { Outbox } from "./outbox.ts";
import { TaskLog } from "./task-log.ts";

export class RunningJob {
	readonly number: number;
	readonly job: JobInThread;
	/** For the built-in types; task code has the signal. */
	onStop: (() => void) | undefined;
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

	stop(reason: string): void {
		this.#stopper ??= new AbortSwitch();
		this.onStop?.();
		abort(this.#stopper, abortError(reason));
	}

	/** For the task's code, which may take it apart: `({ signal, log })`. */
	context(): TaskContext {
		const running = this;
		const { id, attempt, token } = this.job;
		return {
			id,
			attempt,
			token,
			get signal() {
				return running.signal;
			},
			log: (...values) => running.log(values),
		};
	}
}
