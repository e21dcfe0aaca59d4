/** The in-memory twin keeps the store's contract. */
import { VirtualClock } from "../clock.ts";
import type { MemoryShard } from "../fakes/shard.ts";
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
		async agree(mayMake) {
			const [home] = store.shards;
			const isEmpty = home?.isEmpty ?? true;
			const number = home?.number.agree(shards, mayMake, isEmpty);
			return typeof number === "string" ? number : "agreed";
		},
		async lose(what, index) {
			const shard = store.shards[index] as MemoryShard;
			const image = shard.save();
			if (what !== "number") image.sessions.lose(what.nodeId);
			shard.load(what === "number" ? { ...image, shards: undefined } : image);
		},
		advance: (ms) => clock.runFor(ms),
		stop: () => store.close(),
	};
}

storeContract("in memory", memoryWorld);
storeTimeContract("in memory", memoryWorld);
storeAgreement("in memory", memoryWorld);
