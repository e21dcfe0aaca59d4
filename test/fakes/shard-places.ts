/**
 * Where the tasks of one shard of the store's twin are: as the shard keeps them, not as
 * their records say.
 */
import type { ShardContents } from "./shard-contents.ts";

export function placesOf({ tasks, runs }: ShardContents) {
	const { queues, times, holders, records } = tasks;
	return {
		...queues.places(),
		...times.places(),
		...records.places(),
		...runs.places(),
		holders: holders.ids,
	};
}
