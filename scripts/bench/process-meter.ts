/**
 * What a process costs, as Linux reports it under /proc: processor time by thread,
 * memory, and the bytes that went through its files and sockets.
 *
 * Times are those of the scheduler, exact to the nanosecond; /proc/PID/stat counts in
 * steps of 10 ms. A thread that has ended takes its time with it, so a window must not
 * contain the end of one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { nowMs } from "./clock.ts";

/** Hearsay's name for the threads in which task code runs. */
const TASK_THREAD = "hearsay-tasks";

/** Processor time, in milliseconds. */
export interface CpuTimes {
	readonly main: number;
	/** The threads that run task code. */
	readonly tasks: number;
	/** The rest: garbage collection, compilation, the pool for files. */
	readonly others: number;
}

/** Processor time since the process started. @throws if there is no such process, or no Linux */
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

/** What processes spent while something was measured. */
export interface Spending {
	readonly tookMs: number;
	/**
	 * The processor time of each process, and the bytes that its system calls read and
	 * wrote, to sockets too.
	 */
	readonly spent: readonly { readonly cpuMs: number; readonly bytes: number }[];
}

export async function spendingOf(
	pids: readonly number[],
	during: () => Promise<unknown>,
): Promise<Spending> {
	const look = () =>
		pids.map((pid) => {
			const { main, tasks, others } = cpuTimes(pid);
			return { cpuMs: main + tasks + others, bytes: transferredBytes(pid) };
		});
	const before = look();
	const startMs = nowMs();
	await during();
	const tookMs = nowMs() - startMs;
	const spent = look().map(({ cpuMs, bytes }, i) => ({
		cpuMs: cpuMs - (before[i]?.cpuMs ?? 0),
		bytes: bytes - (before[i]?.bytes ?? 0),
	}));
	return { tookMs, spent };
}

/** The resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
	return numberAfter("VmRSS", read(`/proc/${pid}/status`)) / 1_024;
}

function transferredBytes(pid: number): number {
	const io = read(`/proc/${pid}/io`);
	return numberAfter("rchar", io) + numberAfter("wchar", io);
}

function numberAfter(name: string, text: string): number {
	const value = new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text)?.[1];
	if (value === undefined) throw new Error(`no ${name} in ${text}`);
	return Number(value);
}

function read(path: string): string {
	return readFileSync(path, "utf8").trim();
}
