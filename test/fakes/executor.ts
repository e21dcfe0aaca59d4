/**
 * An executor on virtual time, for the simulator: jobs do what their payload says (a
 * `Script`), and nothing happens except through the clock.
 *
 * A job begins a moment after it was run: if told to stop before that, it never does.
 * Like the real executor it has a shared worker, in which one job's crash or deafness
 * displaces the others, and a worker apart for each job that runs alone or isolated. If a
 * job was told to stop, later ones get another shared worker; a type with a job that had
 * to be ended gets one of its own. Both pass the suite in
 * `test/contract/executor-suite.ts`.
 */

import {
	type Death,
	outcomeOfDeath,
	outcomeOfEnd,
} from "../../node/executor/verdict.ts";
import type {
	Clock,
	Executor,
	Job,
	JobOutcome,
	Timer,
} from "../../node/ports.ts";
import {
	type HandlerSettings,
	NO_SETTINGS,
} from "../../protocol/handler-settings.ts";
import { LEFT_BEHIND_MS } from "../../protocol/limits.ts";
import type { JsonText } from "../../protocol/task.ts";

/** What a payload may ask for; all of it may be left out. */
export interface Script {
	/** How long the job runs. "forever": until it is told to stop, or for ever if `deaf`. */
	readonly durationMs?: number | "forever";
	/**
	 * How the job ends: `return` (the default) or `throw`; or with its worker, which names
	 * it as the cause (`exit`) or cannot (`die`); or with the whole process (`kill`), or
	 * even the node outside of its own process (`kill-node`).
	 */
	readonly end?: "return" | "throw" | "exit" | "die" | "kill" | "kill-node";
	/** What the job returns, or the message of what it throws. */
	readonly value?: unknown;
	/** Whether it ignores its signal. */
	readonly deaf?: boolean;
	/** Its error says that another attempt is of no use, or not sooner than after so long. */
	readonly retry?: false;
	readonly retryAfter?: number;
	/** Asks to be put off for so long. */
	readonly snooze?: number;
}

interface Running {
	readonly job: Job;
	readonly script: Script;
	/** Undefined if the job has not begun. */
	startedMs: number | undefined;
	readonly number: number;
	readonly timers: Timer[];
	/** Jobs with the same name here are in one worker. */
	readonly worker: string;
	aborted: boolean;
	/** When it is ended although it has not stopped. */
	buriedMs: number;
	overdue: boolean;
	readonly resolve: (outcome: JobOutcome) => void;
}

export interface FakeEvents {
	/** The code of a job begins. */
	began(job: Job): void;
	/** A job ends the node's process, and with it all jobs. */
	killed(job: Job): void;
}

export class FakeExecutor implements Executor {
	readonly types: ReadonlySet<string>;
	readonly answers = true;
	readonly #clock: Clock;
	readonly #events: FakeEvents;
	/** Whether everything that runs is in calls that nothing ends: only left behind it is over. */
	stuck = false;
	readonly #running = new Set<Running>();
	#lastNumber = 0;
	/** The number of the shared worker that takes jobs. */
	#sharedWorker = 0;
	readonly #unruly = new Set<string>();
	#stopped = false;

	constructor(clock: Clock, types: readonly string[], events: FakeEvents) {
		this.#clock = clock;
		this.#events = events;
		this.types = new Set(types);
	}

	settingsOf(_type: string): HandlerSettings {
		return NO_SETTINGS;
	}

