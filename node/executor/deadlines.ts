/**
 * The time limits of jobs. The worker reports when the code of a job with a timeout
 * begins; from then on this node's monotonic clock counts. When the time is over, the
 * job's signal fires and its thread takes no more jobs; `killAfterMs` later the thread is
 * ended. A job that ends before that has ended by itself.
 */
import { formatDuration } from "../../protocol/duration.ts";
import type { TaskError } from "../../protocol/task.ts";
import type { Clock, Job, JobOutcome, Timer } from "../ports.ts";
import type { LiveJob } from "./live-job.ts";

export class Deadlines {
	readonly #clock: Clock;
	readonly #timers = new Map<LiveJob, Timer>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** To be called when the code of a job in a thread begins. */
	begin(live: LiveJob): void {
		const { timeoutMs } = live.job;
		if (live.beganMs !== undefined) return;
		live.beganMs = this.#clock.monoMs();
		if (timeoutMs !== undefined)
			this.#set(live, timeoutMs, () => this.#expire(live));
	}

	/** To be called when the job has ended. */
	end(live: LiveJob): void {
		if (live.beganMs === undefined) return;
		this.#timers.get(live)?.cancel();
		this.#timers.delete(live);
	}

	#expire(live: LiveJob): void {
		const { thread, job, aborted } = live;
		// A job that was already told to stop has less time than this.
		if (aborted || thread === undefined) return;
		thread.timeOut(live, sentenceOf(job));
		this.#set(live, job.killAfterMs, () => thread.endFor(live));
	}

	#set(live: LiveJob, ms: number, fn: () => void): void {
		this.#timers.set(live, this.#clock.after(ms, fn));
	}
}

/**
 * The outcome of a job that reached its timeout: it threw `thrown` after that, or else
 * was ended.
 */
export function timedOut(
	job: Job,
	ranMs: number,
	thrown: TaskError | undefined,
): JobOutcome {
	const kill = formatDuration(job.killAfterMs);
	const message =
		thrown === undefined
			? `${sentenceOf(job)}, and did not stop within ${kill} of its signal: it was ended by force`
			: sentenceOf(job);
	// Usually it throws what its signal gave it.
	const cause = thrown?.code === "timeout" ? undefined : thrown;
	return {
		kind: "timeout",
		error: { code: "timeout", message, ...(cause !== undefined && { cause }) },
		ranMs,
	};
}

function sentenceOf({ timeoutMs = 0 }: Job): string {
	return `the task ran longer than its timeout of ${formatDuration(timeoutMs)}; give it more time, or less to do`;
}
