/**
 * The `Executor` port over worker threads: user code never runs on the node's event loop,
 * so a task that spins, throws, leaks or exits cannot delay a lease.
 *
 * This file knows the jobs under way and tells them to stop; `deadlines.ts` does so when
 * their time is over. `pool.ts`, with `together.ts` and `apart.ts`, decides where they
 * run. `thread.ts` talks to one thread. `begin-cells.ts` says who begins a job.
 * `verdict.ts` judges when a thread dies. `retrier.ts` takes over when none can be
 * started. What runs inside a thread is `worker-main.ts` and `worker/`. Threads isolate
 * from accidents, not from malice: Buffers do not count towards their heap's limit, and
 * native code can end the whole process. A task suspected of that runs isolated, in a
 * process of its own (`process-link.ts`).
 *
 * How fast: about 100,000 no-op tasks a second through one thread with 100 in flight, for
 * 40 % of a core in the node's own thread; 25,000 one at a time (2 cores, `node
 * test/contract/executor-bench.ts`, and `… 1`).
 */
import { availableParallelism } from "node:os";
import type { HandlerSettings } from "../../protocol/handler-settings.ts";
import { SPARE_PROCESSES_MAX } from "../../protocol/limits.ts";
import type { Clock, Executor, Job, JobOutcome, Log, Timer } from "../ports.ts";
import { SlotMap } from "../slot-map.ts";
import { Deadlines } from "./deadlines.ts";
import type { LiveJob } from "./live-job.ts";
import { BUILT_IN_TYPES } from "./messages.ts";
import { Pool } from "./pool.ts";
import type { Thread } from "./thread.ts";

export interface ExecutorOptions {
	/** How many jobs the node runs at once: more threads than this are of no use. */
	readonly concurrency: number;
	/** Paths of the files whose task types are served besides the built-in ones. */
	readonly handlerFiles: readonly string[];
	/** How long the built-in `process_task` takes if its payload does not say. */
	readonly processTaskMs: number;
	/** The number of shared threads; if absent, one per core, but no more than `concurrency`. */
	readonly threads?: number;
	/**
	 * Ends the processes that task code has started: all, or those of one thread, which is
	 * named as the system names it.
	 */
	readonly endProcesses?: (systemThread?: number) => void;
	readonly clock: Clock;
	readonly log: Log;
}

/**
 * Without handler files, no thread is started before the first job.
 * @throws with one sentence that names the file, if a handler file does not load
 */
export async function createExecutor(
	options: ExecutorOptions,
): Promise<Executor> {
	const { handlerFiles, processTaskMs, concurrency, clock, log } = options;
	const threadsMax =
		options.threads ?? Math.min(availableParallelism(), concurrency);
	const { endProcesses = () => {} } = options;
	const sparesMax = Math.min(SPARE_PROCESSES_MAX, concurrency);
	const deadlines = new Deadlines(clock);
	const pool = new Pool({
		start: { handlerFiles, processTaskMs, typesServed: [] },
		...{ threadsMax, sparesMax, endProcesses, deadlines, clock, log },
	});
	const types = handlerFiles.length === 0 ? BUILT_IN_TYPES : await pool.load();
	return new ThreadExecutor({
		...{ types: new Set(types), pool, deadlines, clock, endProcesses },
	});
}

/** How long a job that was told to stop may go on. */
interface Grace {
	/** When that time is over, by the monotonic clock. */
	readonly untilMs: number;
	readonly timer: Timer;
}

/** Time between looks for processes while a thread does not end. */
const PROCESSES_LOOK_MS = 50;

class ThreadExecutor implements Executor {
	readonly types: ReadonlySet<string>;
	readonly #pool: Pool;
	readonly #clock: Clock;
	readonly #live = new SlotMap<LiveJob>();
	readonly #graces = new Map<LiveJob, Grace>();
	readonly #endProcesses: () => void;
	readonly #deadlines: Deadlines;
	#stopping: Promise<void> | undefined;
	#gone = false;

