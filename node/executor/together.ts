/**
 * Threads that run many asynchronous jobs each, and which job goes into which.
 *
 * A thread is started when all others have work, up to `threadsMax`. A job goes to the
 * first thread that is expected to have no more than THREAD_WORK_MS of work with it:
 * waking a second one costs more than short jobs do. If there is no such thread, the job
 * goes to the one with the fewest jobs.
 *
 * Two kinds of thread are given no more jobs: one that does not answer (a task spins in
 * it), and one in which a job goes on that was told to stop (it may have to be ended for
 * that). Up to SPARE_THREADS_MAX others are started in their place, and are ended when
 * those take jobs again. A job that has not begun within about a second goes to another
 * thread that has nothing to do. If there is none, and the job's thread does not answer,
 * the job goes back to where it came from; so does one that waits for a thread that long.
 *
 * While threads cannot be started (see `retrier.ts`), jobs go to those that have loaded
 * and answer; these run the code that they have. If there is none, the jobs wait until
 * there is.
 */
import assert from "node:assert/strict";
import { SPARE_THREADS_MAX, THREAD_WORK_MS } from "../../protocol/limits.ts";
import type { Home, Starter } from "./home.ts";
import type { LiveJob } from "./live-job.ts";
import type { Retrier } from "./retrier.ts";
import { SILENT_PINGS_MAX, type Thread } from "./thread.ts";
import { openThread } from "./thread-link.ts";

export interface TogetherParts {
	readonly threadsMax: number;
	/** How many threads are left when there has been no job for a time. */
	readonly warm: 0 | 1;
	readonly retrier: Retrier;
	readonly starter: Starter;
}

export class Together implements Home {
	readonly workers = new Set<Thread>();
	readonly open = openThread;
	readonly retrier: Retrier;
	readonly #parts: TogetherParts;
	/** Jobs that wait while no thread takes jobs and none can be started. */
	readonly #waiting: LiveJob[] = [];

	constructor(parts: TogetherParts) {
		this.retrier = parts.retrier;
		this.#parts = parts;
	}

	place(live: LiveJob): void {
		const thread = this.#pick(live.costMs);
		if (thread === undefined) this.#waiting.push(live);
		else thread.run(live);
	}

	withdraw(live: LiveJob): void {
		const at = this.#waiting.indexOf(live);
		assert(at >= 0, "a job without a thread waits for one");
		this.#waiting.splice(at, 1);
	}

	next(): void {
		if (this.#waiting.length === 0) return;
		for (const live of this.#waiting.splice(0)) this.place(live);
	}

	isDone(): boolean {
		const { threadsMax } = this.#parts;
		if (this.workers.size <= threadsMax) return false;
		let serving = 0;
		// A thread that still loads may yet fail: no other is ended for it.
		for (const thread of this.workers)
			if (thread.serving && thread.loaded) serving += 1;
		return serving > threadsMax;
	}

	/** To be called every PING_MS. Returns whether any thread has jobs. */
	probe(): boolean {
		this.next(); // A thread may answer again.
		let working = this.#waiting.length > 0;
		this.#giveUpWaiting();
		for (const thread of this.workers) {
			if (thread.load === 0) continue;
			working = true;
			thread.probe();
			this.#relieve(thread);
		}
		return working;
	}

	/** Whether a job that comes now may begin soon. */
	get answers(): boolean {
		if (this.workers.size === 0) return !this.retrier.failing;
		const { serving, mayStart } = this.#look();
		return serving > 0 || mayStart;
	}

	/** To be called when there has been no job for a time. Returns how many threads were ended. */
	rest(): number {
		if (this.retrier.failing) return 0; // They could not be had again.
		const idle = [...this.workers]
			.filter(({ load, loaded }) => load === 0 && loaded)
			.slice(this.#parts.warm);
		for (const thread of idle) thread.end();
		return idle.length;
	}

	/**
	 * Moves jobs that have waited in a thread for about a second to a thread that has
	 * nothing to do. If there is none and the thread answers, its jobs will get their turn.
	 * If it does not answer, they go to any other thread, but only once, and then back.
	 */
	#relieve(thread: Thread): void {
		for (const live of thread.waiting()) {
			const idle = this.#findIdle();
			if (idle === undefined && thread.responsive) return;
			const other = live.moved ? idle : (idle ?? this.#pick(live.costMs));
			if (!thread.takeBack(live)) continue;
			live.moved = true;
			if (other === undefined) live.settle({ kind: "not-begun" });
			else other.run(live);
		}
	}

	/** Gives back jobs that have waited for a thread that long, unless nobody could start one. */
	#giveUpWaiting(): void {
		if (this.retrier.failing) return;
		for (const live of this.#waiting.splice(0)) {
			live.rounds += 1;
			if (live.rounds > SILENT_PINGS_MAX) live.settle({ kind: "not-begun" });
			else this.#waiting.push(live);
		}
	}

	#findIdle(): Thread | undefined {
		for (const thread of this.workers)
			if (thread.load === 0 && thread.loaded && thread.open) return thread;
		return this.#look().mayStart ? this.#parts.starter.start(this) : undefined;
	}

	/** The thread for a job; undefined if the job has to wait. */
	#pick(costMs: number): Thread | undefined {
		const { failing } = this.retrier;
		let best: Thread | undefined;
		for (const thread of this.workers) {
			if (!thread.serving) continue;
			if (failing && !thread.loaded) continue;
			if (thread.workMs + costMs <= THREAD_WORK_MS) return thread;
			if (best === undefined || thread.load < best.load) best = thread;
		}
		if (best?.load === 0 || !this.#look().mayStart) return best;
		return this.#parts.starter.start(this) ?? best;
	}

	/** How many threads take jobs, and whether there may be one more. */
	#look(): { serving: number; mayStart: boolean } {
		const { threadsMax } = this.#parts;
		let serving = 0;
		let alive = 0;
		for (const thread of this.workers) {
			if (!thread.ending) alive += 1;
			if (thread.serving) serving += 1;
		}
		const mayStart =
			!this.retrier.failing &&
			serving < threadsMax &&
			alive < threadsMax + SPARE_THREADS_MAX;
		return { serving, mayStart };
	}
}
