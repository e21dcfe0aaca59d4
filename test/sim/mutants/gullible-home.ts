/**
 * The first shard, asked for nothing but its word, tells everybody that the cluster has the
 * number of shards that they assume.
 */
import type { Shard } from "../../../node/ports.ts";
import type { MemoryShard } from "../../fakes/shard.ts";
import { tamperWith } from "./tampered-shard.ts";

export function gullibleHome(sound: MemoryShard): Shard {
	const { tasks } = sound;
	const open = sound.as(undefined).tasks;
	return tamperWith(sound, {
		tasks: {
			get: (ids) => (ids.length === 0 ? open : tasks).get(ids),
		},
	});
}
