/** The in-memory twin keeps the store's contract. */
import { StoreMismatch } from "../../node/ports.ts";
import { VirtualClock } from "../clock.ts";
import type { MemoryShard } from "../fakes/shard.ts";
import { placesOf } from "../fakes/shard-places.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { storeAgreement } from "./store-agreement.ts";
import { OTHER_SHARDS, type World } from "./store-bench.ts";
import { storeContract, storeTimeContract } from "./store-contract.ts";

async function memoryWorld(shards: number): Promise<World> {
	const clock = new VirtualClock();
	const nowMs = () => clock.wallMs();
	const store = createMemoryStore({ shards, nowMs, isNew: true });
	return {
		store,
		restart: async () => store.restart(),
		async agree(mayMake) {
			const { contents } = store.shards[0] as MemoryShard;
			const number = contents.number.agree(shards, mayMake, contents.isEmpty);
			if (typeof number === "string") return number;
			if (number !== shards) throw new StoreMismatch(`it has ${number} shards`);
			return "agreed";
		},
		async settle() {
			for (const { contents } of store.shards) contents.number.keep(shards);
		},
		toOther: (index) => (store.shards[index] as MemoryShard).as(OTHER_SHARDS),
		async lose(what, index) {
			const { contents } = store.shards[index] as MemoryShard;
			if (what === "events") {
				contents.events.lose();
				return;
			}
			const image = contents.save();
			if (what !== "number") image.sessions.lose(what.nodeId);
			contents.load(
				what === "number" ? { ...image, shards: undefined } : image,
			);
		},
		places: async (index) =>
			placesOf((store.shards[index] as MemoryShard).contents),
		advance: (ms) => clock.runFor(ms),
		stop: () => store.close(),
	};
}

storeContract("in memory", memoryWorld);
storeTimeContract("in memory", memoryWorld);
storeAgreement("in memory", memoryWorld);
