/** The in-memory twin keeps the store's contract. */
import { VirtualClock } from "../clock.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { storeAgreement } from "./store-agreement.ts";
import type { World } from "./store-bench.ts";
import { storeContract, storeTimeContract } from "./store-contract.ts";

async function memoryWorld(shards: number): Promise<World> {
	const clock = new VirtualClock();
	const store = createMemoryStore({ shards, nowMs: () => clock.wallMs() });
	return {
		store,
		restart: async () => store.restart(),
		advance: (ms) => clock.runFor(ms),
		stop: () => store.close(),
	};
}

storeContract("in memory", memoryWorld);
storeTimeContract("in memory", memoryWorld);
storeAgreement("in memory", memoryWorld);
