/**
 * No two executions of one task have the same token, and a later one has a higher one:
 * whoever keeps the highest seen can refuse the others.
 *
 * A node that was paused or cut off may start late what it was given before; then a lower
 * token follows a higher one, as it does in what it writes.
 */
import type { History, ImpairedEvent } from "./history.ts";
import type { StartEvent } from "./task-history.ts";

type StopTimes = Readonly<Record<ImpairedEvent["why"], number>>;

export function judgeTokens(
	{ tasks, impaired }: History,
	stopMs: StopTimes,
): string[] {
	const broken: string[] = [];
	for (const { id, starts } of tasks.values()) {
		const seen = new Map<number, StartEvent>();
		let highest = starts[0];
		for (const start of starts) {
			const { token, node, atMs } = start;
			const same = seen.get(token);
			const late = impaired.some(
				(each) =>
					each.node === node &&
					each.fromMs <= atMs &&
					atMs <= each.untilMs + stopMs[each.why],
			);
			const former =
				same ??
				(highest !== undefined && token < highest.token && !late
					? highest
					: undefined);
			if (former !== undefined)
				broken.push(
					`${id} was started by ${node} at ${atMs} ms with token ${token}, after ${former.node} at ${former.atMs} ms with token ${former.token}`,
				);
			seen.set(token, start);
			if (token > (highest?.token ?? 0)) highest = start;
		}
	}
	return broken;
}
