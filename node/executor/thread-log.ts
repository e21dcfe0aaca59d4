/** What one thread has said that the node's log is to have, and what there is to say of it. */
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

	/** A line of a task's, or one said outside any. */
	write(jobs: ThreadJobs, { number, line }: Line): void {
		const job = number === undefined ? undefined : jobs.get(number)?.job;
		this.#log.info(
			job === undefined
				? {}
				: { task: job.id, type: job.type, attempt: job.attempt },
			line,
		);
	}

	/** Of those in it, what has begun. */
	tellSilent(jobs: ThreadJobs): void {
		const waiting = new Set(jobs.unbegun());
		const tasks = [...jobs].filter((live) => !waiting.has(live));
		this.#log.warn(
			{ tasks: tasks.map(({ job }) => job.id) },
			"a worker thread does not answer: one of its tasks does not yield",
		);
	}

	/** Once: it may come by the thousand. */
	tellNonsense(): void {
		if (this.#toldNonsense) return;
		this.#toldNonsense = true;
		this.#log.warn(
			{},
			"a worker thread said what no worker says, which is dropped: task code has come to speak in its place",
		);
	}
}
