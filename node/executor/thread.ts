/**
 * One worker, as the node sees it, a thread or in a process of its own (`link.ts`
 * knows which): the jobs in it, what is said to it
 * and heard from it, whether it still answers, and its end.
 *
 * Owns: the numbering of jobs in the thread; bursts (what is said in one go
 * goes out as one message, since a message costs more than the job in it); the
 * jobs' outcomes. Every job given to `run` is settled exactly once: when its
 * outcome arrives, or when the thread has exited and so nothing of it can run
 * any more. Only those that never ran, because the thread did not load, go
 * back to the pool. Leaves to it: which job goes where, and when a thread is to end.
 */
import {
	END_BY_FORCE_MS,
	HANDLERS_LOAD_MS,
	PING_MS,
	SPIN_MS,
} from "../../protocol/limits.ts";
import type { Clock, JobOutcome, Log, Timer } from "../ports.ts";
import { SlotMap } from "../slot-map.ts";
import { type BurstToWorker, pushJob, readFromWorker } from "./burst.ts";
import type { Link, OpenLink } from "./link.ts";
import type { LiveJob } from "./live-job.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";
import { type Death, outcomeOfDeath } from "./verdict.ts";

export interface ThreadEvents {
	/** Handlers are loaded: these types can be run. */
	onLoaded(types: readonly string[]): void;
	/** So many jobs are over, for which it was at work for so long; the type is one's. */
	onProgress(type: string, jobs: number, workedMs: number): void;
	/** The last job in it is settled, and it lives. */
	onIdle(): void;
	/** It has ended without having loaded: these jobs never ran, and are its own no more. */
	onUnloaded(why: string, jobs: readonly LiveJob[]): void;
	/** It was ended and is there all the same, perhaps in a call that waits for a process: told again and again. */
	onStuck(systemThread: number): void;
	/** The thread is gone and its jobs are settled. */
	onExit(death: Death): void;
}

/** Between looks at what a thread waits for that does not end. */
const STUCK_LOOK_MS = 50;

const SILENT_PINGS_MAX = Math.ceil(SPIN_MS / PING_MS);

export class Thread {
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #events: ThreadEvents;
	readonly #link: Link;
	readonly #didNotLoad: string;
	readonly #jobs = new SlotMap<LiveJob>();
	#workMs = 0;
	#burst: BurstToWorker = [];
	readonly #loading: Timer;
	#loaded = false;
	#systemThread: number | undefined;
	/** Runs from when it was ended until it is gone. */
	#ending: Timer | undefined;
	#unansweredPings = 0;
	#toldNonsense = false;
	/** It runs nothing more, though its last words may have to be heard yet. */
	#gone = false;
	#death: Death | undefined;

