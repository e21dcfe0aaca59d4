/**
 * What one thread reports to the pool.
 */
import type { LiveJob } from "./live-job.ts";
import type { SettingsByType } from "./loaded-settings.ts";
import type { Death } from "./verdict.ts";

export interface ThreadEvents {
	/** Handlers are loaded: these types can be run, and their settings are sound. */
	onLoaded(types: readonly string[], settings: SettingsByType): void;
	/** The code of a job begins; reported for a job that has a timeout or runs in a process. */
	onBegan(live: LiveJob): void;
	/** The thread is ended because of this job, which did not stop when it had reached its timeout. */
	onUnruly(live: LiveJob): void;
	/** The thread's jobs that were told to stop are over: it takes others. */
	onOpen(): void;
	/**
	 * So many jobs are over, for which the thread was at work for so long; the type is that
	 * of one of them.
	 */
	onProgress(type: string, jobs: number, workedMs: number): void;
	/** The last job in the thread is settled, and the thread lives. */
	onIdle(): void;
	/** The thread has ended without having loaded: these jobs never ran, and are no longer its own. */
	onUnloaded(why: string, jobs: readonly LiveJob[]): void;
	/** The thread has ended before these jobs began in it: they are no longer its own. */
	onUnbegun(jobs: readonly LiveJob[]): void;
	/**
	 * The thread was ended and is still there, perhaps in a call that waits for a process:
	 * reported again and again.
	 */
	onStuck(systemThread: number): void;
	/**
	 * None of the thread's code runs any more, and its jobs are settled. Either nothing is
	 * left of it, or it is left behind in a call that nothing ends. Reported once.
	 */
	onOver(death: Death): void;
	/**
	 * The thread, which was left behind, is still there: one of these jobs, which were in
	 * it, is to blame.
	 */
	onBlocked(left: readonly LiveJob[]): void;
	/** Nothing is left of the thread. Comes last, and only once a call that holds it is over. */
	onExit(): void;
}
