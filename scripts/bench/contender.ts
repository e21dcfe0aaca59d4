/**
 * What a scheduler must be able to do to be measured. Each contender does it in
 * the way its own users would; the measuring itself is the same code for all.
 */

/** What every contender gets: one Redis, emptied before each run. */
export interface Ground {
	readonly redis: { readonly port: number; readonly url: string };
	/** A directory for the files of the processes that a run starts. */
	readonly directory: string;
	/** The number of tasks in one throughput run. */
	readonly tasks: number;
}

/** The door of a scheduler, open for single tasks. */
export interface Door extends AsyncDisposable {
	/** Resolves when the task is accepted. */
	submit(type: TaskType, payload: object): Promise<void>;
	/** Submits a task; resolves once its result is in the submitter's hands. */
	call(type: TaskType, payload: object): Promise<void>;
}

/**
 * `noop` does nothing. `stamp` returns how long after its payload's `sentMs` it started.
 * `hold` keeps its slot until its payload's `file` exists.
 */
export type TaskType = "noop" | "stamp" | "hold";

export interface BulkPlan {
	/** The number of different priorities, used in turn; if undefined, all tasks have the default. */
	readonly priorities?: number;
	/** The payload of each task; its number if undefined. */
	readonly payload?: string;
}

export interface Scheduler extends AsyncDisposable {
	readonly door: Door;
	/** Submits `noop` tasks in the fastest way there is; resolves when all are accepted. */
	submitBulk(count: number, plan?: BulkPlan): Promise<void>;
	/** Starts one more process that runs tasks; resolves with its pid when it is ready. */
	startWorker(): Promise<number>;
	/** The number of tasks that run now. */
	running(): Promise<number>;
	/** The number of tasks that have not ended. @throws if one has ended in failure */
	unfinished(): Promise<number>;
	/** What the last `count` tasks of type `stamp` returned. */
	stamps(count: number): Promise<number[]>;
}

export interface Contender {
	/**
	 * `accepting`: takes tasks, and runs none until `startWorker`. `running`: takes tasks
	 * and runs them, in the fewest processes it can.
	 */
	open(ground: Ground, role: "accepting" | "running"): Promise<Scheduler>;
}

/** How many tasks a worker process runs at once. */
export const CONCURRENCY = 100;
/** How many single submissions are under way at once. */
export const IN_FLIGHT = 64;
/** How many different priorities there are, if more than one: 1 to 10. */
export const PRIORITIES = 10;
/** How many ended tasks are kept, as Hearsay does by default. */
export const ENDED_KEPT_MAX = 100_000;
