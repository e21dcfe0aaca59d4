/** What one thread tells the pool. */
import type { LiveJob } from "./live-job.ts";
import type { SettingsByType } from "./loaded-settings.ts";
import type { Death } from "./verdict.ts";

export interface ThreadEvents {
	/** Handlers are loaded: these types can be run, and what they say beside that is sound. */
	onLoaded(types: readonly string[], settings: SettingsByType): void;
	/** The code of a job begins; told of one that has a timeout, or runs in a process. */
	onBegan(live: LiveJob): void;
	/** It is ended on account of this job, which did not stop when it had reached its timeout. */
	onUnruly(live: LiveJob): void;
	/** Those of its jobs that were told to stop are over: it takes others. */
	onOpen(): void;
	/** So many jobs are over, for which it was at work for so long; the type is one's. */
	onProgress(type: string, jobs: number, workedMs: number): void;
	/** The last job in it is settled, and it lives. */
	onIdle(): void;
	/** It has ended without having loaded: these jobs never ran, and are its own no more. */
	onUnloaded(why: string, jobs: readonly LiveJob[]): void;
	/** It has ended before these jobs began in it: they are its own no more. */
	onUnbegun(jobs: readonly LiveJob[]): void;
	/** It was ended and is there all the same, perhaps in a call that waits for a process: told again and again. */
	onStuck(systemThread: number): void;
	/** The thread is gone and its jobs are settled. */
	onExit(death: Death): void;
}
