/**
 * What the system says about this process, and how late its event loop is. The latter is
 * measured only once somebody has asked, since each look wakes the process.
 */
import { readdirSync, readFileSync } from "node:fs";
import { type ELDHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { LOOP_LOOK_MS, LOOP_WINDOW_MS } from "../../protocol/limits.ts";
import type { Clock, LoopFigures, ProcessFigures } from "../ports.ts";

const NS_PER_S = 1e9;
const QUANTILES = [0.5, 0.9, 0.99, 1] as const;

/**
 * How much of this process is in the machine's memory. Undefined if the system does not say:
 * it is read from a file, and a process that has too many open cannot open another.
 */
export function residentBytes(): number | undefined {
	try {
		return process.memoryUsage.rss();
	} catch {
		return undefined;
	}
}

export function systemFigures(
	clock: Clock,
	startedMs: number,
): () => ProcessFigures {
	const loop = new LoopDelay(clock);
	const maxFds = mayOpen();
	return () => {
		const { user, system } = process.cpuUsage();
		const [resident, virtualBytes, openFds] = [
			residentBytes(),
			readVirtualBytes(),
			countFds(),
		];
		return {
			cpuS: (user + system) / 1e6,
			...(resident !== undefined && { residentBytes: resident }),
			...(virtualBytes !== undefined && { virtualBytes }),
			...(openFds !== undefined && { openFds }),
			...(maxFds !== undefined && { maxFds }),
			startedS: startedMs / 1_000,
			loop: loop.read(),
			runtime: process.version,
		};
	};
}

/**
 * How late the event loop is, measured over two windows. The older one is reported, and ends
 * when the newer becomes LOOP_WINDOW_MS old: so everybody who asks sees some seconds.
 */
class LoopDelay {
	#older: ELDHistogram | undefined;
	#newer: ELDHistogram | undefined;
	#newerSinceMs = 0;
	/** The sum over windows that have ended. */
	#sumS = 0;
	#count = 0;
	readonly #clock: Clock;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	read(): LoopFigures {
		const nowMs = this.#clock.monoMs();
		if (this.#newer === undefined) {
			this.#newer = begin();
			this.#newerSinceMs = nowMs;
		} else if (nowMs - this.#newerSinceMs >= LOOP_WINDOW_MS) {
			this.#older = this.#newer;
			this.#newer = begin();
			this.#newerSinceMs = nowMs;
			this.#end(this.#older);
		}
		const told = this.#older ?? this.#newer;
		const open = this.#newer;
		return {
			quantiles: QUANTILES.map((each) => [
				...([String(each), lateS(told.percentile(each * 100))] as const),
			]),
			sumS: this.#sumS + totalS(open),
			count: this.#count + open.count,
		};
	}

	/** Ends a window, which does not grow from now on. */
	#end(window: ELDHistogram): void {
		window.disable();
		this.#sumS += totalS(window);
		this.#count += window.count;
	}
}

function begin(): ELDHistogram {
	const histogram = monitorEventLoopDelay({ resolution: LOOP_LOOK_MS });
	histogram.enable();
	return histogram;
}

function totalS({ count, mean }: ELDHistogram): number {
	return count === 0 ? 0 : count * lateS(mean);
}

/** How late a look was. The histogram holds the time between two looks. */
function lateS(ns: number): number {
	return Math.max(0, ns / NS_PER_S - LOOP_LOOK_MS / 1_000);
}

/** The virtual memory of the process; undefined if the system does not say it this way. */
function readVirtualBytes(): number | undefined {
	const pages = readProc("/proc/self/statm")?.split(" ")[0];
	return pages === undefined ? undefined : Number(pages) * 4_096;
}

function countFds(): number | undefined {
	try {
		// The folder itself is open while it is read.
		return readdirSync("/proc/self/fd").length - 1;
	} catch {
		return undefined;
	}
}

/** How many files this process may have open at once; undefined if the system does not say. */
export function mayOpen(): number | undefined {
	const limits = readProc("/proc/self/limits");
	const max = /^Max open files +(\d+)/m.exec(limits ?? "")?.[1];
	return max === undefined ? undefined : Number(max);
}

function readProc(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return undefined;
	}
}
