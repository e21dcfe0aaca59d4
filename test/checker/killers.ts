/**
 * A task whose code ends the process that runs it takes few nodes down: after its second
 * loss it runs in a process of its own. So no task beside it loses more than that many
 * attempts because of it.
 *
 * A store that has lost writes may have lost losses, and is not judged. Attempts that
 * were given back leave no loss behind; such a task may take down one more node for each.
 * A task that was deleted may come again, by a submission that was on its way, and then
 * begins anew.
 */
import type { History } from "./history.ts";
import { lastRead, type TaskHistory } from "./task-history.ts";

export const NODES_KILLED_MAX = 3;

export function judgeKillers(history: History): string[] {
	const { tasks, lostWritesMs, deleted } = history;
	if (lostWritesMs.length > 0) return [];
	return [...tasks.values()].flatMap((task) => {
		const { id } = task;
		const givenBack = lastRead(task)?.attempts.filter(
			({ end }) => end === "handed-back",
		);
		const max = NODES_KILLED_MAX + (givenBack?.length ?? 0);
		const lives = livesOf(task.kills, deleted.get(id) ?? []);
		return lives
			.filter((kills) => kills.length > max)
			.map(
				(kills) =>
					`${id} took down ${kills.length} nodes: ${kills.map(({ node, token }) => `${node} (token ${token})`).join(", ")}`,
			);
	});
}

/** The kills before the first deletion, between that and the next, and so on. */
function livesOf(
	kills: TaskHistory["kills"],
	deletedMs: readonly number[],
): TaskHistory["kills"][] {
	const lives = Map.groupBy(
		kills,
		({ atMs }) => deletedMs.filter((ms) => ms < atMs).length,
	);
	return [...lives.values()];
}
