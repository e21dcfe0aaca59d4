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
 *   thread that is expected to have no more than THREAD_WORK_MS of work with it: to
 *   wake a second one costs more than short jobs do. (Should one of them spin
 *   against all expectation, those behind it wait.) Where there is none it goes to
 *   the one with the fewest.
 * - A shared thread that does not answer (a task spins in it) is given no more
 *   jobs, and up to SPARE_THREADS_MAX others are started in its place; they are
 *   ended when it answers again. The jobs in it stay: to move them would mean to
 *   end the one that computes.
 * - A job that is to run `alone` gets a thread for itself, ended after it. At
 *   most ALONE_THREADS_MAX at once; more wait, oldest first.
 * - While threads cannot be started (see `retrier.ts`), jobs go to shared ones that
 *   have loaded and answer, which run the code that they have; where there is
 *   none, they wait. What was given to a thread that then did not load is placed
 *   again, without a word to anyone: it never ran.
 */
import assert from "node:assert/strict";
import {
	ALONE_THREADS_MAX,
	PING_MS,
	SPARE_THREADS_MAX,
	THREAD_WORK_MS,
	THREADS_IDLE_MS,
} from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import { Costs } from "./costs.ts";
import type { LiveJob } from "./live-job.ts";
import type { WorkerStart } from "./messages.ts";
import { Retrier } from "./retrier.ts";
import { Thread } from "./thread.ts";
import type { Death } from "./verdict.ts";

