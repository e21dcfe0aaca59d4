/**
 * Decodes the answer to new tasks (see `submit.lua`) into what became of each, and what is
 * known of those that exist already (see `known.lua`).
 */
import assert from "node:assert/strict";
import type { NewTask } from "../../protocol/task.ts";
import {
	momentsOf,
	type TaskTimes,
	timesOf,
} from "../../protocol/task-times.ts";
import type { KnownTask, ShardTasks, SubmitOutcome } from "../ports.ts";
import type { Reply } from "./redis/connection.ts";
import { decodeTask } from "./task-codec.ts";

/** Decodes the answer: what became of each task, undefined for one that exists already and is to be asked for. */
export function decodeSubmit(
	reply: Reply,
	tasks: readonly NewTask[],
): (SubmitOutcome | undefined)[] {
	const [nowMs, firstToken, ...answers] = reply as [number, number, ...Reply[]];
	let token = firstToken;
	const takenOn = (task: NewTask, seq: number) => {
		const { id, route, priority, options, payload } = task;
		const times = timesOf(options);
		const isNew = { ok: true, created: true, seq } as const;
		const created =
			times === undefined ? isNew : { ...isNew, ...timed(times, nowMs) };
		if (firstToken === 0) return created;
		const claimed = {
			...{ id, route, priority, options, payload, token: token++, attempt: 1 },
			...{ createdMs: nowMs, claimedMs: nowMs },
			...{ round: 1, failures: 0, crashes: 0, losses: 0 },
		};
		return { ...created, claimed };
	};
	return tasks.map((task, i): SubmitOutcome | undefined => {
		const answer = answers[i] as Reply;
		if (answer === -1) return { ok: false, code: "too_many_routes" };
		if (answer === -2) return { ok: false, code: "too_many_unserved" };
		if (answer === -3) return undefined;
		if (typeof answer === "number") return takenOn(task, answer);
		const [seq, given] = answer as [number | string, string];
		if (typeof seq === "number")
			return { ...takenOn({ ...task, id: given }, seq), id: given };
		const existing = decodeKnown(task.id, answer);
		assert(existing !== undefined, "a task that exists has fields");
		return { ok: true, created: false, existing };
	});
}

/** The outcomes, completed by those of existing tasks that the answer left out because many are large. */
export async function withUntold(
	tasks: readonly NewTask[],
	outcomes: readonly (SubmitOutcome | undefined)[],
	shard: Pick<ShardTasks, "known" | "submit">,
): Promise<SubmitOutcome[]> {
	const untold = tasks.filter((_, i) => outcomes[i] === undefined);
	const known = untold.length > 0 ? await shard.known(untold) : [];
	const told: SubmitOutcome[] = [];
	for (const [i, outcome] of outcomes.entries()) {
		if (outcome !== undefined) {
			told.push(outcome);
			continue;
		}
		const existing = known.shift();
		if (existing !== undefined)
			told.push({ ok: true, created: false, existing });
		// It was deleted meanwhile.
		else told.push(...(await shard.submit(tasks.slice(i, i + 1))));
	}
	return told;
}

/** Decodes what `readKnown` found; undefined if that was no task. */
export function decodeKnown(id: string, found: Reply): KnownTask | undefined {
	const [text] = found as string[];
	// JSON has no line break at its end: the payload was left out.
	const record = decodeTask(id, found, text?.endsWith("\n"));
	if (record === undefined) return undefined;
	const { route, priority, options, payload, state, attempt, attempts } =
		record;
	const running = state === "STARTED" ? attempts.at(-1) : undefined;
	return {
		...{ id, route, priority, options, payload, state, attempt },
		...(running && { running }),
	};
}

/** The times of a task that has any, accepted by the store at `nowMs`. */
function timed(times: TaskTimes, nowMs: number) {
	const moments = momentsOf(times, nowMs);
	const later = (moments.dueMs ?? 0) > nowMs;
	return { moments, ...(later && ({ scheduled: true } as const)) };
}
