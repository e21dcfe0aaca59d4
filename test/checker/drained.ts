/**
 * Once everything has healed, every task that is there ends within a bound. A task may
 * have to wait longer until it is due, by as much as the store's clock was put back.
 */
import { isEnded } from "../../protocol/state.ts";
import type { History } from "./history.ts";
import { lastRead } from "./task-history.ts";

export function judgeDrained(
	{ tasks, healedMs, setBackMs }: History,
	drainMs: number,
): string[] {
	if (healedMs === undefined) return [];
	const withinMs = drainMs + setBackMs;
	const broken: string[] = [];
	for (const task of tasks.values()) {
		const { id, stops } = task;
		const last = lastRead(task);
		if (last === undefined) continue;
		if (!isEnded(last.state)) {
			broken.push(
				`${id} is still ${last.state} ${last.atMs - healedMs} ms after all has healed`,
			);
			continue;
		}
		const workedMs = (stops.at(-1)?.atMs ?? 0) - healedMs;
		if (workedMs > withinMs)
			broken.push(`${id} was still run ${workedMs} ms after all has healed`);
	}
	return broken;
}
