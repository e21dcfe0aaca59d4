/**
 * Waits until nothing moves any more, once everything is mended and the clients have
 * stopped: all tasks have ended, the peers see each other, what was still under way on
 * the network has landed, and no node reports tasks that it runs.
 */
import { nowMs, sleep } from "../bench/clock.ts";
import type { FaultRecord } from "./fault.ts";
import { landedMs } from "./landing.ts";
import { isWhole, untilMesh, WHOLE_MS_MAX } from "./mesh.ts";
import { untilDrained, untilEnded } from "./reading.ts";

/** How long everything has to end after all is mended. */
export const DRAINED_MS_MAX = 60_000;
/** What nodes say about each other is no older than this. */
const WORD_MS_MAX = 12_000;

export interface Settled {
	/** From the moment when everything was mended until everything had ended. */
	readonly drainedMs: number;
	/** Whether all peers saw each other in time. */
	readonly isWhole: boolean;
}

export interface SettlingParts {
	readonly urls: readonly string[];
	readonly faults: readonly FaultRecord[];
	readonly healedMs: number;
	/** The run's own tasks, whatever became of their submission. */
	readonly ids: readonly string[];
	/** Whether the cluster has no other tasks. */
	readonly alone: boolean;
	/** Reports what is waited for now. */
	readonly tell: (what: string) => void;
}

export async function untilSettled(parts: SettlingParts): Promise<Settled> {
	const { urls, faults, healedMs, alone, ids, tell } = parts;
	const untilOver = async () => {
		if (alone) return void (await untilDrained(urls, DRAINED_MS_MAX));
		await untilEnded(urls, ids, DRAINED_MS_MAX, (left) =>
			tell(`waiting for ${left} of ${ids.length} tasks of this run to end`),
		);
	};
	tell("waiting for the tasks of this run to end");
	await untilOver();
	const drainedMs = nowMs() - healedMs;
	tell("waiting for the nodes to see each other");
	const wholeMsMax = Math.max(healedMs + WHOLE_MS_MAX - nowMs(), 1);
	const wholeMs = await untilMesh(isWhole, urls, wholeMsMax);
	tell("waiting for what is still under way");
	await sleep(Math.max(landedMs(faults) - nowMs(), 0));
	await untilOver();
	// Others may have work for the nodes as long as they like.
	if (!alone) return { drainedMs, isWhole: wholeMs !== undefined };
	// The course finds nodes that are not idle by then.
	await untilMesh(
		(views) =>
			views.flat().every(({ state, running }) => state === "dead" || !running),
		urls,
		WORD_MS_MAX,
	);
	return { drainedMs, isWhole: wholeMs !== undefined };
}
