/**
 * What a node and a worker thread say to each other. Messages travel in
 * bursts, one array a `postMessage` (see `burst.ts`), in the order in which they
 * were said.
 *
 * A job goes by a number of its own in its thread, since one thread may run
 * two attempts of the same task. Payloads and results are JSON text here: the
 * node's thread never parses them.
 */
import type { MessagePort } from "node:worker_threads";
import type { TaskError } from "../../protocol/task.ts";
import type { Job } from "../ports.ts";
import type { BeginCells } from "./begin-cells.ts";

/** Task types that every worker runs, with or without handler files. */
export const BUILT_IN_TYPES = ["noop", "process_task"] as const;

/** The first word to a worker, with which it loads what it is to run. */
export interface WorkerStart {
	readonly handlerFiles: readonly string[];
	/** Types that the node has told others it serves: a thread without one does not load. */
	readonly typesServed: readonly string[];
	readonly processTaskMs: number;
	/** Of a thread of the node; a process shares nothing. */
	readonly cells?: BeginCells;
}

/** A job once it is in a thread, where it no longer matters which one it had to be, and who ends it when. */
export type JobInThread = Omit<Job, "alone" | "isolated" | "killAfterMs">;

/** What a handler may say besides `run`; `handler-settings.ts` knows what it may say there. */
export const SETTING_NAMES = [
	"retries",
	"backoff",
	"timeout",
	"killAfter",
] as const;

/** What a handler says, as it is in its file: nobody has looked at it yet. */
export interface SaidSettings {
	readonly file: string;
	readonly type: string;
	readonly said: Readonly<Record<string, unknown>>;
}

export interface WorkerData {
	/** The worker's end of the channel over which all of this goes. */
	readonly port: MessagePort;
	/** Handlers will be TypeScript: what strips types, 50 ms of a core, is loaded before they are named. */
	readonly typeScript: boolean;
}

/**
 * The first word to a process that runs one task. With it a worker is started in it, to which
 * the next word is.
 */
export interface ProcessStart {
	/** The code of a worker as the node has it, where that is bundled: the files may be newer. */
	readonly source: string | undefined;
	/** See WorkerData. */
	readonly typeScript: boolean;
}
/** What such a process hears every NODE_LIVES_MS, besides the bursts for the worker in it. */
export const NODE_LIVES = "the node lives";
export type ToProcess = ProcessStart | WorkerStart | typeof NODE_LIVES;

/** What a process of its own says besides the bursts of the worker in it. */
export type FromProcess =
	/** The worker is gone, for this reason. */
	| { readonly kind: "failed"; readonly message: string }
	/** It has not heard from the node for ORPHANED_MS, and ends. */
	| { readonly kind: "left" };

/** Besides jobs to run. */
export type ToWorker =
	| { readonly kind: "abort"; readonly number: number; readonly reason: string }
	/** A job has reached its timeout, as this sentence says. */
	| {
			readonly kind: "timeout";
			readonly number: number;
			readonly message: string;
	  }
	/** What the handlers say beside their code is sound: jobs may begin. Only where they say something. */
	| { readonly kind: "go" }
	| { readonly kind: "ping" };

/** Besides jobs that have succeeded. */
export type FromWorker =
	/** Once, before any word of a job. */
	| {
			readonly kind: "loaded";
			readonly types: readonly string[];
			/** Of those that say something: no job begins before the node has seen it. */
			readonly settings: readonly SaidSettings[];
			/** What the system calls the thread; undefined if it does not tell. */
			readonly thread: number | undefined;
	  }
	/** Instead: one sentence that names the file. The thread ends. */
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
	/** It asked to be put off, and has returned. */
	| {
			readonly kind: "snoozed";
			readonly number: number;
			readonly afterMs: number;
			readonly ranMs: number;
	  }
	/** The next thing that happens is the code of this job. Said of one that has a timeout, or runs in a process. */
	| { readonly kind: "began"; readonly number: number }
	/** Of a process: its job was told to stop before it could begin, and never does. */
	| { readonly kind: "unbegun" }
	/** A line for the node's log; said outside any job: number undefined. */
	| {
			readonly kind: "log";
			readonly number: number | undefined;
			readonly line: string;
	  }
	| { readonly kind: "pong" }
	/** The thread's last words: which job ends it, where that is known. */
	| {
			readonly kind: "dying";
			readonly culprit: number | undefined;
			readonly message: string;
	  };
