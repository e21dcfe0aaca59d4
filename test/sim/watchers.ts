/**
 * Readers of events, who go from node to node at random, always on from their last id, while
 * nodes die and the store loses writes. At the end, what each was told is held against what
 * the store has written: all of it, once and in order, or a reset that covers what is missing.
 */
import type { Told } from "../../node/ports.ts";
import type { EventPlace, StoreEvent } from "../../protocol/event.ts";
import { parseEventId, type ReadPlace } from "../../protocol/event-id.ts";
import { shardOf } from "../../protocol/shard.ts";
import { isEnded } from "../../protocol/state.ts";
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import { Wanderer } from "./wanderer.ts";

/** The longest time for which a reader stays with a node. */
const STAY_MS_MAX = 3_000;
const CAUGHT_UP_MS = 20_000;
const LOOK_MS = 100;
const ALL = {
	...{ kinds: [], types: [], queues: [], tags: [], tasks: [], nodes: [] },
};

interface Reset {
	readonly shard: number;
	readonly upTo: EventPlace;
}

/**
 * Whether a place is among those up to another. Bytes decide, which rise for as long as the
 * store keeps what it has, and the generation, as they begin again in the next one. Times do
 * not: the store's clock may have been put back.
 */
function covers(upTo: EventPlace, place: EventPlace): boolean {
	return place.generation <= upTo.generation && place.bytes <= upTo.bytes;
}

/** What a reader was told of a shard. */
interface Seen {
	/** How often each event came, in the order in which they came first. */
	readonly events: Map<StoreEvent, number>;
	readonly resets: Reset[];
}

class Watcher extends Wanderer {
	/** What the reader was told, for each shard. */
	readonly seen: readonly Seen[];
	/** Where the reader began. */
	from: readonly ReadPlace[] | undefined;
	id: string | undefined;

	constructor(cluster: Cluster, random: SeededRandom) {
		super(cluster, random);
		this.seen = Array.from({ length: cluster.scenario.shards }, () => ({
			...{ events: new Map(), resets: [] },
		}));
		void this.wander(STAY_MS_MAX);
	}

	get places(): readonly ReadPlace[] {
		return parseEventId(this.id ?? "") ?? [];
	}

	async stay({ api }: SimulatedNode, leave: Promise<undefined>): Promise<void> {
		const places = this.id === undefined ? undefined : this.places;
		const asked = api.events.read({ query: ALL, after: places });
		const gone = Promise.race([leave, asked.catch(() => undefined)]);
		const reader = await gone;
		if (reader === undefined) {
			// It does not want what it may yet be given.
			void asked.then(
				(late) => late?.close(),
				() => {},
			);
			return;
		}
		for (;;) {
			const batch = await Promise.race([leave, reader.batches.next()]);
			if (batch === undefined || batch.done) break;
			for (const told of batch.value.told) this.#take(told);
			this.id = batch.value.id;
			this.from ??= this.places;
		}
		reader.close();
	}

	#take(told: Told): void {
		if ("missing" in told) {
			const { shard, upTo } = told.missing;
			this.seen[shard]?.resets.push({ shard, upTo });
		}
		if (!("event" in told)) return;
		const { shard, event } = told;
		const events = this.seen[shard]?.events;
		events?.set(event, (events.get(event) ?? 0) + 1);
	}
}

export class Watchers {
	readonly #all: readonly Watcher[];
	readonly #cluster: Cluster;

	constructor(cluster: Cluster, count: number, random: SeededRandom) {
		this.#cluster = cluster;
		this.#all = Array.from(
			{ length: count },
			() => new Watcher(cluster, random),
		);
	}

	/** Judges what was told, once all nodes are well and nothing happens any more. */
	async finish(): Promise<void> {
		const { clock } = this.#cluster.world;
		const ends = this.#ends();
		const isThere = (watcher: Watcher) =>
			watcher.places.length > 0 &&
			watcher.places.every((place, i) => place.bytes === ends[i]);
		await clock.runUntil(() => this.#all.every(isThere), CAUGHT_UP_MS);
		for (const [i, watcher] of this.#all.entries()) {
			const told = [
				...(isThere(watcher) ? [] : ["never comes to the end"]),
				...this.#flawsOf(watcher),
			];
			for (const what of told)
				this.#cluster.world.recorder.record({
					...{ kind: "untold", what: `reader ${i}: ${what}` },
				});
			watcher.end();
		}
		await clock.runFor(LOOK_MS);
	}

	#ends(): number[] {
		const { truth } = this.#cluster.world.server;
		return truth.map(({ contents }) => contents.events.end.bytes);
	}

	#flawsOf(watcher: Watcher): string[] {
		return this.#cluster.world.server.truth.flatMap((_, shard) => [
			...this.#missingIn(watcher, shard),
			...this.#wrongIn(watcher, shard),
			...this.#taskless(watcher, shard),
		]);
	}

	/** What the store has written, and the reader was neither told nor told to be missing. */
	#missingIn({ seen, from }: Watcher, shard: number): string[] {
		const { events, resets } = seen[shard] as Seen;
		const startBytes = from?.[shard]?.bytes ?? Number.POSITIVE_INFINITY;
		return this.#entries(shard).flatMap(({ place, events: written }) => {
			const isCovered = resets.some(({ upTo }) => covers(upTo, place));
			if (isCovered || place.bytes <= startBytes) return [];
			return written
				.filter((event) => !events.has(event))
				.map(({ about, id }) => `was not told ${about.kind} of ${id}`);
		});
	}

	/** What the reader was told, without a reset, other than once and in order. */
	#wrongIn({ seen }: Watcher, shard: number): string[] {
		const { events, resets } = seen[shard] as Seen;
		if (resets.length > 0) return [];
		const order = new Map(
			this.#entries(shard)
				.flatMap(({ events: written }) => written)
				.map((event, i) => [event, i]),
		);
		let last = -1;
		return [...events].flatMap(([event, times]) => {
			const { about, id } = event;
			const what = `was told ${about.kind} of ${id}`;
			const at = order.get(event);
			const isLate = at !== undefined && at < last;
			last = at ?? last;
			return [
				...(times > 1 ? [`${what} ${times} times`] : []),
				...(at === undefined ? [`${what}, which the store has lost`] : []),
				...(isLate ? [`${what} out of order`] : []),
			];
		});
	}

	/** Tasks of which a reader that was there from the beginning was not told both acceptance and end. */
	#taskless({ seen, from }: Watcher, shard: number): string[] {
		const { truth } = this.#cluster.world.server;
		const { events, resets } = seen[shard] as Seen;
		if (resets.length > 0 || from?.[shard]?.bytes !== 0) return [];
		const told = new Set(
			[...events.keys()].map(({ about, id }) => `${about.kind} ${id}`),
		);
		const records = truth[shard]?.contents.tasks.records.all ?? [];
		return records
			.filter(({ id }) => shardOf(id, truth.length) === shard)
			.flatMap(({ id, state }) => [
				...(told.has(`task.accepted ${id}`) ? [] : [`not that ${id} came`]),
				...(!isEnded(state) || told.has(`task.ended ${id}`)
					? []
					: [`not that ${id} ended`]),
			]);
	}

	#entries(shard: number) {
		return this.#cluster.world.server.truth[shard]?.contents.events.all ?? [];
	}
}
