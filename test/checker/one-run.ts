/**
 * A node never runs one task twice at once, whatever befell it or the store: when it is
 * given a task that it already runs, it ends the older run first. Nothing excuses this,
 * as both runs are in its own hands.
 *
 * A run whose end nobody recorded was ended by force, and is not judged.
 */
import type { History } from "./history.ts";

export function judgeOneRun({ tasks }: History): string[] {
	const broken: string[] = [];
	for (const { id, starts, stops } of tasks.values()) {
		for (const [i, later] of starts.entries()) {
			for (const earlier of starts.slice(0, i)) {
				if (earlier.node !== later.node) continue;
				const stop = stops.find(
					({ token, node, atMs }) =>
						token === earlier.token &&
						node === earlier.node &&
						atMs >= earlier.atMs,
				);
				if (stop !== undefined && stop.atMs > later.atMs)
					broken.push(
						`${id} was started by ${later.node} at ${later.atMs} ms (token ${later.token}), which ran it already (token ${earlier.token}) until ${stop.atMs} ms`,
					);
			}
		}
	}
	return broken;
}
