/**
 * One worker as the node sees it: the jobs in it, what is said to it and heard from it,
 * whether it still answers, and its end. Only `link.ts` knows whether it is a thread or a
 * process of its own.
 *
 * Every job given to `run` is settled exactly once: when its outcome arrives, or when the
 * thread has exited, so that no part of the job can run any more. A thread that cannot
 * exit, because a call that nothing ends holds it, is left behind: its jobs are settled
 * without it, since no line of their code runs any more (`forced-end.ts`). Only jobs that never
 * ran, because the thread did not load or did not get to them, go back to the pool. Left
 * to the pool: which job goes where, and when a thread is to end.
 */
import { HANDLERS_LOAD_MS, PING_MS, SPIN_MS } from "../../protocol/limits.ts";
import type { Clock, JobOutcome, Log, Timer } from "../ports.ts";
import { readFromWorker } from "./burst.ts";
import { ForcedEnd } from "./forced-end.ts";
import type { Link, OpenLink } from "./link.ts";
import type { LiveJob } from "./live-job.ts";
import { readLoaded } from "./loaded-settings.ts";
import type { FromWorker, WorkerStart } from "./messages.ts";
import { Outgoing } from "./outgoing.ts";
import type { ThreadEvents } from "./thread-events.ts";
import { outcomeSaid, ThreadJobs } from "./thread-jobs.ts";
import { ThreadLog } from "./thread-log.ts";
import type { Death } from "./verdict.ts";

type Loaded = Extract<FromWorker, { kind: "loaded" }>;

/** How many looks, PING_MS apart, a thread may fail to answer, or a job to begin. */
export const SILENT_PINGS_MAX = Math.ceil(SPIN_MS / PING_MS);

export class Thread {
	readonly #clock: Clock;
	readonly #log: ThreadLog;
	readonly #events: ThreadEvents;
	readonly #link: Link;
	readonly #didNotLoad: string;
	readonly #jobs: ThreadJobs;
	readonly #outgoing: Outgoing;
	readonly #loading: Timer;
	#loadedMs: number | undefined;
	readonly #forced: ForcedEnd;
	#unansweredPings = 0;
	/** The thread runs nothing more, though its last words may still have to be heard. */
	#gone = false;
	#death: Death | undefined;