	constructor({
		types,
		pool,
		deadlines,
		clock,
		endProcesses,
	}: {
		types: ReadonlySet<string>;
		pool: Pool;
		deadlines: Deadlines;
		clock: Clock;
		endProcesses: () => void;
	}) {
		this.types = types;
		this.#pool = pool;
		this.#deadlines = deadlines;
		this.#clock = clock;
		this.#endProcesses = endProcesses;
	}

	settingsOf(type: string): HandlerSettings {
		return this.#pool.settingsOf(type);
	}

	get answers(): boolean {
		return this.#pool.answers;
	}

	run(job: Job): Promise<JobOutcome> {
		if (this.#stopping !== undefined) {
			return Promise.resolve({ kind: "not-begun" });
		}
		return new Promise((resolve) => {
			const live: LiveJob = {
				job,
				aborted: false,
				overdue: false,
				stopping: false,
				rounds: 0,
				moved: false,
				beganMs: undefined,
				costMs: 0,
				measured: false,
				home: undefined,
				thread: undefined,
				number: 0,
				settle: (outcome) => {
					this.#live.take(slot);
					if (live.aborted) this.#endGrace(live);
					this.#deadlines.end(live);
					resolve(outcome);
				},
			};
			const slot = this.#live.put(live);
			this.#pool.admit(live).place(live);
		});
	}

	*begun(): Iterable<readonly [Job, number]> {
		for (const live of this.#live) {
			const beganMs = live.thread?.beganMs(live);
			if (beganMs !== undefined) yield [live.job, beganMs];
		}
	}

	expectIsolated(agoMs: number): void {
		this.#pool.expectIsolated(agoMs);
	}

	abort(job: Job, reason: string, graceMs: number): void {
		// Few jobs are ever told to stop, and a table of all would cost each of the others
		// something.
		const live = this.#live.find((each) => each.job === job);
		if (live === undefined) return;
		const { thread } = live;
		if (live.aborted) {
			if (thread !== undefined) this.#giveGrace(live, thread, graceMs);
			return;
		}
		live.aborted = true;
		if (thread === undefined) {
			this.#pool.withdraw(live);
			live.settle({ kind: "not-begun" });
			return;
		}
		if (thread.takeBack(live)) {
			live.settle({ kind: "not-begun" });
			return;
		}
		thread.abort(live, reason);
		this.#giveGrace(live, thread, graceMs);
	}

	stop(): Promise<void> {
		if (this.#stopping !== undefined) return this.#stopping;
		for (const live of this.#live) {
			live.aborted = true;
			// Jobs in a thread are settled once it is gone and cannot act any more.
			if (live.thread === undefined) {
				this.#pool.withdraw(live);
				live.settle({ kind: "not-begun" });
			}
		}
		this.#stopping = this.#pool.stop().then(() => {
			this.#gone = true;
			this.#endProcesses();
		});
		this.#keepEndingProcesses();
		return this.#stopping;
	}

	/**
	 * Ends the processes that task code has started until the threads are gone. A call that
	 * waits for a process ends with that process, and its thread with the call. No thread
	 * starts a process any more, except one that was about to.
	 */
	#keepEndingProcesses(): void {
		if (this.#gone) return;
		this.#endProcesses();
		this.#clock.after(PROCESSES_LOOK_MS, () => this.#keepEndingProcesses());
	}

	/** Gives the job a grace. If it has several, the one that is over first counts. */
	#giveGrace(live: LiveJob, thread: Thread, graceMs: number): void {
		const untilMs = this.#clock.monoMs() + graceMs;
		const given = this.#graces.get(live);
		if (given !== undefined && given.untilMs <= untilMs) return;
		given?.timer.cancel();
		const timer = this.#clock.after(graceMs, () => thread.end());
		this.#graces.set(live, { untilMs, timer });
	}

	#endGrace(live: LiveJob): void {
		this.#graces.get(live)?.timer.cancel();
		this.#graces.delete(live);
	}
}
