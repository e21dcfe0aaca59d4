/**
 * Broken rules about users' wishes: what a retry means, and what begins anew with it;
 * what a change changes; and what may be deleted.
 */
import type { RetryRequest, Shard } from "../../../node/ports.ts";
import { RETRIES_MAX } from "../../../protocol/limits.ts";
import type { ClaimedTask } from "../../../protocol/task.ts";
import type { MemoryShard } from "../../fakes/shard.ts";
import type { NamedMutant } from "./named-mutant.ts";
import { onceIn, tamperWith } from "./tampered-shard.ts";

/** Ignores which round is meant: a request that is sent again opens another one. */
function anyRound(sound: MemoryShard): Shard {
	return tamperWith(sound, {
		tasks: {
			async retry(tasks) {
				const meant = tasks.map(
					(task): RetryRequest => ({ ...task, round: undefined }),
				);
				return await sound.tasks.retry(meant);
			},
			// So a client that looks first cannot tell a later round from its own.
			async get(ids) {
				const found = await sound.tasks.get(ids);
				return found.map((task) => task && { ...task, round: 1 });
			},
		},
	});
}

/** A reopened task has used up all its retries. */
function grudge(sound: MemoryShard): Shard {
	return tamperWith(sound, {
		tasks: {
			async retry(tasks) {
				const reply = await sound.tasks.retry(tasks);
				const { records } = sound.contents.tasks;
				for (const task of records.all)
					if (tasks.some(({ id }) => id === task.id))
						records.add({ ...task, failures: RETRIES_MAX });
				return reply;
			},
		},
	});
}

/** A reopened task keeps the token of its last attempt: the next attempt has it, too. */
function oldFence(sound: MemoryShard): Shard {
	const kept = new Map<string, number>();
	return tamperWith(sound, {
		tasks: {
			async retry(tasks) {
				for (const { id } of tasks) {
					const [task] = await sound.tasks.get([id]);
					const token = task?.attempts.at(-1)?.token;
					if (token !== undefined) kept.set(id, token);
				}
				return await sound.tasks.retry(tasks);
			},
			async claim(request) {
				const reply = await sound.tasks.claim(request);
				if (!reply.ok) return reply;
				const withOld = (task: ClaimedTask): ClaimedTask => {
					const isFirst = task.round > 1 && task.failures === 0;
					const token = isFirst ? kept.get(task.id) : undefined;
					return { ...task, token: token ?? task.token };
				};
				return { ...reply, tasks: reply.tasks.map(withOld) };
			},
		},
	});
}

/** Now and then says that a task is changed, and leaves it as it is. */
function idleChange(sound: MemoryShard): Shard {
	const isIdle = onceIn(5);
	return tamperWith(sound, {
		tasks: {
			async change(request) {
				if (!isIdle()) return await sound.tasks.change(request);
				const [task] = await sound.tasks.get([request.id]);
				if (task?.state !== "PENDING" && task?.state !== "SCHEDULED")
					return await sound.tasks.change(request);
				const { dueMs, expiresMs } = task;
				const told = { dueMs, expiresMs, nowMs: 0, waiting: [] };
				return { code: "changed", ...told };
			},
		},
	});
}

/** Says that a task is deleted, and leaves some tasks. */
function idleRemoval(sound: MemoryShard): Shard {
	const isIdle = onceIn(4);
	return tamperWith(sound, {
		tasks: {
			async remove(meant) {
				if (!isIdle()) return await sound.tasks.remove(meant);
				const tasks = await sound.tasks.get(meant.map(({ id }) => id));
				return tasks.map((task) => (task === undefined ? "none" : "removed"));
			},
		},
	});
}

export const WISH_MUTANTS: readonly NamedMutant[] = [
	{
		name: "a retry opens another round, whichever it means",
		breaks: "a task has one more round for each that was asked for",
		shard: anyRound,
	},
	{
		name: "what a task failed before counts in its next round, too",
		fromSeed: 23,
		breaks: "what fails is tried again as often as was asked for",
		shard: grudge,
	},
	{
		name: "a task that is opened again keeps the token of its last attempt",
		breaks: "tokens are unique and rise",
		shard: oldFence,
	},
	{
		name: "a change is told, and not made",
		breaks: "a task is as it was changed last",
		shard: idleChange,
	},
	{
		name: "a deletion is told, and not made",
		breaks: "only what is to be deleted is, and stays so",
		shard: idleRemoval,
	},
];
