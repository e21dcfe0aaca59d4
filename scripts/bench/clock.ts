/**
 * The bench's clock: monotonic, and the same in every process and worker of one host, so
 * that a moment noted by a task compares with one noted by its submitter.
 * (`performance.timeOrigin` would tie each process to the wall clock at its start.)
 */
import { setTimeout as delay } from "node:timers/promises";

export function nowMs(): number {
	return Number(process.hrtime.bigint()) / 1e6;
}

export function sleep(ms: number): Promise<void> {
	return delay(ms);
}

/**
 * Calls `fn` `count` times, `perSecond` of them, each at its own time whether or not the
 * previous call has been answered: an open loop, in which a slow answer does not hold
 * back what comes after. Resolves when all are answered.
 */
export async function openLoop(
	count: number,
	perSecond: number,
	fn: (n: number) => Promise<void>,
): Promise<void> {
	const startMs = nowMs();
	const answers: Promise<void>[] = [];
	for (let i = 0; i < count; i++) {
		const waitMs = startMs + (i * 1_000) / perSecond - nowMs();
		if (waitMs > 0) await sleep(waitMs);
		answers.push(fn(i));
	}
	await Promise.all(answers);
}
