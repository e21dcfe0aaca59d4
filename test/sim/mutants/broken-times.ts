/** Time that breaks a rule: when tasks are due, and until when they may begin. */
import type { Shard } from "../../../node/ports.ts";
import type { MemoryShard } from "../../fakes/shard.ts";
import { tamperWith } from "./tampered-shard.ts";

const HASTE_MS = 2_000;
const MANY = 1_000;

/** Lets tasks wait before they are due. */
export function hastyPromotion(sound: MemoryShard): Shard {
	return tamperWith(sound, {
		tasks: {
			async elapse(limit) {
				const { nowMs } = await sound.sessions.nodes();
				const { times } = sound.contents.tasks;
				for (const id of times.due(nowMs + HASTE_MS, MANY))
					times.schedule(id, nowMs);
				return await sound.tasks.elapse(limit);
			},
		},
	});
}

/** Says that nothing is to be done about what is due. */
export function deafToTime(sound: MemoryShard): Shard {
	return tamperWith(sound, {
		tasks: {
			async elapse() {
				return {
					nowMs: 0,
					nextTimeMs: undefined,
					expiredIds: [],
					promoted: [],
				};
			},
		},
	});
}

/** Gives out tasks that have expired. */
export function lateClaims(sound: MemoryShard): Shard {
	return tamperWith(sound, {
		tasks: {
			async claim(request) {
				const { nowMs } = await sound.sessions.nodes();
				const { times } = sound.contents.tasks;
				for (const id of times.expired(nowMs, MANY)) times.release(id);
				return await sound.tasks.claim(request);
			},
		},
	});
}

/** Lets tasks expire whose attempt was taken over. */
export function deadlyTakeover(sound: MemoryShard): Shard {
	return tamperWith(sound, {
		sessions: {
			async revoke(request) {
				const { tasks } = sound.contents;
				const held = tasks.running(request.session);
				const reply = await sound.sessions.revoke(request);
				for (const { id } of held) {
					const task = tasks.get(id);
					if (task?.state === "PENDING") tasks.times.bind(id, task.expiresMs);
				}
				return reply;
			},
		},
	});
}
