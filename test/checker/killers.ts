/**
 * A task whose code ends the process that runs it takes few nodes down: after its second
 * loss it runs in a process of its own. So no task beside it loses more than that many
 * attempts because of it.
 *
 * A store that has lost writes may have lost losses, and is not judged. Attempts that
 * were given back leave no loss behind; such a task may take down one more node for each.
 */
import type { History } from "./history.ts";
import { lastRead } from "./task-history.ts";

export const NODES_KILLED_MAX = 3;

export function judgeKillers({ tasks, lostWritesMs }: History): string[] {
	if (lostWritesMs.length > 0) return [];
	return [...tasks.values()].flatMap((task) => {
		const { id, kills } = task;
		const givenBack = lastRead(task)?.attempts.filter(
			({ end }) => end === "handed-back",
		);
		return kills.length > NODES_KILLED_MAX + (givenBack?.length ?? 0)
			? [
					`${id} took down ${kills.length} nodes: ${kills.map(({ node, token }) => `${node} (token ${token})`).join(", ")}`,
				]
			: [];
	});
}
