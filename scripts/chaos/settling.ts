/**
 * Until nothing moves any more, once all is mended and the clients have stopped:
 * everything has ended, the peers see each other, what was still under way on
 * the network has landed, and no node tells of tasks that it runs.
 */
import { nowMs, sleep } from "../bench/clock.ts";
import type { FaultRecord } from "./fault.ts";
import { landedMs } from "./landing.ts";
import { isWhole, untilMesh, WHOLE_MS_MAX } from "./mesh.ts";
import { untilDrained } from "./reading.ts";

/** After all is mended, everything has so long to end. */
export const DRAINED_MS_MAX = 60_000;
/** What nodes say of each other is no older than this. */
const WORD_MS_MAX = 12_000;

export interface Settled {
	/** From the moment when all was mended until everything had ended. */
	readonly drainedMs: number;
	/** Whether the peers all saw each other in time. */
	readonly isWhole: boolean;
}

export async function untilSettled(
	urls: readonly string[],
	faults: readonly FaultRecord[],
	healedMs: number,
): Promise<Settled> {
	await untilDrained(urls, DRAINED_MS_MAX);
	const drainedMs = nowMs() - healedMs;
	const wholeMsMax = Math.max(healedMs + WHOLE_MS_MAX - nowMs(), 1);
	const wholeMs = await untilMesh(isWhole, urls, wholeMsMax);
	await sleep(Math.max(landedMs(faults) - nowMs(), 0));
	await untilDrained(urls, DRAINED_MS_MAX);
	// Whoever is not idle by then is for the course to find.
	await untilMesh(
		(views) =>
			views.flat().every(({ state, running }) => state === "dead" || !running),
		urls,
		WORD_MS_MAX,
	);
	return { drainedMs, isWhole: wholeMs !== undefined };
}
