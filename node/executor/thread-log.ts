/**
 * Writes what one thread has said into the node's log, and what there is to say about the
 * thread.
 */
import type { Log } from "../ports.ts";
import type { FromWorker } from "./messages.ts";
import type { ThreadJobs } from "./thread-jobs.ts";

type Line = Extract<FromWorker, { kind: "log" }>;

export class ThreadLog {
	readonly #log: Log;
	#toldNonsense = false;

	constructor(log: Log) {
		this.#log = log;
	}

	/** Writes a line that a task said, or one said outside any. */
	write(jobs: ThreadJobs, { number, line }: Line): void {
		const job = number === undefined ? undefined : jobs.get(number)?.job;
		this.#log.info(
			job === undefined
				? {}
				: { task: job.id, type: job.type, attempt: job.attempt },
			line,
		);
	}

	/** Logs that the thread is silent, with its jobs that have begun. */
	tellSilent(jobs: ThreadJobs): void {
		const waiting = new Set(jobs.unbegun());
		const tasks = [...jobs].filter((live) => !waiting.has(live));
		this.#log.warn(
			{ tasks: tasks.map(({ job }) => job.id) },
			"a worker thread does not answer: one of its tasks does not yield",
		);
	}

	/** Logged once: it may come by the thousand. */
	tellNonsense(): void {
		if (this.#toldNonsense) return;
		this.#toldNonsense = true;
		this.#log.warn(
			{},
			"a worker thread said what no worker says, which is dropped: task code has come to speak in its place",
		);
	}
}