	run(job: Job): Promise<JobOutcome> {
		if (this.#stopped) return Promise.resolve({ kind: "not-begun" });
		return new Promise((resolve) => {
			this.#lastNumber += 1;
			const running: Running = {
				job,
				script: scriptOf(job.payload),
				startedMs: undefined,
				number: this.#lastNumber,
				timers: [],
				worker: this.#workerFor(job),
				aborted: false,
				buriedMs: Number.POSITIVE_INFINITY,
				overdue: false,
				resolve,
			};
			this.#running.add(running);
			this.#clock.soon(() => this.#begin(running));
		});
	}

	#begin(running: Running): void {
		if (!this.#running.has(running)) return;
		const { job, script } = running;
		running.startedMs = this.#clock.monoMs();
		this.#events.began(job);
		if (job.timeoutMs !== undefined)
			this.#later(running, job.timeoutMs, () => this.#expire(running));
		const { durationMs = 0 } = script;
		if (durationMs === "forever") return;
		this.#later(running, durationMs, () => this.#end(running));
	}

	*begun(): Iterable<readonly [Job, number]> {
		for (const { job, startedMs } of this.#running)
			if (startedMs !== undefined) yield [job, startedMs];
	}

	expectIsolated(): void {
		// Everything that it has is ready at once.
	}

	abort(job: Job, _reason: string, graceMs: number): void {
		for (const running of this.#running) {
			const { script, aborted } = running;
			if (running.job !== job) continue;
			running.aborted = true;
			if (running.startedMs === undefined) {
				this.#settle(running, { kind: "not-begun" });
				return;
			}
			this.#leaveAlone(running);
			const atMs = this.#clock.monoMs() + graceMs;
			const heedsNothing = this.stuck || script.deaf === true;
			if (heedsNothing && atMs < running.buriedMs) {
				running.buriedMs = atMs;
				if (this.stuck) for (const timer of running.timers) timer.cancel();
				this.#later(running, this.#forceMs(graceMs), () => this.#bury(running));
			} else if (!aborted && !heedsNothing) {
				this.#later(running, 0, () => this.#settleAborted(running));
			}
		}
	}

	/** A job has reached its timeout. */
	#expire(running: Running): void {
		const { job, script, aborted } = running;
		if (aborted) return;
		running.overdue = true;
		this.#leaveAlone(running);
		if (this.stuck || script.deaf)
			this.#later(running, this.#forceMs(job.killAfterMs), () => {
				this.#unruly.add(job.type);
				this.#bury(running);
			});
		else this.#fail(running, "it was told to stop");
	}

	/** When a job that is ended by force after so long is over. */
	#forceMs(ms: number): number {
		return this.stuck ? ms + LEFT_BEHIND_MS : ms;
	}

	/** The job was told to stop: later jobs run in another worker. */
	#leaveAlone({ worker }: Running): void {
		if (worker === `shared ${this.#sharedWorker}`) this.#sharedWorker += 1;
	}

	#workerFor({ type, alone, isolated }: Job): string {
		if (alone || isolated) return `own ${this.#lastNumber}`;
		return this.#unruly.has(type)
			? `of ${type}`
			: `shared ${this.#sharedWorker}`;
	}

	/** The shared worker dies of a cause that nobody can tell. */
	crashWorker(): void {
		const [any] = [...this.#running].filter(isInShared);
		if (any !== undefined) this.#bury(any, unexplained);
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		for (const running of this.#running) {
			if (running.startedMs === undefined)
				this.#settle(running, { kind: "not-begun" });
			else if (!this.stuck) this.#settleAborted(running);
			else
				this.#later(running, LEFT_BEHIND_MS, () =>
					this.#settleAborted(running),
				);
		}
	}

	#later(running: Running, ms: number, fn: () => void): void {
		running.timers.push(this.#clock.after(ms, fn));
	}

	#end(running: Running): void {
		const { script, number } = running;
		switch (script.end) {
			case "exit":
				this.#bury(running, {
					kind: "attributed",
					culprit: number,
					message: "the task called process.exit()",
				});
				return;
			case "die":
				this.#bury(running, unexplained);
				return;
			case "kill":
				if (running.job.isolated) this.#bury(running, unexplained);
				else this.#events.killed(running.job);
				return;
			case "kill-node":
				this.#events.killed(running.job);
				return;
			case "throw":
				this.#fail(running, String(script.value ?? ""));
				return;
			default: {
				const ranMs = this.#ranMs(running);
				const result = JSON.stringify(script.value ?? null);
				const { snooze: afterMs } = script;
				this.#settle(
					running,
					afterMs === undefined
						? { kind: "success", result, ranMs }
						: { kind: "snoozed", afterMs, ranMs },
				);
			}
		}
	}

	#fail(running: Running, message: string): void {
		const { retry, retryAfter: retryAfterMs } = running.script;
		this.#settle(running, {
			kind: "failure",
			error: { code: "failed", message },
			ranMs: this.#ranMs(running),
			...(retry === false && { retry }),
			...(retryAfterMs !== undefined && { retryAfterMs }),
		});
	}

	#ranMs({ startedMs }: Running): number {
		const nowMs = this.#clock.monoMs();
		return nowMs - (startedMs ?? nowMs);
	}

	#settleAborted(running: Running): void {
		this.#settle(running, { kind: "aborted", ranMs: this.#ranMs(running) });
	}

	/** Ends the worker that the job is in, with all jobs in it. */
	#bury(one: Running, death: Death = { kind: "ended" }): void {
		// Jobs that have not begun in it begin in the next one.
		const inIt = [...this.#running].filter(
			({ worker, startedMs }) =>
				worker === one.worker && startedMs !== undefined,
		);
		const only = inIt.length === 1;
		for (const running of inIt) {
			const ranMs = this.#ranMs(running);
			const bereaved = { ...running, only, begun: true, ranMs };
			this.#settle(running, outcomeOfDeath(bereaved, death));
		}
	}

	#settle(running: Running, outcome: JobOutcome): void {
		if (!this.#running.delete(running)) return;
		for (const timer of running.timers) timer.cancel();
		running.resolve(outcomeOfEnd(running, outcome));
	}
}

function isInShared({ job, startedMs }: Running): boolean {
	return startedMs !== undefined && !job.alone && !job.isolated;
}

const unexplained: Death = {
	kind: "unexplained",
	message: "the worker exited with code 1",
};

function scriptOf(payload: JsonText): Script {
	const value: unknown = JSON.parse(payload);
	return typeof value === "object" && value !== null ? value : {};
}
