/** Adds up what the shards of a cluster count. */
import { TASK_STATES, type TaskState } from "../../protocol/state.ts";
import type { ClusterView, ShardCounts } from "../ports.ts";

export function sumCounts(
	counts: readonly ShardCounts[],
): Pick<ClusterView, "counts" | "backlog" | "backlogMore"> {
	const sum = (count: (counts: ShardCounts) => number) =>
		counts.reduce((total, one) => total + count(one), 0);
	const backlog = new Map<string, number>();
	for (const { route, count } of counts.flatMap(({ waiting }) => waiting)) {
		backlog.set(route, (backlog.get(route) ?? 0) + count);
	}
	return {
		counts: {
			states: sumStates(counts),
			accepted: sum(({ accepted }) => accepted),
			attempts: sum(({ attempts }) => attempts),
			stale: sum(({ stale }) => stale),
		},
		backlog: [...backlog].map(([route, count]) => ({ route, count })),
		backlogMore: sum(({ routes, waiting }) => routes - waiting.length),
	};
}

export function sumStates(
	counts: readonly ShardCounts[],
): Record<TaskState, number> {
	const total = (state: TaskState) =>
		counts.reduce((sum, { states }) => sum + states[state], 0);
	return Object.fromEntries(
		TASK_STATES.map((state) => [state, total(state)]),
	) as Record<TaskState, number>;
}
