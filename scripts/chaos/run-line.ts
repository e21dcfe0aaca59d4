/**
 * What task code writes down about its runs, one line of JSON each, and the runs that a
 * file of such lines contains.
 */
export interface RunLine {
	readonly kind: "start" | "end" | "abort";
	readonly id: string;
	readonly token: number;
	readonly attempt: number;
	/** The process that the run is in: the node's, or one of its own that the node has started. */
	readonly pid: number;
	/** The process that started that one. */
	readonly parent: number;
	/** The time on the host's monotonic clock. */
	readonly ms: number;
}

/** One run of a task's code. */
export interface Run {
	readonly id: string;
	readonly token: number;
	readonly attempt: number;
	readonly pid: number;
	readonly parent: number;
	readonly startMs: number;
	/** Undefined if the run never said so: its process or its thread was ended. */
	readonly overMs: number | undefined;
	readonly how: "end" | "abort" | "silence";
}

/**
 * Runs in the order of their starts. A token that starts twice makes two runs. A last
 * line without its end is from a process killed while it wrote.
 */
export function readRuns(text: string): Run[] {
	const lines = text.split("\n").slice(0, -1);
	const runs: Run[] = [];
	const open = new Map<string, number>();
	for (const line of lines) {
		const { kind, ms, ...run }: RunLine = JSON.parse(line);
		const key = `${run.pid} ${run.id} ${run.token}`;
		if (kind === "start") {
			const started = { ...run, startMs: ms, overMs: undefined };
			open.set(key, runs.push({ ...started, how: "silence" }) - 1);
			continue;
		}
		const at = open.get(key);
		const begun = at === undefined ? undefined : runs[at];
		if (at === undefined || begun === undefined) {
			throw new Error(`a run ended that never started: ${line}`);
		}
		runs[at] = { ...begun, overMs: ms, how: kind };
	}
	return runs;
}
