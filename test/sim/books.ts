/**
 * Whether the store's books are right at every moment: what it counts is what it lists,
 * no count is negative, and every task that is PENDING stands in a queue.
 */
import type { Shard } from "../../node/ports.ts";
import { SEQ_SPAN } from "../../protocol/rank.ts";
import { TASK_STATES } from "../../protocol/state.ts";
import type { VirtualClock } from "../clock.ts";
import type { Recorder } from "./recorder.ts";

const EVERY_MS = 500;
const LIMIT = 1_000_000;

export function watchBooks(
	clock: VirtualClock,
	shards: readonly Shard[],
	recorder: Recorder,
): void {
	clock.after(EVERY_MS, () => {
		for (const shard of shards)
			void wrongIn(shard).then((wrongs) => {
				for (const what of wrongs)
					recorder.record({
						kind: "miscount",
						what: `shard ${shard.index} ${what}`,
					});
			});
		watchBooks(clock, shards, recorder);
	});
}

/** Both are asked for in one step, so that nothing comes between. */
async function wrongIn(shard: Shard): Promise<string[]> {
	const all = { state: undefined, beforeSeq: SEQ_SPAN, limit: LIMIT };
	const [{ states, waiting }, { tasks }] = await Promise.all([
		shard.tasks.counts(),
		shard.tasks.list(all),
	]);
	const byState = Map.groupBy(tasks, ({ state }) => state);
	const wrong = TASK_STATES.flatMap((state) => {
		const listed = byState.get(state)?.length ?? 0;
		return states[state] === listed
			? []
			: [`counts ${states[state]} ${state} and lists ${listed}`];
	});
	const queued = waiting.reduce((sum, { count }) => sum + count, 0);
	if (queued !== states.PENDING)
		wrong.push(`has ${states.PENDING} tasks PENDING and ${queued} in queues`);
	return wrong;
}
