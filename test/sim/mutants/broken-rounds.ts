/** Rules of rounds, broken: what a retry means, and what begins anew with it. */
import type { RetryRequest, Shard } from "../../../node/ports.ts";
import { RETRIES_MAX } from "../../../protocol/limits.ts";
import type { MemoryShard } from "../../fakes/shard.ts";
import { tamperWith } from "./tampered-shard.ts";

/** Whatever round is meant: a request that is sent again opens another one. */
export function anyRound(sound: MemoryShard): Shard {
	return tamperWith(sound, {
		tasks: {
			async retry(tasks) {
				const meant = tasks.map(
					(task): RetryRequest => ({ ...task, round: undefined }),
				);
				return await sound.tasks.retry(meant);
			},
			// As whoever asks looks first, and takes a later round for an answer.
			async get(ids) {
				const found = await sound.tasks.get(ids);
				return found.map((task) => task && { ...task, round: 1 });
			},
		},
	});
}

/** A task that is opened again has used up all its retries. */
export function grudge(sound: MemoryShard): Shard {
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
