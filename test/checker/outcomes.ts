/**
 * A task ends as its own code makes it end. One that works succeeds, however many nodes
 * died under it, as long as others ran on them too. Only a task that was all its nodes
 * ran when they were lost, again and again, must be suspected itself.
 *
 * What a node ran is judged by what task code recorded about its runs, whatever the store
 * believes and however many shards it has. A run that never began does not show what ran
 * beside it, and counts as alone.
 */
import {
	ATTEMPTS_KEPT_MAX,
	LOSSES_ALONE_MAX,
	LOSSES_SHARED_MAX,
} from "../../protocol/limits.ts";
import { isEnded } from "../../protocol/state.ts";
import type { History } from "./history.ts";
import { ofThisRound, type ReadEvent } from "./readings.ts";
import { lastRead, type TaskHistory } from "./task-history.ts";

/** A run of a task's code that is over. */
interface Run {
	readonly id: string;
	readonly token: number;
	readonly node: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

export function judgeOutcomes({ tasks }: History): string[] {
	const broken: string[] = [];
	const runs = [...tasks.values()].flatMap(runsOf);
	for (const task of tasks.values()) {
		const expected = task.submits[0]?.expected;
		const read = lastRead(task);
		if (expected === undefined || read === undefined) continue;
		if (!isEnded(read.state) || outcomeOf(read) === expected) continue;
		// It was not to begin any more, so its code had no say: see times.ts.
		if (read.state === "EXPIRED") continue;
		// See cancels.ts.
		if (read.state === "CANCELLED") continue;
		if (task.submits[0]?.mayExpire && gaveUpRetry(read)) continue;
		if (outcomeOf(read) === "crashed" && isSuspect(read, runs)) continue;
		broken.push(
			`${task.id} ended as ${outcomeOf(read)} where its code makes ${expected}, after attempts that ended ${read.attempts.map(({ end }) => end).join(", ")}`,
		);
	}
	return broken;
}

/** Whether the task failed, and its retry may have come only after it had expired. */
function gaveUpRetry({ state, attempts }: ReadEvent): boolean {
	return state === "FAILURE" && attempts.at(-1)?.end === "failure";
}

function outcomeOf({ state, errorCode }: ReadEvent): string {
	return state === "FAILURE" && errorCode === "crashed" ? "crashed" : state;
}

function runsOf({ id, starts, stops }: TaskHistory): Run[] {
	return starts.flatMap(({ token, node, atMs: fromMs }) => {
		const stop = stops.find((each) => {
			return each.token === token && each.node === node;
		});
		if (stop === undefined) return [];
		return [{ id, token, node, fromMs, untilMs: stop.atMs }];
	});
}

/**
 * Whether the task was given up by the rules: lost too often with nothing beside it, once
 * it ran in a process of its own.
 */
function isSuspect(read: ReadEvent, runs: readonly Run[]): boolean {
	const { id, attempts } = read;
	const losses = ofThisRound(read).filter(
		({ end }) => end === "lease-lost" || end === "revoked",
	);
	const isWhole = attempts.length < ATTEMPTS_KEPT_MAX;
	const apart = isWhole ? losses.slice(LOSSES_SHARED_MAX) : losses;
	const alone = apart.filter(({ token }) => {
		const run = runs.find((each) => each.id === id && each.token === token);
		return run === undefined || !runs.some((each) => isBeside(each, run));
	});
	return alone.length >= LOSSES_ALONE_MAX;
}

/** Whether the other run went on, on the same node, when `run` was cut short. */
function isBeside(other: Run, run: Run): boolean {
	return (
		other !== run &&
		other.node === run.node &&
		other.fromMs <= run.untilMs &&
		other.untilMs >= run.untilMs
	);
}
