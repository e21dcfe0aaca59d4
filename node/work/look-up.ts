/**
 * Looks up tasks whose submission got no answer, for a bounded time. A store that is away
 * is asked again, since a lost connection may soon be back.
 */
import { SUBMIT_LOOK_UP_MS } from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";
import {
	type Clock,
	type KnownTask,
	type ShardTasks,
	StoreError,
} from "../ports.ts";

/**
 * What became of the tasks, in order. Empty if the store has not answered by `untilMs` of
 * the monotonic clock.
 */
export async function lookUp(
	tasks: Pick<ShardTasks, "known">,
	clock: Clock,
	sent: readonly NewTask[],
	untilMs: number,
): Promise<readonly (KnownTask | undefined)[]> {
	const late = Promise.withResolvers<[]>();
	const timer = clock.after(untilMs - clock.monoMs(), () => late.resolve([]));
	const found = await Promise.race([
		find(tasks, clock, sent, untilMs),
		late.promise,
	]);
	timer.cancel();
	return found;
}

async function find(
	tasks: Pick<ShardTasks, "known">,
	clock: Clock,
	sent: readonly NewTask[],
	untilMs: number,
): Promise<readonly (KnownTask | undefined)[]> {
	while (clock.monoMs() < untilMs) {
		try {
			return await tasks.known(sent);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
		}
		await new Promise<void>((resolve) =>
			clock.after(SUBMIT_LOOK_UP_MS, resolve),
		);
	}
	return [];
}
