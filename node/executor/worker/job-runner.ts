/**
 * The jobs under way in this thread: begins each, stops it when told, and says how it
 * ended.
 *
 * Each runs in its own asynchronous context, so that whatever happens later in the thread
 * (an uncaught error, a `process.exit`, a `console.log`) can be charged to the job that
 * it comes from.
 */
import { placeOf } from "../../slot-map.ts";
import type { JobInThread, ToWorker } from "../messages.ts";
import type { LoadedHandlers } from "./handler-files.ts";
import {
	Account,
	abortError,
	bareList,
	now,
	parseJson,
	timeoutError,
} from "./native.ts";
import type { Outbox } from "./outbox.ts";
import { type Returned, returned } from "./outcome.ts";
import { type RetryWish, retryWishOf } from "./retry-wish.ts";
import { RunningJob } from "./running-job.ts";
import { taskErrorOf } from "./task-error.ts";

export class JobRunner {
	readonly #outbox: Outbox;
	/** The jobs, by the place of their numbers: see `slot-map.ts`. */
	readonly #jobs: (RunningJob | undefined)[] = bareList();
	readonly #current = new Account<RunningJob>();
	#tellsBegin = false;

	constructor(outbox: Outbox) {
		this.#outbox = outbox;
	}

	/** From now on, reports when each job begins: nobody can see it otherwise. */
	tellBegin(): void {
		this.#tellsBegin = true;
	}

	/** The job on whose account the calling code runs. It may be over. */
	current(): RunningJob | undefined {
		return this.#current.owner;
	}

	/** Begins a job. The time is by the thread's clock, and is now. */
	run(
		number: number,
		job: JobInThread,
		nowMs: number,
		handlers: LoadedHandlers,
	): void {
		const running = new RunningJob(number, job, this.#outbox);
		this.#jobs[placeOf(number)] = running;
		this.#current.run(running, () => void this.#run(running, nowMs, handlers));
	}

	hear(message: ToWorker): void {
		switch (message.kind) {
			case "abort":
				this.#find(message.number)?.stop(abortError(message.reason));
				return;
			case "timeout":
				this.#find(message.number)?.stop(timeoutError(message.message));
				return;
			case "go": // Meant for whoever held the jobs back until now.
				return;
			case "ping":
				this.#outbox.say({ kind: "pong" });
				return;
		}
	}

	#find(number: number): RunningJob | undefined {
		const running = this.#jobs[placeOf(number)];
		return running?.number === number ? running : undefined;
	}

	/** Runs the job. Never rejects: that would be taken for an uncaught error of the task. */
	async #run(
		running: RunningJob,
		startedMs: number,
		handlers: LoadedHandlers,
	): Promise<void> {
		const { number, job } = running;
		// Reported at once: the job's code may never yield.
		if (this.#tellsBegin || job.timeoutMs !== undefined)
			this.#outbox.sayNow({ kind: "began", number });
		const end = await endOf(running, handlers);
		const ranMs = now() - startedMs;
		this.#jobs[placeOf(number)] = undefined;
		if (!end.ok)
			this.#outbox.say({
				kind: "failure",
				number,
				error: end.error,
				ranMs,
				retry: end.wish?.retry,
				retryAfterMs: end.wish?.retryAfterMs,
			});
		else if (running.snoozedMs === undefined)
			this.#outbox.saySuccess(number, end.result, ranMs);
		else
			this.#outbox.say({
				kind: "snoozed",
				number,
				afterMs: running.snoozedMs,
				ranMs,
			});
	}
}

async function endOf(
	running: RunningJob,
	handlers: LoadedHandlers,
): Promise<Returned & { readonly wish?: RetryWish }> {
	const { job } = running;
	const run = handlers.get(job.type);
	if (run === undefined) {
		const message = `this node has no handler for the type ${job.type}`;
		return { ok: false, error: { code: "unknown_type", message } };
	}
	try {
		const payload: unknown = parseJson(job.payload);
		const value = await run(payload, running.context(), running);
		// What is put off has no result yet.
		return returned(running.snoozedMs === undefined ? value : null);
	} catch (thrown) {
		return { ok: false, error: taskErrorOf(thrown), wish: retryWishOf(thrown) };
	}
}
