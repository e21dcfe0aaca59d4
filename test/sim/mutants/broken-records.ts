/** Submissions, ends and sessions that break a rule. */
import type { Clock, Shard } from "../../../node/ports.ts";
import { formatSession } from "../../../protocol/lease.ts";
import type { TaskRecord } from "../../../protocol/task.ts";
import { newRecord } from "../../fakes/task-record.ts";
import { onceIn, tamperWith } from "./tampered-shard.ts";

/** Accepts the end of an attempt from whoever brings it. */
export function anyTokenEnds(sound: Shard): Shard {
	return tamperWith(sound, {
		tasks: {
			async complete(ends) {
				const tasks = await sound.tasks.get(ends.map(({ id }) => id));
				return await sound.tasks.complete(
					ends.map((end, i) => {
						const token = tasks[i]?.attempts.at(-1)?.token ?? end.token;
						return { ...end, token };
					}),
				);
			},
		},
	});
}

/** Says yes before it writes, and now and then never writes. */
export function hastyYes(sound: Shard): Shard {
	const doesNotWrite = onceIn(15);
	return tamperWith(sound, {
		tasks: {
			async submit(tasks, lease) {
				if (!doesNotWrite()) return await sound.tasks.submit(tasks, lease);
				return tasks.map(() => ({ ok: true, created: true, seq: 1 }));
			},
		},
	});
}

/** Now and then writes a task's record and not its place in the queue. */
export function lostPlaces(sound: Shard): Shard {
	const unqueued = new Map<string, TaskRecord>();
	const losesPlace = onceIn(15);
	return tamperWith(sound, {
		tasks: {
			async submit(tasks, lease) {
				if (!losesPlace()) return await sound.tasks.submit(tasks, lease);
				for (const task of tasks) unqueued.set(task.id, newRecord(task, 1, 0));
				return tasks.map(() => ({ ok: true, created: true, seq: 1 }));
			},
			async list(request) {
				const queued = await sound.tasks.list(request);
				const known = new Set(queued.tasks.map(({ id }) => id));
				const rest = [...unqueued.values()].filter(({ id }) => !known.has(id));
				return { ...queued, tasks: [...queued.tasks, ...rest] };
			},
			async counts() {
				const counts = await sound.tasks.counts();
				const PENDING = counts.states.PENDING + unqueued.size;
				return { ...counts, states: { ...counts.states, PENDING } };
			},
		},
	});
}

/** Counts an end each time that it is reported. */
export function eagerCounts(sound: Shard): Shard {
	const taken = new Set<string>();
	let again = 0;
	return tamperWith(sound, {
		tasks: {
			async complete(ends) {
				const told = await sound.tasks.complete(ends);
				for (const [i, { id, token }] of ends.entries()) {
					if (told.outcomes[i] !== "accepted") continue;
					const attempt = `${token} ${id}`;
					if (taken.has(attempt)) again += 1;
					taken.add(attempt);
				}
				return told;
			},
			async counts() {
				const counts = await sound.tasks.counts();
				const SUCCESS = counts.states.SUCCESS + again;
				return { ...counts, states: { ...counts.states, SUCCESS } };
			},
		},
	});
}

/** Takes a session's tasks however lately it has renewed its lease. */
export function deafReaper(sound: Shard): Shard {
	const { sessions } = sound;
	const looksAgain = onceIn(20);
	return tamperWith(sound, {
		sessions: {
			async pulse(...request) {
				const pulse = await sessions.pulse(...request);
				const [session] = request;
				if (!pulse.ok || !looksAgain()) return pulse;
				const { nodes } = await sessions.nodes();
				const expired = nodes
					.map(({ record, epoch, expiresMs = 0 }) => {
						return { session: formatSession(record.nodeId, epoch), expiresMs };
					})
					.filter((seen) => seen.expiresMs > 0 && seen.session !== session);
				return { ...pulse, expired };
			},
			revoke: (request) =>
				sessions.revoke({ ...request, grounds: { when: "now" } }),
		},
	});
}

/** Does not say whose lease has expired. */
export function blindSweep(sound: Shard): Shard {
	return tamperWith(sound, {
		sessions: {
			async pulse(...request) {
				const pulse = await sound.sessions.pulse(...request);
				return pulse.ok ? { ...pulse, expired: [] } : pulse;
			},
		},
	});
}

/** Tells every session the true time, whatever the store's clock does. */
export function smoothTime(sound: Shard, clock: Clock): Shard {
	return tamperWith(sound, {
		sessions: {
			async pulse(...request) {
				const pulse = await sound.sessions.pulse(...request);
				return pulse.ok ? { ...pulse, nowMs: clock.wallMs() } : pulse;
			},
		},
	});
}

/** Does not say which of a node's attempts it does not know. */
export function silentListing(sound: Shard): Shard {
	return tamperWith(sound, { sessions: { unlisted: async () => [] } });
}

/** Says that it does not know a node's attempts, although it does. */
export function forgetfulListing(sound: Shard): Shard {
	return tamperWith(sound, {
		sessions: { unlisted: async (_session, attempts) => [...attempts] },
	});
}

/** Says of attempts that they began before they were claimed. */
export function earlyStarts(sound: Shard): Shard {
	return tamperWith(sound, {
		sessions: {
			async pulse(session, ttlMs, known, begun = []) {
				const early = begun.map((each) => ({ ...each, startedMs: 1 }));
				return await sound.sessions.pulse(session, ttlMs, known, early);
			},
		},
	});
}

/** Records of a lost attempt that it was lost, but not why. */
export function wordlessLosses(sound: Shard): Shard {
	return tamperWith(sound, {
		tasks: {
			async list(request) {
				const reply = await sound.tasks.list(request);
				const tasks = reply.tasks.map((task) => ({
					...task,
					attempts: task.attempts.map(({ why: _, ...attempt }) => attempt),
				}));
				return { ...reply, tasks };
			},
		},
	});
}
