/**
 * What a node and a worker thread say to each other. Messages travel in bursts, one array
 * a `postMessage` (see `burst.ts`), in the order in which they were said.
 *
 * A job goes by a number of its own in its thread, since one thread may run two attempts
 * of the same task. Payloads and results are JSON text here: the node's thread never
 * parses them.
 */
import type { MessagePort } from "node:worker_threads";
import type { TaskError } from "../../protocol/task.ts";
import type { Job } from "../ports.ts";
import type { BeginCells } from "./begin-cells.ts";

/** Task types that every worker runs, with or without handler files. */
export const BUILT_IN_TYPES = ["noop", "process_task"] as const;

/** The first message to a worker, with which it loads what it is to run. */
export interface WorkerStart {
	readonly handlerFiles: readonly string[];
	/** The types that the node has announced: a thread that lacks one does not load. */
	readonly typesServed: readonly string[];
	readonly processTaskMs: number;
	/** Only for a thread of the node: a process shares nothing. */
	readonly cells?: BeginCells;
}

/**
 * A job once it is in a thread. Which thread it had to be, and who ends it when, no
 * longer matters there.
 */
export type JobInThread = Omit<Job, "alone" | "isolated" | "killAfterMs">;

/**
 * The names of what a handler may say besides `run`; `handler-settings.ts` knows their
 * values.
 */
export const SETTING_NAMES = [
	"retries",
	"backoff",
	"timeout",
	"killAfter",
	"concurrency",
] as const;

/** What a handler says, as it is in its file: nobody has checked it yet. */
export interface SaidSettings {
	readonly file: string;
	readonly type: string;
	readonly said: Readonly<Record<string, unknown>>;
}

export interface WorkerData {
	/** The worker's end of the channel that all of this goes over. */
	readonly port: MessagePort;
	/**
	 * Handlers will be TypeScript: the type stripper, 50 ms of a core, is loaded before
	 * they are named.
	 */
	readonly typeScript: boolean;
}

/**
 * The first message to a process that runs one task: with it, the process starts a
 * worker, to which the next message goes.
 */
export interface ProcessStart {
	/** The node's own copy of the worker's code, if it is bundled: the files may be newer. */
	readonly source: string | undefined;
	/** Handlers will be TypeScript: see WorkerData. */
	readonly typeScript: boolean;
}
/** What such a process hears every NODE_LIVES_MS, besides the bursts for its worker. */
export const NODE_LIVES = "the node lives";
export type ToProcess = ProcessStart | WorkerStart | typeof NODE_LIVES;

/** What a process of its own says, besides the bursts of its worker. */
export type FromProcess =
	/** The worker is gone, for this reason. */
	| { readonly kind: "failed"; readonly message: string }
	/** The process has not heard from the node for ORPHANED_MS, and ends. */
	| { readonly kind: "left" };

/** What is said to a worker, besides jobs to run. */
export type ToWorker =
	| { readonly kind: "abort"; readonly number: number; readonly reason: string }
	/** A job has reached its timeout; this sentence says so. */
	| {
			readonly kind: "timeout";
			readonly number: number;
			readonly message: string;
	  }
	/**
	 * It is known that the handlers have loaded, and what they say besides their code is sound:
	 * jobs may begin. Said only to a process, and if they say something.
	 */
	| { readonly kind: "go" }
	| { readonly kind: "ping" };

/** What a worker says, besides jobs that have succeeded. */
export type FromWorker =
	/** Said once, before anything about a job. */
	| {
			readonly kind: "loaded";
			readonly types: readonly string[];
			/** Settings of handlers that have some: no job begins before the node has seen them. */
			readonly settings: readonly SaidSettings[];
			/** The system's own id of the thread; undefined if the system does not tell. */
			readonly thread: number | undefined;
	  }
	/** Said instead of `loaded`: one sentence that names the file. The thread ends. */
	| { readonly kind: "unloadable"; readonly message: string }
	| {
			readonly kind: "failure";
			readonly number: number;
			readonly error: TaskError;
			readonly ranMs: number;
			/** See JobOutcome. */
			readonly retry: false | undefined;
			readonly retryAfterMs: number | undefined;
	  }
	/** The job asked to be put off, and has returned. */
	| {
			readonly kind: "snoozed";
			readonly number: number;
			readonly afterMs: number;
			readonly ranMs: number;
	  }
	/**
	 * The next thing that happens is the code of this job. Said of a job that has a
	 * timeout, or runs in a process.
	 */
	| { readonly kind: "began"; readonly number: number }
	/** Said by a process: its job was told to stop before it could begin, and never will. */
	| { readonly kind: "unbegun" }
	/** A line for the node's log. The number is undefined if it was said outside any job. */
	| {
			readonly kind: "log";
			readonly number: number | undefined;
			readonly line: string;
	  }
	| { readonly kind: "pong" }
	/** The thread's last words: which job ends it, if that is known. */
	| {
			readonly kind: "dying";
			readonly culprit: number | undefined;
			readonly message: string;
	  };
