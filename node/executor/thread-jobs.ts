/**
 * The jobs in one thread: their numbers, how much work they are, and how each leaves.
 * Every job that is put in leaves exactly once: it is settled, or taken back because it
 * never began.
 */
import type { JobOutcome } from "../ports.ts";
import { SlotMap } from "../slot-map.ts";
import {
	type BeginCells,
	beganMs,
	give,
	hasBegun,
	takeBack,
} from "./begin-cells.ts";
import type { LiveJob } from "./live-job.ts";
import type { FromWorker } from "./messages.ts";
import { type Death, outcomeOfDeath, outcomeOfEnd } from "./verdict.ts";

export class ThreadJobs implements Iterable<LiveJob> {
	readonly #live = new SlotMap<LiveJob>();
	/** Undefined for a process, which shares nothing: there a job has begun once the process says so. */
	readonly #cells: BeginCells | undefined;
	#workMs = 0;
	#stopping = 0;

	constructor(cells: BeginCells | undefined) {
		this.#cells = cells;
	}

	get size(): number {
		return this.#live.size;
	}

	/** How long the thread is expected to be at work for its jobs. */
	get workMs(): number {
		return this.#workMs;
	}

	/** The number of jobs that go on although their signal has fired. */
	get stopping(): number {
		return this.#stopping;
	}

	[Symbol.iterator](): Iterator<LiveJob> {
		return this.#live[Symbol.iterator]();
	}

	get(number: number): LiveJob | undefined {
		return this.#live.get(number);
	}

	put(live: LiveJob): void {
		live.number = this.#live.put(live);
		live.rounds = 0;
		this.#workMs += live.costMs;
		if (this.#cells !== undefined) give(this.#cells, live.number);
	}

	/** To be called when the job's signal fires. */
	setStopping(live: LiveJob): void {
		if (live.stopping) return;
		live.stopping = true;
		this.#stopping += 1;
	}

	/** Settles the job of this number and returns it; undefined if it has left before. */
	settle(number: number, outcome: JobOutcome): LiveJob | undefined {
		const live = this.#take(number);
		live?.settle(outcomeOfEnd(live, outcome));
		return live;
	}

	/** The jobs that have not begun. */
	unbegun(): LiveJob[] {
		const cells = this.#cells;
		if (cells === undefined) return [];
		return [...this.#live].filter(({ number }) => !hasBegun(cells, number));
	}

	/** The jobs that have not begun for so many calls of this. */
	waiting(callsMax: number): LiveJob[] {
		return this.unbegun().filter((live) => {
			live.rounds += 1;
			return live.rounds > callsMax;
		});
	}

	/** The jobs whose code has begun, as far as is known. */
	begun(): LiveJob[] {
		return [...this.#live].filter((live) => this.beganMs(live) !== undefined);
	}

	/** A process says that its job, which was told to stop, will never begin. Returns the job. */
	settleUnbegun(): LiveJob | undefined {
		if (this.#cells !== undefined) return undefined;
		const live = this.#live.find(
			({ aborted, beganMs }) => aborted && beganMs === undefined,
		);
		return live && this.settle(live.number, { kind: "not-begun" });
	}

	/** Takes a job out unless it has begun. True if it never will begin in this thread. */
	takeBack(live: LiveJob): boolean {
		if (this.#cells === undefined) return false;
		return takeBack(this.#cells, live.number) && this.#release(live);
	}

	/** Takes the jobs out that never ran in a thread that is over, but for those told to stop. */
	takeUnbegun(): LiveJob[] {
		return this.unbegun().filter(
			(live) => !live.aborted && this.takeBack(live),
		);
	}

	/** Takes all jobs but those told to stop out of a thread that never came to run one. */
	takeAll(): LiveJob[] {
		return [...this.#live].filter(
			(live) => !live.aborted && this.#release(live),
		);
	}

	/** Settles all jobs, since the thread has ended and none of them runs any more. */
	bury(death: Death, nowMs: number, loadedMs: number | undefined): void {
		const only = this.#live.size === 1;
		// A process begins as soon as the node knows that it has loaded, and may have had no time
		// to say that it has begun.
		const elseMs = this.#cells === undefined ? loadedMs : undefined;
		for (const live of this.#live) {
			const { number, aborted, overdue, job } = live;
			const atMs = this.beganMs(live) ?? elseMs;
			const begun = atMs !== undefined;
			const ranMs = nowMs - (atMs ?? nowMs);
			const bereaved = { number, aborted, overdue, job, only, begun, ranMs };
			this.settle(number, outcomeOfDeath(bereaved, death));
		}
	}

	/** When the job began, if that is known. */
	beganMs({ number, beganMs: toldMs }: LiveJob): number | undefined {
		const cells = this.#cells;
		if (cells === undefined) return toldMs;
		return hasBegun(cells, number) ? beganMs(cells, number) : undefined;
	}

	#release(live: LiveJob): true {
		this.#take(live.number);
		live.thread = undefined;
		return true;
	}

	#take(number: number): LiveJob | undefined {
		const live = this.#live.take(number);
		if (live === undefined) return undefined;
		// Sums of fractions drift; an empty thread has no work.
		this.#workMs = this.size === 0 ? 0 : this.#workMs - live.costMs;
		if (live.stopping) this.#stopping -= 1;
		return live;
	}
}

/** The outcome of a job as its worker reports it. */
export function outcomeSaid(
	said: Extract<FromWorker, { kind: "failure" | "snoozed" }>,
): JobOutcome {
	const { ranMs } = said;
	if (said.kind === "snoozed")
		return { kind: "snoozed", afterMs: said.afterMs, ranMs };
	const { error, retry, retryAfterMs } = said;
	return {
		...{ kind: "failure", error, ranMs },
		...(retry === false && { retry }),
		...(retryAfterMs !== undefined && { retryAfterMs }),
	};
}
