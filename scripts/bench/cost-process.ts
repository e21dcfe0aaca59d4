/**
 * What a process costs, as Linux tells it under /proc: processor time by
 * thread, memory, and bytes that went through its files and sockets.
 *
 * Times are those of the scheduler, exact to the nanosecond, where
 * /proc/PID/stat counts in steps of 10 ms. A thread that has ended takes its
 * time with it, so a window must not contain the end of one.
 */
import { readdirSync, readFileSync } from "node:fs";

/** As Hearsay names the threads in which task code runs. */
const TASK_THREAD = "hearsay-tasks";

/** Milliseconds of processor time. */
export interface CpuTimes {
	readonly main: number;
	/** Threads that run task code. */
	readonly tasks: number;
	/** The rest: garbage collection, compilation, the pool for files. */
	readonly others: number;
}

/** Since the process started. @throws where there is none, or no Linux. */
export function cpuTimes(pid: number): CpuTimes {
	const times = { main: 0, tasks: 0, others: 0 };
	for (const thread of readdirSync(`/proc/${pid}/task`)) {
		const of = `/proc/${pid}/task/${thread}`;
		const ms = Number(read(`${of}/schedstat`).split(" ")[0]) / 1e6;
		if (thread === String(pid)) times.main += ms;
		else if (read(`${of}/comm`) === TASK_THREAD) times.tasks += ms;
		else times.others += ms;
	}
	return times;
}

export function cpuMs(pid: number): number {
	const { main, tasks, others } = cpuTimes(pid);
	return main + tasks + others;
}

/** Resident memory, MiB. */
export function residentMiB(pid: number): number {
	return numberAfter("VmRSS", read(`/proc/${pid}/status`)) / 1_024;
}

/** Bytes read and written by system calls, sockets among them. */
export function transferredBytes(pid: number): number {
	const io = read(`/proc/${pid}/io`);
	return numberAfter("rchar", io) + numberAfter("wchar", io);
}

/** Processes that this one has started, and that live. */
export function pidsOfChildren(): number[] {
	return readdirSync("/proc/self/task")
		.flatMap((thread) => read(`/proc/self/task/${thread}/children`).split(" "))
		.filter((pid) => pid !== "")
		.map(Number);
}

function numberAfter(name: string, text: string): number {
	const value = new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text)?.[1];
	if (value === undefined) throw new Error(`no ${name} in ${text}`);
	return Number(value);
}

function read(path: string): string {
	return readFileSync(path, "utf8").trim();
}
