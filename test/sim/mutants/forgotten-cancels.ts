/**
 * Loses the request that a task should end as soon as its holder gives the task up, or is
 * lost.
 */
import type { Shard } from "../../../node/ports.ts";
import type { MemoryShard } from "../../fakes/shard.ts";
import { tamperWith } from "./tampered-shard.ts";

export function forgottenCancels(sound: MemoryShard): Shard {
	const forget = () => {
		const { records } = sound.contents.tasks;
		for (const record of records.all) {
			const { cancel, ...task } = record;
			if (cancel !== undefined && task.state === "STARTED") records.add(task);
		}
	};
	return tamperWith(sound, {
		tasks: {
			async giveBack(tasks) {
				forget();
				return await sound.tasks.giveBack(tasks);
			},
		},
		sessions: {
			async revoke(request) {
				forget();
				return await sound.sessions.revoke(request);
			},
			async close(session, limit) {
				forget();
				return await sound.sessions.close(session, limit);
			},
		},
	});
}
