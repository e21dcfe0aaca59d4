/**
 * Reads that show a task as it is not.
 */
import type { Shard } from "../../../node/ports.ts";
import { isEnded } from "../../../protocol/state.ts";
import { onceIn, tamperWith } from "./tampered-shard.ts";

/** Now and then a task that has ended waits again. */
export function revived(sound: Shard): Shard {
	const again = onceIn(5);
	return tamperWith(sound, {
		tasks: {
			async list(request) {
				const page = await sound.tasks.list(request);
				const tasks = page.tasks.map((task) =>
					isEnded(task.state) && again()
						? { ...task, state: "PENDING" as const }
						: task,
				);
				return { ...page, tasks };
			},
		},
	});
}
