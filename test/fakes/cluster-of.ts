/**
 * What is shown of a cluster that has these tasks, and no store.
 */
import type { ClusterView } from "../../node/ports.ts";
import { TASK_STATES, type TaskState } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";

export function clusterOf(
	tasks: readonly TaskRecord[],
	backlogMore: number,
): ClusterView {
	const states = Object.fromEntries(
		TASK_STATES.map((state) => [state, 0]),
	) as Record<TaskState, number>;
	const waiting = new Map<string, number>();
	for (const { state, route } of tasks) {
		states[state]++;
		if (state === "PENDING") waiting.set(route, (waiting.get(route) ?? 0) + 1);
	}
	const accepted = tasks.length;
	return {
		cluster: "hearsay",
		nodeId: "node-a",
		counts: { states, accepted, attempts: 0, stale: 0 },
		backlog: [...waiting].map(([route, count]) => ({ route, count })),
		backlogMore: backlogMore,
		store: {
			up: true,
			shards: 1,
			generation: 1,
			durability: {
				appendOnly: true,
				fsync: "everysec",
				evictionPolicy: undefined,
			},
		},
		peers: ["node-b"],
	};
}
