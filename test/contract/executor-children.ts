/**
 * What the system reports about the processes that a node has started for isolated tasks.
 */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";

const LOOK_MS = 5;
/** A process that used no processor time in so many looks in a row is idle. */
const RESTING_LOOKS = 20;

/** Processes that a node has started and that have not ended. */
export function children(node = process.pid): number[] {
	return readFileSync(`/proc/${node}/task/${node}/children`, "utf8")
		.split(" ")
		.filter((pid) => pid !== "" && isThere(Number(pid)))
		.map(Number);
}

export function isThere(pid: number): boolean {
	try {
		return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

/** The processor time that a process has used. */
function usedTicks(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
	return Number(stat[13]) + Number(stat[14]);
}

/** Resolves with the only process, once it is idle. */
export async function readySpare(node = process.pid): Promise<number> {
	const [spare = 0] = await readySpares(1, node);
	return spare;
}

/** Resolves with the processes once there are so many and all of them are idle. */
export async function readySpares(
	count: number,
	node = process.pid,
): Promise<number[]> {
	let last = "";
	for (let looks = 0; looks < RESTING_LOOKS; looks += 1) {
		await pause(LOOK_MS);
		const pids = children(node);
		expect(pids.length).toBeLessThanOrEqual(count);
		const ticks = pids.map(usedTicks);
		const now = `${pids} ${ticks}`;
		// One that has not begun yet may have used none either.
		const isWorking = ticks.includes(0) || now !== last;
		if (pids.length < count || isWorking) looks = 0;
		last = now;
	}
	return children(node);
}

export async function gone(pid: number): Promise<void> {
	while (isThere(pid)) await pause(LOOK_MS);
}