export class Pool {
	#start: WorkerStart;
	readonly #threadsMax: number;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #shared = new Set<Thread>();
	readonly #lone = new Set<Thread>();
	readonly #retrier: Retrier;
	/** Jobs for a shared thread, while none answers and none can be started. */
	readonly #waiting: LiveJob[] = [];
	/** Jobs for a thread of their own. */
	readonly #suspects: LiveJob[] = [];
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
		this.#retrier = new Retrier(clock, log, () => {
			this.#startThread(this.#shared);
		});
	}

	/**
	 * Starts a first thread and resolves with the types that it can run: the
	 * handler files' code is loaded in a worker only, never on the node's thread.
	 * Rejects with one sentence that names the file, where one does not load.
	 */
	load(): Promise<readonly string[]> {
		return new Promise((resolve, reject) => {
			this.#loading = { resolve, reject };
			this.#newThread(this.#shared);
		});
	}

	/** Gives the job to a thread; `live.settle` is called when it is over. */
	place(live: LiveJob): void {
		this.#watch();
		if (live.job.alone) {
			this.#suspects.push(live);
			this.#placeSuspects();
		} else {
			live.costMs = this.#costs.expectedMs(live.job.type);
			this.#placeShared(live);
		}
	}

	/** Takes back a job that waits for a thread. */
	withdraw(live: LiveJob): void {
		const line = live.job.alone ? this.#suspects : this.#waiting;
		const at = line.indexOf(live);
		assert(at >= 0, "a job without a thread waits for one");
		line.splice(at, 1);
	}

	/** Ends all threads and settles their jobs. Nothing may be placed after. */
	stop(): Promise<void> {
		this.#probing?.cancel();
		this.#resting?.cancel();
		this.#retrier.stop();
		return new Promise((resolve) => {
			this.#stopped = resolve;
			for (const thread of [...this.#shared, ...this.#lone]) thread.end();
			this.#tellStopped();
		});
	}

	/** Undefined where the job has to wait. */
	#pickShared(costMs: number): Thread | undefined {
		const { failing } = this.#retrier;
		let best: Thread | undefined;
		let leastSilent: Thread | undefined;
		let responsive = 0;
		for (const thread of this.#shared) {
			if (thread.ending || (failing && !thread.loaded)) continue;
			if (thread.responsive) {
				responsive += 1;
				if (thread.workMs + costMs <= THREAD_WORK_MS) return thread;
				if (best === undefined || thread.load < best.load) best = thread;
			} else if (leastSilent === undefined || thread.load < leastSilent.load) {
				leastSilent = thread;
			}
		}
		if (best?.load === 0 || failing) return best;
		const mayStart =
			responsive < this.#threadsMax &&
			this.#shared.size < this.#threadsMax + SPARE_THREADS_MAX;
		if (mayStart) return this.#startThread(this.#shared) ?? best;
		return best ?? leastSilent ?? this.#startThread(this.#shared);
	}

	/** Undefined where the system has none to give: it is tried again. */
	#startThread(kind: Set<Thread>): Thread | undefined {
		try {
			return this.#newThread(kind);
		} catch (cause) {
			this.#retrier.failed(`the system has no thread to give: ${cause}`);
			return undefined;
		}
	}

	/** @throws where the system has none to give. */
	#newThread(kind: Set<Thread>): Thread {
		const thread = new Thread(this.#start, this.#clock, this.#log, {
			onLoaded: (types) => this.#welcome(types),
			onProgress: (type, jobs, workedMs) =>
				this.#costs.observe(type, jobs, workedMs),
			onIdle: () => {
				if (kind === this.#lone || this.#isSpare()) thread.end();
			},
			onUnloaded: (why, jobs) => {
				if (this.#loading !== undefined) return;
				this.#retrier.failed(why);
				for (const live of jobs) this.place(live);
			},
			onExit: (death) => {
				kind.delete(thread);
				this.#mourn(death);
				if (kind === this.#lone) this.#placeSuspects();
				this.#tellStopped();
			},
		});
		kind.add(thread);
		return thread;
	}

	#welcome(types: readonly string[]): void {
		if (this.#loading !== undefined) {
			this.#start = { ...this.#start, typesServed: types };
			this.#loading.resolve(types);
			this.#loading = undefined;
		}
		if (!this.#retrier.succeeded()) return;
		this.#watch();
		this.#placeWaiting();
		this.#placeSuspects();
	}

	#isSpare(): boolean {
		if (this.#shared.size <= this.#threadsMax) return false;
		let responsive = 0;
		// One that still loads may yet fail: none is ended for it.
		for (const thread of this.#shared)
			if (thread.responsive && thread.loaded) responsive += 1;
		return responsive > this.#threadsMax;
	}

	#mourn(death: Death): void {
		if (death.kind === "ended") return;
		if (this.#loading === undefined) {
			if (death.kind === "unloaded") return; // The retrier has told.
			this.#log.warn({ cause: death.message }, "a worker thread died");
		} else {
			this.#loading.reject(new Error(death.message));
		}
	}

	#placeShared(live: LiveJob): void {
		const thread = this.#pickShared(live.costMs);
		if (thread === undefined) this.#waiting.push(live);
		else thread.run(live);
	}

	#placeWaiting(): void {
		for (const live of this.#waiting.splice(0)) this.#placeShared(live);
	}

	/** Whoever waits after this waits for a lone thread to end, or for the retrier. */
	#placeSuspects(): void {
		while (!this.#retrier.failing && this.#lone.size < ALONE_THREADS_MAX) {
			const [next] = this.#suspects;
			if (next === undefined) return;
			const thread = this.#startThread(this.#lone);
			if (thread === undefined) return;
			this.#suspects.shift();
			thread.run(next);
		}
	}

	/** From now on silence is noticed, and threads are not at rest. */
	#watch(): void {
		this.#probing ??= this.#clock.after(PING_MS, () => this.#probe());
		this.#resting?.cancel();
		this.#resting = undefined;
	}

	#probe(): void {
		this.#probing = undefined;
		this.#placeWaiting(); // A thread may answer again.
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
		if (this.#retrier.failing) return; // They could not be had again.
		const [, ...idle] = [...this.#shared].filter(
			({ load, loaded }) => load === 0 && loaded,
		);
		for (const thread of idle) thread.end();
		this.#log.debug({ threads: idle.length }, "idle worker threads ended");
	}

	#tellStopped(): void {
		if (this.#shared.size === 0 && this.#lone.size === 0) this.#stopped?.();
	}
}
