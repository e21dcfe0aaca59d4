/**
 * A shard gives and takes tasks whatever number of shards the asking node has.
 */
import type { Shard } from "../../../node/ports.ts";
import type { MemoryShard } from "../../fakes/shard.ts";
import { tamperWith } from "./tampered-shard.ts";

export function openShards(sound: MemoryShard): Shard {
	const { tasks } = sound.as(undefined);
	return tamperWith(sound, {
		tasks: {
			submit: (...request) => tasks.submit(...request),
			get: (ids) => tasks.get(ids),
		},
	});
}
