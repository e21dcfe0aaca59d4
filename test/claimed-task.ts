/** A task in the hands of the node that claimed it, as tests of actors need one. */
import { formatRoute } from "../protocol/route.ts";
import type { ClaimedTask } from "../protocol/task.ts";
import { PLAIN } from "../protocol/task-options.ts";

export function claimedTask({
	queue = "q",
	type = "t",
	...fields
}: Partial<ClaimedTask> & { queue?: string; type?: string } = {}): ClaimedTask {
	return {
		...{
			id: "a",
			route: formatRoute({ queue, type, labels: [] }),
			priority: 5,
		},
		...{ options: PLAIN, payload: "1", token: 1, attempt: 1, round: 1 },
		...{
			createdMs: 1_000,
			claimedMs: 1_000,
			failures: 0,
			crashes: 0,
			losses: 0,
		},
		...fields,
	};
}
