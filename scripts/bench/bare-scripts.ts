/**
 * The ceiling of throughput: the store's own scripts, driven bare by a loop.
 * The loop is a program of its own, as it looks inside the store; see there
 * for what it does and why.
 */
import type { Ground } from "./contender.ts";
import { runProgram } from "./growth-program.ts";

const PROGRAM = "test/bench/bare-scripts.ts";

/** Tasks a second. */
export interface BareRates {
	readonly submitting: number;
	/** Claiming and completing. */
	readonly processing: number;
}

/** One after the other, with so many different priorities in turn. */
export async function bareScripts(
	ground: Ground,
	priorities = 1,
): Promise<BareRates> {
	return (await run(ground, "apart", priorities)) as BareRates;
}

/** Both at once: tasks a second from the first submission to the last end. */
export async function bareScriptsTogether(ground: Ground): Promise<number> {
	return (await run(ground, "together", 1)) as number;
}

function run({ redis, tasks }: Ground, how: string, priorities: number) {
	const args = [redis.url, how, String(tasks), String(priorities)];
	return runProgram(PROGRAM, args);
}
