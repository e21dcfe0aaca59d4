/** Once everything has healed, every task that is there ends within a bound. */
import { isEnded } from "../../protocol/state.ts";
import { type History, lastRead } from "./history.ts";

export function judgeDrained(
	{ tasks, healedMs }: History,
	drainMs: number,
): string[] {
	if (healedMs === undefined) return [];
	const broken: string[] = [];
	for (const task of tasks.values()) {
		const { id, reads } = task;
		const last = lastRead(task);
		if (last === undefined) continue;
		if (!isEnded(last.state)) {
			broken.push(
				`${id} is still ${last.state} ${last.atMs - healedMs} ms after all has healed`,
			);
			continue;
		}
		const ended = reads.find((read) => "state" in read && isEnded(read.state));
		if (ended !== undefined && ended.atMs - healedMs > drainMs)
			broken.push(`${id} ended ${ended.atMs - healedMs} ms after all healed`);
	}
	return broken;
}
