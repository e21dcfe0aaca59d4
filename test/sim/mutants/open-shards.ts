/** A shard gives and takes tasks whatever number of shards the node goes by that asks. */
import type { Shard } from "../../../node/ports.ts";
import { MemoryShard } from "../../fakes/shard.ts";
import { TamperedShard } from "./tampered-shard.ts";

export class OpenShards extends TamperedShard {
	override submit(...request: Parameters<Shard["submit"]>) {
		return this.#open.submit(...request);
	}

	override get(ids: readonly string[]) {
		return this.#open.get(ids);
	}

	get #open(): MemoryShard {
		if (!(this.sound instanceof MemoryShard))
			throw new TypeError("nobody else may have a hand in this shard");
		return this.sound.as(undefined);
	}
}
