/**
 * Claims that break a rule: who may have a task, with which token, and which task is
 * first.
 */
import type { Shard } from "../../../node/ports.ts";
import type { SessionName } from "../../../protocol/lease.ts";
import type { ClaimedTask } from "../../../protocol/task.ts";
import { tamperWith } from "./tampered-shard.ts";

/** Does not compare: now and then two nodes are given the same tasks. */
export function carelessClaims(sound: Shard): Shard {
	let given: readonly ClaimedTask[] = [];
	let session: SessionName = "";
	return tamperWith(sound, {
		tasks: {
			async claim(request) {
				const reply = await sound.tasks.claim(request);
				if (!reply.ok) return reply;
				const room = request.limit - reply.tasks.length;
				const others = session === request.session ? [] : given;
				const again = others
					.filter(({ route }) => request.routes.includes(route))
					.slice(0, room);
				if (reply.tasks.length > 0) {
					given = reply.tasks;
					session = request.session;
				}
				return { ...reply, tasks: [...reply.tasks, ...again] };
			},
		},
	});
}

/** Every attempt of a task has the token of its first. */
export function reusedTokens(sound: Shard): Shard {
	const first = new Map<string, number>();

	async function withNewest<Fenced extends { readonly id: string }>(
		all: readonly Fenced[],
	): Promise<Fenced[]> {
		const tasks = await sound.tasks.get(all.map(({ id }) => id));
		return all.map((each, i) => {
			const token = tasks[i]?.attempts.at(-1)?.token ?? 0;
			return { ...each, token };
		});
	}

	return tamperWith(sound, {
		sessions: {
			async running(session) {
				const running = await sound.sessions.running(session);
				return running.map(({ id, token }) => {
					return { id, token: first.get(id) ?? token };
				});
			},
		},
		tasks: {
			async claim(request) {
				const reply = await sound.tasks.claim(request);
				if (!reply.ok) return reply;
				const tasks = reply.tasks.map((task) => {
					const token = first.get(task.id) ?? task.token;
					first.set(task.id, token);
					return { ...task, token };
				});
				return { ...reply, tasks };
			},
			async complete(ends) {
				return await sound.tasks.complete(await withNewest(ends));
			},
			async giveBack(tasks) {
				return await sound.tasks.giveBack(await withNewest(tasks));
			},
		},
	});
}

/** Does not say how often a task has lost its node, so that it always runs with others. */
export function innocentClaims(sound: Shard): Shard {
	return tamperWith(sound, {
		tasks: {
			async claim(request) {
				const reply = await sound.tasks.claim(request);
				if (!reply.ok) return reply;
				const tasks = reply.tasks.map((task) => ({ ...task, losses: 0 }));
				return { ...reply, tasks };
			},
		},
	});
}

/** Looks into only one queue, so that a more urgent task may wait in another. */
export function blindToPriority(sound: Shard): Shard {
	return tamperWith(sound, {
		tasks: {
			async claim(request) {
				for (const route of request.routes) {
					const one = { ...request, routes: [route] };
					const reply = await sound.tasks.claim(one);
					if (!reply.ok) return reply;
					// There may be more elsewhere: ask again.
					if (reply.tasks.length > 0)
						return { ...reply, waiting: request.routes.map(() => 1) };
				}
				return { ok: true, tasks: [], waiting: request.routes.map(() => 0) };
			},
		},
	});
}

/** Counts it as a failure if a task has lost its worker or its node. */
export function costlyCrashes(sound: Shard): Shard {
	return tamperWith(sound, {
		tasks: {
			async claim(request) {
				const reply = await sound.tasks.claim(request);
				if (!reply.ok) return reply;
				const tasks = reply.tasks.map((task) => {
					const { failures, crashes, losses } = task;
					return { ...task, failures: failures + crashes + losses };
				});
				return { ...reply, tasks };
			},
		},
	});
}

/** Forgets that the code of a task had begun when it is handed back. */
export function forgottenRuns(sound: Shard): Shard {
	return tamperWith(sound, {
		tasks: {
			giveBack: (tasks) =>
				sound.tasks.giveBack(
					tasks.map((task) =>
						task.end === "handed-back" ? { ...task, end: "not-begun" } : task,
					),
				),
		},
	});
}
