/**
 * Whether the store's books are right at every moment: no count is negative, and every
 * task that is PENDING stands in a queue.
 */
import type { Shard } from "../../node/ports.ts";
import type { VirtualClock } from "../clock.ts";
import type { Recorder } from "./recorder.ts";

const EVERY_MS = 500;

export function watchBooks(
	clock: VirtualClock,
	shards: readonly Shard[],
	recorder: Recorder,
): void {
	clock.after(EVERY_MS, () => {
		for (const shard of shards)
			void shard.counts().then(({ states, waiting }) => {
				const queued = waiting.reduce((sum, { count }) => sum + count, 0);
				if (queued !== states.PENDING)
					recorder.flaw(
						`shard ${shard.index} has ${states.PENDING} tasks PENDING and ${queued} in queues`,
					);
				for (const [state, count] of Object.entries(states))
					if (count < 0)
						recorder.flaw(`shard ${shard.index} counts ${count} ${state}`);
			});
		watchBooks(clock, shards, recorder);
	});
}