	/** @throws if the system has no worker to give */
	constructor(
		open: OpenLink,
		start: WorkerStart,
		clock: Clock,
		log: Log,
		events: ThreadEvents,
	) {
		this.#clock = clock;
		this.#log = new ThreadLog(log);
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
			exited: (how) => {
				this.#forced.over();
				if (!this.leftBehind) this.#settleAll(how);
			},
			closed: () => {
				if (!this.leftBehind) this.#events.onOver(this.#explain(""));
				this.#events.onExit();
			},
		});
		this.#forced = new ForcedEnd(clock, events, {
			leaveBehind: () => this.#leaveBehind(),
		});
		this.#outgoing = new Outgoing(this.#link);
		this.#jobs = new ThreadJobs(this.#link.cells);
		this.#loading = clock.after(HANDLERS_LOAD_MS, () => {
			this.#link.hearAll();
			if (!this.loaded)
				this.#end(this.#explain(`it took over ${HANDLERS_LOAD_MS / 1_000} s`));
		});
	}

	/** The number of jobs in the thread. */
	get load(): number {
		return this.#jobs.size;
	}

	/** How long the thread is expected to be at work for its jobs. */
	get workMs(): number {
		return this.#jobs.workMs;
	}

	/** Whether the thread takes part in running: it is not ending, and it answers. */
	get responsive(): boolean {
		return !this.ending && this.#unansweredPings <= SILENT_PINGS_MAX;
	}

	/** Whether the thread is open and answers. */
	get serving(): boolean {
		return this.#unansweredPings <= SILENT_PINGS_MAX && this.open;
	}

	/** Whether the thread may be given jobs: not if it may have to be ended for one that it has. */
	get open(): boolean {
		return !this.ending && this.#jobs.stopping === 0;
	}

	get ending(): boolean {
		return this.#gone || this.#death !== undefined;
	}

	/** Whether the thread is still there though it was ended, in a call that nothing ends. */
	get leftBehind(): boolean {
		return this.#forced.leftBehind;
	}

	/** Whether the thread's handlers are loaded, so that what it is given runs. */
	get loaded(): boolean {
		return this.#loadedMs !== undefined;
	}

	run(live: LiveJob): void {
		live.thread = this;
		this.#jobs.put(live);
		this.#outgoing.sayRun(live.number, live.job);
		live.measured = this.loaded;
	}

	/** The thread's jobs that have not begun for so many looks, if this job is among them. */
	waiting(): LiveJob[] {
		if (!this.loaded || this.ending) return [];
		return this.#jobs.waiting(SILENT_PINGS_MAX);
	}

	/** When a job in the thread began; undefined if it has not, or has not said so. */
	beganMs(live: LiveJob): number | undefined {
		return this.#jobs.beganMs(live);
	}

	/** Takes a job out unless it has begun. True if it never will begin here. */
	takeBack(live: LiveJob): boolean {
		const taken = this.#jobs.takeBack(live);
		if (taken && this.load === 0 && !this.ending) this.#events.onIdle();
		return taken;
	}

	/** Tells a job of this thread to stop. */
	abort(live: LiveJob, reason: string): void {
		this.#jobs.setStopping(live);
		this.#outgoing.say({ kind: "abort", number: live.number, reason });
	}

	/** Tells a job of this thread that it has reached its timeout. */
	timeOut(live: LiveJob, message: string): void {
		live.overdue = true;
		this.#jobs.setStopping(live);
		this.#outgoing.say({ kind: "timeout", number: live.number, message });
	}

	/** Ends the thread by force, because this job had not stopped when its time was up. */
	endFor(live: LiveJob): void {
		this.#events.onUnruly(live);
		this.end();
	}

	/**
	 * Asks for a sign of life. To be called every PING_MS while the thread has jobs.
	 * Silence is counted in rounds, not in time, so that a pause of the whole node is not
	 * held against the thread.
	 */
	probe(): void {
		if (!this.loaded || this.ending) return;
		if (this.#unansweredPings === 0) this.#outgoing.say({ kind: "ping" });
		this.#unansweredPings += 1;
		if (this.#unansweredPings === SILENT_PINGS_MAX + 1) {
			this.#log.tellSilent(this.#jobs);
		}
	}

	/** Ends the thread by force, whatever it runs. */
	end(): void {
		this.#end({ kind: "ended" });
	}

	#end(death: Death): void {
		this.#death ??= death;
		this.#link.end();
		this.#forced.begin();
	}

	#leaveBehind(): readonly LiveJob[] {
		const begun = this.#jobs.begun();
		this.#settleAll("");
		this.#events.onOver(this.#explain(""));
		return begun;
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
		if (!understood) this.#log.tellNonsense();
		if (last !== undefined) {
			const workedMs = this.#link.takeWorkMs();
			if (last.measured && workedMs !== undefined)
				this.#events.onProgress(last.job.type, before - this.load, workedMs);
		}
		if (this.#jobs.size === 0 && !this.ending) this.#events.onIdle();
	}

	/** Returns the job that this message ends, if it ends one. */
	#hear(message: FromWorker): LiveJob | undefined {
		switch (message.kind) {
			case "failure":
			case "snoozed":
				return this.#settle(message.number, outcomeSaid(message));
			case "began": {
				const live = this.#jobs.get(message.number);
				if (live !== undefined) this.#events.onBegan(live);
				return;
			}
			case "log":
				this.#log.write(this.#jobs, message);
				return;
			case "loaded":
				this.#welcome(message);
				return;
			case "unloadable":
				this.#end({ kind: "unloaded", message: message.message });
				return;
			case "dying": {
				// The thread ends by itself, unless code that runs at its exit holds it up.
				const { culprit, message: why } = message;
				this.#end(
					culprit === undefined
						? this.#explain(why)
						: { kind: "attributed", culprit, message: why },
				);
				return;
			}
			case "unbegun":
				return this.#jobs.settleUnbegun();
			case "pong": // That it came is all it has to say.
				return;
		}
	}

	#welcome({ types, settings, thread }: Loaded): void {
		if (this.loaded) return;
		this.#forced.systemThread = thread;
		const read = readLoaded(settings);
		if (typeof read === "string") {
			this.#end({ kind: "unloaded", message: read });
			return;
		}
		this.#loading.cancel();
		this.#loadedMs = this.#clock.monoMs();
		this.#link.takeWorkMs();
		if (settings.length > 0 || this.#link.cells === undefined)
			this.#outgoing.say({ kind: "go" });
		this.#events.onLoaded(types, read);
	}

	#settle(number: number, outcome: JobOutcome): LiveJob | undefined {
		const live = this.#jobs.settle(number, outcome);
		if (live?.stopping && this.open) this.#events.onOpen();
		return live;
	}

	/** The first explanation of a death is the nearest to its cause. */
	#explain(message: string): Death {
		this.#death ??= this.loaded
			? { kind: "unexplained", message }
			: { kind: "unloaded", message: `${this.#didNotLoad}: ${message}` };
		return this.#death;
	}

	/** None of the thread's code runs any more. */
	#settleAll(how: string): void {
		this.#gone = true;
		// Its last words may say whether it has loaded, and why it ended.
		this.#link.hearAll();
		this.#loading.cancel();
		const death = this.#explain(how);
		if (death.kind === "unloaded" && !this.loaded)
			this.#events.onUnloaded(death.message, this.#jobs.takeAll());
		const unbegun = this.#jobs.takeUnbegun();
		this.#jobs.bury(death, this.#clock.monoMs(), this.#loadedMs);
		this.#events.onUnbegun(unbegun);
	}
}
