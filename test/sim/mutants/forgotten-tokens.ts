/**
 * A store that has lost writes does not get back what nodes know about access tokens.
 */
import type { Shard } from "../../../node/ports.ts";
import type { MemoryShard } from "../../fakes/shard.ts";
import { tamperWith } from "./tampered-shard.ts";

export function forgottenTokens(sound: MemoryShard): Shard {
	return tamperWith(sound, {
		access: {
			putTokensBack: async () => ({ nowMs: 0, written: 0 }),
		},
	});
}