	/** @throws where the system has no worker to give. */
	constructor(
		open: OpenLink,
		start: WorkerStart,
		clock: Clock,
		log: Log,
		events: ThreadEvents,
	) {
		this.#clock = clock;
		this.#log = log;
		this.#events = events;
		const files = start.handlerFiles.join(", ");
		this.#didNotLoad =
			files === ""
				? "a worker did not start"
				: `handler file ${files} did not load`;
		this.#link = open(start, {
			heard: (burst) => this.#hearBurst(burst),
			failed: (why) => {
				this.#gone = true;
				this.#link.hearAll();
				this.#explain(why);
			},
			left: () => {
				this.#death ??= { kind: "ended" };
			},
			exited: (how) => this.#bury(how),
			closed: () => this.#events.onExit(this.#explain("")),
		});
		this.#loading = clock.after(HANDLERS_LOAD_MS, () => {
			this.#link.hearAll();
			if (!this.#loaded)
				this.#end(this.#explain(`it took over ${HANDLERS_LOAD_MS / 1_000} s`));
		});
	}

	/** Jobs in it. */
	get load(): number {
		return this.#jobs.size;
	}

	/** How long it is expected to be at work for them. */
	get workMs(): number {
		return this.#workMs;
	}

	/** Whether it takes part in running: it is not ending, and it answers. */
	get responsive(): boolean {
		return !this.ending && this.#unansweredPings <= SILENT_PINGS_MAX;
	}

	get ending(): boolean {
		return this.#gone || this.#death !== undefined;
	}

	/** Its handlers are there: what it is given runs. */
	get loaded(): boolean {
		return this.#loaded;
	}

	run(live: LiveJob): void {
		live.thread = this;
		live.number = this.#jobs.put(live);
		this.#workMs += live.costMs;
		pushJob(this.#outgoing(), live.number, live.job);
		live.measured = this.#loaded;
	}

	/** Tells a job of this thread to stop. */
	abort(live: LiveJob, reason: string): void {
		this.#say({ kind: "abort", number: live.number, reason });
	}

	/**
	 * Asks for a sign of life. To be called every PING_MS while it has jobs:
	 * silence is counted in rounds, not in time, so that a pause of the whole
	 * node is not held against the thread.
	 */
	probe(): void {
		if (!this.#loaded || this.ending) return;
		if (this.#unansweredPings === 0) this.#say({ kind: "ping" });
		this.#unansweredPings += 1;
		if (this.#unansweredPings === SILENT_PINGS_MAX + 1) {
			this.#log.warn(
				{ tasks: [...this.#jobs].map(({ job }) => job.id) },
				"a worker thread does not answer: one of its tasks does not yield",
			);
		}
	}

	/** Ends it by force, whatever it runs. */
	end(): void {
		this.#end({ kind: "ended" });
	}

	#end(death: Death): void {
		this.#death ??= death;
		this.#link.end();
		this.#ending ??= this.#clock.after(END_BY_FORCE_MS, () => this.#unblock());
	}

	/** A call that waits for a process ends with that, and the thread with the call. */
	#unblock(): void {
		if (this.#systemThread === undefined) return;
		this.#events.onStuck(this.#systemThread);
		this.#ending = this.#clock.after(STUCK_LOOK_MS, () => this.#unblock());
	}

	#say(message: ToWorker): void {
		this.#outgoing().push(message);
	}

	/** What goes out as soon as all has been said that is said now, to be added to. */
	#outgoing(): BurstToWorker {
		if (this.#burst.length === 0) {
			queueMicrotask(() => {
				const burst = this.#burst;
				this.#burst = [];
				this.#link.send(burst);
			});
		}
		return this.#burst;
	}

	#hearBurst(burst: unknown): void {
		this.#unansweredPings = 0;
		const before = this.load;
		let last: LiveJob | undefined;
		const understood = readFromWorker(
			burst,
			(number, result, ranMs) => {
				last = this.#settle(number, { kind: "success", result, ranMs });
			},
			(message) => {
				last = this.#hear(message) ?? last;
			},
		);
		if (!understood) this.#tellNonsense();
		if (last !== undefined) {
			const workedMs = this.#link.takeWorkMs();
			if (last.measured && workedMs !== undefined)
				this.#events.onProgress(last.job.type, before - this.load, workedMs);
		}
		if (this.#jobs.size === 0 && !this.ending) this.#events.onIdle();
	}

	/** Returns the job that is over with it, if one is. */
	#hear(message: FromWorker): LiveJob | undefined {
		switch (message.kind) {
			case "failure": {
				const { number, error, ranMs } = message;
				return this.#settle(number, { kind: "failure", error, ranMs });
			}
			case "log":
				this.#writeLog(message.number, message.line);
				return;
			case "loaded":
				if (this.#loaded) return;
				this.#loading.cancel();
				this.#loaded = true;
				this.#systemThread = message.thread;
				this.#link.takeWorkMs();
				this.#events.onLoaded(message.types);
				return;
			case "unloadable":
				this.#end({ kind: "unloaded", message: message.message });
				return;
			case "dying": {
				// It ends by itself, unless code that runs at its exit holds it up.
				const { culprit, message: why } = message;
				this.#end(
					culprit === undefined
						? this.#explain(why)
						: { kind: "attributed", culprit, message: why },
				);
				return;
			}
			case "pong": // That it came was all it had to say.
				return;
		}
	}

	#settle(number: number, outcome: JobOutcome): LiveJob | undefined {
		const live = this.#jobs.take(number);
		if (live === undefined) return undefined;
		// Sums of fractions drift; an empty thread has no work.
		this.#workMs = this.load === 0 ? 0 : this.#workMs - live.costMs;
		live.settle(live.aborted ? { kind: "aborted" } : outcome);
		return live;
	}

	/** Takes out all jobs but those told to stop. */
	#takeBack(): LiveJob[] {
		const back = [...this.#jobs].filter(({ aborted }) => !aborted);
		for (const live of back) {
			this.#jobs.take(live.number);
			live.thread = undefined;
		}
		return back;
	}

	#writeLog(number: number | undefined, line: string): void {
		const job = number === undefined ? undefined : this.#jobs.get(number)?.job;
		this.#log.info(
			job === undefined
				? {}
				: { task: job.id, type: job.type, attempt: job.attempt },
			line,
		);
	}

	/** Once: it may come by the thousand. */
	#tellNonsense(): void {
		if (this.#toldNonsense) return;
		this.#toldNonsense = true;
		this.#log.warn(
			{},
			"a worker thread said what no worker says, which is dropped: task code has come to speak in its place",
		);
	}

	/** The first explanation of a death is the nearest to its cause. */
	#explain(message: string): Death {
		this.#death ??= this.#loaded
			? { kind: "unexplained", message }
			: { kind: "unloaded", message: `${this.#didNotLoad}: ${message}` };
		return this.#death;
	}

	#bury(how: string): void {
		this.#gone = true;
		// What it said last may say whether it has loaded, and why it ended.
		this.#link.hearAll();
		this.#loading.cancel();
		this.#ending?.cancel();
		const death = this.#explain(how);
		if (death.kind === "unloaded" && !this.#loaded)
			this.#events.onUnloaded(death.message, this.#takeBack());
		const only = this.#jobs.size === 1;
		for (const { number, aborted } of this.#jobs) {
			this.#settle(number, outcomeOfDeath({ number, aborted, only }, death));
		}
	}
}
