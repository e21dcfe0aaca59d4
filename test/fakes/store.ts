/**
 * The store's twin in memory, for the simulator and for tests of actors: the same port,
 * the same answers as Redis gives, on whatever clock it is handed.
 *
 * It passes the contract suite that the Redis store passes, and answers seeded random
 * operations alike (`test/contract/`). What is proved with it holds for Redis as far as
 * that suite reaches. It is written to be plainly right, not fast: state is derived by
 * looking wherever that is quick enough.
 *
 * Every method does all its work before it returns its promise, so each is one atomic
 * step, as a script is. Being cut off, slow or down is left to whoever wraps it: the twin
 * itself is always up.
 */
import type { Store } from "../../node/ports.ts";
import { MemoryShard } from "./shard.ts";
import {
	type Forgot,
	ShardContents,
	type ShardImage,
} from "./shard-contents.ts";

export interface MemoryStore extends Store {
	readonly shards: readonly MemoryShard[];
	/** What a disk might keep of its present state. */
	save(): StoreImage;
	/**
	 * As if the server had been restarted: another run, with all its data or with what an
	 * image has of them.
	 */
	restart(image?: StoreImage): void;
	/** All its data are gone, as by FLUSHALL, or those of its first shards; the server runs on. */
	empty(shards?: number): void;
}

/** Images by shard; a shard without one keeps what it has. */
export type StoreImage = readonly (ShardImage | undefined)[];

export interface MemoryStoreOptions {
	readonly shards: number;
	/** The store's clock: whole ms since 1970. */
	readonly nowMs: () => number;
	/** The run of the server, until it is restarted. */
	readonly run?: string;
	/** Whether nobody has made a number of shards the cluster's yet. */
	readonly isNew?: boolean;
	readonly forgot?: Forgot;
}

export function createMemoryStore({
	shards: count,
	nowMs,
	run = "run",
	isNew = false,
	forgot = () => {},
}: MemoryStoreOptions): MemoryStore {
	const server = { run };
	let restarts = 0;
	const shards = Array.from({ length: count }, (_, index) => {
		const contents = new ShardContents(server);
		return new MemoryShard(
			{ index, nowMs, forgot, contents },
			{ shards: count },
		);
	});
	const blank = shards.map((shard) => shard.contents.save());
	if (!isNew) for (const { contents } of shards) contents.number.keep(count);
	return {
		shards,
		up: true,
		onChange() {
			// Always up: there is no change to report.
		},
		tookS: [],
		durability: {
			appendOnly: false,
			fsync: "no",
			evictionPolicy: "noeviction",
		},
		save: () => shards.map((shard) => shard.contents.save()),
		restart(image) {
			restarts += 1;
			server.run = `${run}-${restarts}`;
			for (const [i, shard] of shards.entries()) {
				const saved = image?.[i];
				if (saved !== undefined) shard.contents.load(saved);
			}
		},
		empty(first = shards.length) {
			for (const [i, shard] of shards.slice(0, first).entries())
				shard.contents.load(blank[i] as ShardImage);
		},
		async close() {
			// It holds nothing that would have to be released.
		},
	};
}
