/** Pulses neither tell nor ask for the number of shards, so that a store which has lost it gets it from nobody. */
import type { Pulse } from "../../../node/ports.ts";
import { MemoryShard } from "../../fakes/shard.ts";
import { type PulseRequest, TamperedShard } from "./tampered-shard.ts";

export class NumberlessPulses extends TamperedShard {
	override pulse(...[session, ttlMs, word]: PulseRequest): Promise<Pulse> {
		if (!(this.sound instanceof MemoryShard))
			throw new TypeError("nobody else may have a hand in this shard");
		const { number } = this.sound;
		const { fixed } = number;
		// One step: nobody sees what stands there in between.
		const told = fixed ?? 0;
		const pulse = this.sound.pulse(session, ttlMs, { ...word, shards: told });
		number.fixed = fixed;
		return pulse;
	}
}
