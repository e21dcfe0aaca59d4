/** Pulses and openings neither tell nor ask for the number of shards, so that a store which has lost it gets it from nobody. */
import type { OpenReply, OpenRequest, Pulse } from "../../../node/ports.ts";
import { MemoryShard } from "../../fakes/shard.ts";
import { type PulseRequest, TamperedShard } from "./tampered-shard.ts";

export class NumberlessPulses extends TamperedShard {
	override open(request: OpenRequest): Promise<OpenReply> {
		return this.#numberless.open(request);
	}

	override pulse(...request: PulseRequest): Promise<Pulse> {
		return this.#numberless.pulse(...request);
	}

	get #numberless(): MemoryShard {
		if (!(this.sound instanceof MemoryShard))
			throw new TypeError("nobody else may have a hand in this shard");
		return this.sound.as(undefined);
	}
}
