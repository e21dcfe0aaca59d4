/** A shard as it is; what breaks one of its rules overrides the methods it needs. */
import type { Shard } from "../../../node/ports.ts";
import { LinkedShard } from "../linked-shard.ts";

/** What a pulse is asked with. */
export type PulseRequest = Parameters<Shard["pulse"]>;

export class TamperedShard extends LinkedShard {
	/** The shard beneath, which keeps the rules. */
	readonly sound: Shard;
	#calls = 0;

	constructor(sound: Shard) {
		super(sound, (_name, step) => step());
		this.sound = sound;
	}

	/** True every so many times that it is asked. */
	onceIn(times: number): boolean {
		this.#calls += 1;
		return this.#calls % times === 0;
	}
}
