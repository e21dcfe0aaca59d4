/**
 * Of one task, no two executions have the same token, and a later one has a
 * higher one: whoever keeps the highest that he has seen can refuse the others.
 */
import type { History } from "./history.ts";

export function judgeTokens({ tasks }: History): string[] {
	const broken: string[] = [];
	for (const { id, starts } of tasks.values()) {
		let highest = starts[0];
		for (const start of starts.slice(1)) {
			if (highest === undefined) break;
			if (start.token <= highest.token) {
				broken.push(
					`${id} was started by ${start.node} at ${start.atMs} ms with token ${start.token}, after ${highest.node} at ${highest.atMs} ms with token ${highest.token}`,
				);
			} else highest = start;
		}
	}
	return broken;
}
