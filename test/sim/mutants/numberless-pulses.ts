/**
 * Pulses and openings neither tell nor ask for the number of shards, so that nobody
 * restores it in a store that has lost it.
 */
import type { Shard } from "../../../node/ports.ts";
import type { MemoryShard } from "../../fakes/shard.ts";
import { tamperWith } from "./tampered-shard.ts";

export function numberlessPulses(sound: MemoryShard): Shard {
	const { sessions } = sound.as(undefined);
	return tamperWith(sound, {
		sessions: {
			open: (request) => sessions.open(request),
			pulse: (...request) => sessions.pulse(...request),
		},
	});
}
