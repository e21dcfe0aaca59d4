/**
 * The threads, and which job goes into which.
 *
 * Own, and not piscina, because a lease makes two demands that piscina cannot
 * meet: one job must be stoppable without a word to the others in its thread
 * (piscina's abort ends the thread and all in it), and when a thread dies each
 * job in it must learn whether it is the cause. Nor can piscina start its
 * workers inside a single executable, where there are no files.
 *
 * - Shared threads: up to `threadsMax`, each runs many asynchronous jobs. One
 *   is started when all others have work, and all but one are ended when there
 *   has been none for a time: a thread takes 10 to 25 MB. A job goes to the first
 *   thread that is expected to be through within THREAD_WORK_MS all the same: to
 *   wake a second one costs more than short jobs do. (Should one of them spin
 *   against all expectation, those behind it wait.) Where there is none it goes to
 *   the one with the fewest.
 * - A shared thread that does not answer (a task spins in it) is given no more
 *   jobs, and up to SPARE_THREADS_MAX others are started in its place; they are
 *   ended when it answers again. The jobs in it stay: to move them would mean to
 *   end the one that computes.
 * - A job that is to run `alone` gets a thread for itself, ended after it. At
 *   most ALONE_THREADS_MAX at once; more wait, oldest first.
 */
import {
	ALONE_THREADS_MAX,
	PING_MS,
	SPARE_THREADS_MAX,
	THREAD_WORK_MS,
	THREADS_IDLE_MS,
} from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import { Costs } from "./costs.ts";
import type { WorkerStart } from "./messages.ts";
import { type LiveJob, Thread } from "./thread.ts";
import type { Death } from "./verdict.ts";

export class Pool {
	readonly #start: WorkerStart;
	readonly #threadsMax: number;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #shared = new Set<Thread>();
	readonly #lone = new Set<Thread>();
	readonly #waiting: LiveJob[] = [];
	readonly #costs = new Costs();
	#probing: Timer | undefined;
	#resting: Timer | undefined;
	#loading:
		| {
				resolve: (types: readonly string[]) => void;
				reject: (error: Error) => void;
		  }
		| undefined;
	#stopped: (() => void) | undefined;

	constructor(start: WorkerStart, threadsMax: number, clock: Clock, log: Log) {
		this.#start = start;
		this.#threadsMax = threadsMax;
		this.#clock = clock;
		this.#log = log;
	}

	/**
	 * Starts a first thread and resolves with the types that it can run: the
	 * handler files' code is loaded in a worker only, never on the node's thread.
	 * Rejects with one sentence that names the file, where one does not load.
	 */
	load(): Promise<readonly string[]> {
		return new Promise((resolve, reject) => {
			this.#loading = { resolve, reject };
			this.#startThread(this.#shared);
		});
	}

	/** Gives the job to a thread; `live.settle` is called when it is over. */
	place(live: LiveJob): void {
		this.#probing ??= this.#clock.after(PING_MS, () => this.#probe());
		this.#resting?.cancel();
		this.#resting = undefined;
		try {
			if (!live.job.alone) {
				live.costMs = this.#costs.expectedMs(live.job.type);
				this.#pickShared(live.costMs).run(live);
			} else if (this.#lone.size < ALONE_THREADS_MAX) {
				this.#startThread(this.#lone).run(live);
			} else {
				this.#waiting.push(live);
			}
		} catch (cause) {
			this.#log.error({ cause }, "the system has no thread to give");
			live.settle({ kind: "displaced", suspect: live.job.alone });
		}
	}

	/** Takes back a job that waits for a thread. */
	withdraw(live: LiveJob): void {
		this.#waiting.splice(this.#waiting.indexOf(live), 1);
	}

	/** Ends all threads and settles their jobs. Nothing may be placed after. */
	stop(): Promise<void> {
		this.#probing?.cancel();
		this.#resting?.cancel();
		return new Promise((resolve) => {
			this.#stopped = resolve;
			for (const thread of [...this.#shared, ...this.#lone]) thread.end();
			this.#tellStopped();
		});
	}

	#pickShared(costMs: number): Thread {
		let best: Thread | undefined;
		let leastSilent: Thread | undefined;
		let responsive = 0;
		for (const thread of this.#shared) {
			if (thread.ending) continue;
			if (thread.responsive) {
				responsive += 1;
				if (thread.workMs + costMs <= THREAD_WORK_MS) return thread;
				if (best === undefined || thread.load < best.load) best = thread;
			} else if (leastSilent === undefined || thread.load < leastSilent.load) {
				leastSilent = thread;
			}
		}
		if (best?.load === 0) return best;
		const mayStart =
			responsive < this.#threadsMax &&
			this.#shared.size < this.#threadsMax + SPARE_THREADS_MAX;
		if (mayStart) return this.#startThread(this.#shared);
		return best ?? leastSilent ?? this.#startThread(this.#shared);
	}

	#startThread(kind: Set<Thread>): Thread {
		const thread = new Thread(this.#start, this.#clock, this.#log, {
			onLoaded: (types) => {
				this.#loading?.resolve(types);
				this.#loading = undefined;
			},
			onProgress: (type, jobs, elapsedMs) =>
				this.#costs.observe(type, jobs, elapsedMs),
			onIdle: () => {
				if (kind === this.#lone || this.#isSpare()) thread.end();
			},
			onExit: (death) => {
				kind.delete(thread);
				this.#mourn(death);
				if (kind === this.#lone) this.#placeWaiting();
				this.#tellStopped();
			},
		});
		kind.add(thread);
		return thread;
	}

	#isSpare(): boolean {
		if (this.#shared.size <= this.#threadsMax) return false;
		let responsive = 0;
		for (const thread of this.#shared) if (thread.responsive) responsive += 1;
		return responsive > this.#threadsMax;
	}

	#mourn(death: Death): void {
		if (death.kind === "ended") return;
		if (this.#loading === undefined) {
			this.#log.warn({ cause: death.message }, "a worker thread died");
		} else {
			this.#loading.reject(new Error(death.message));
		}
	}

	#placeWaiting(): void {
		const next = this.#waiting.shift();
		if (next !== undefined) this.place(next);
	}

	#probe(): void {
		this.#probing = undefined;
		let working = false;
		for (const thread of this.#shared) {
			if (thread.load === 0) continue;
			working = true;
			thread.probe();
		}
		if (working) {
			this.#probing = this.#clock.after(PING_MS, () => this.#probe());
		} else {
			this.#resting = this.#clock.after(THREADS_IDLE_MS, () => this.#rest());
		}
	}

	#rest(): void {
		const [, ...idle] = [...this.#shared].filter(({ load }) => load === 0);
		for (const thread of idle) thread.end();
		this.#log.debug({ threads: idle.length }, "idle worker threads ended");
	}

	#tellStopped(): void {
		if (this.#shared.size === 0 && this.#lone.size === 0) this.#stopped?.();
	}
}
