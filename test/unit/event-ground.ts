/** The feed of events on the store's twin, and a listener to it. */
import { EventFeed } from "../../node/answers/event-feed.ts";
import type {
	EventReader,
	EventsReply,
	StoreError,
	Told,
} from "../../node/ports.ts";
import type { EventQuery } from "../../protocol/event-filter.ts";
import { parseEventId } from "../../protocol/event-id.ts";
import type { TaskOptions } from "../../protocol/task-options.ts";
import { VirtualClock } from "../clock.ts";
import type { MemoryShard } from "../fakes/shard.ts";
import { createMemoryStore, type MemoryStore } from "../fakes/store.ts";
import { newTask } from "../new-task.ts";

export const ALL_EVENTS: EventQuery = {
	...{ kinds: [], types: [], queues: [], tags: [], tasks: [], nodes: [] },
};

const SHARDS = 2;

export class Ground {
	readonly clock = new VirtualClock();
	readonly store: MemoryStore;
	/** The number of steps of reading that the store has taken. */
	reads = 0;
	/** The error that each step throws, while set. */
	trouble: StoreError | undefined;

	constructor() {
		const nowMs = () => this.clock.wallMs();
		this.store = createMemoryStore({ shards: SHARDS, nowMs });
	}

	get shards(): readonly MemoryShard[] {
		return this.store.shards;
	}

	/** The feed of a node. */
	feed(): EventFeed {
		const { clock } = this;
		return new EventFeed({
			clock,
			log: { debug() {}, info() {}, warn() {}, error() {} },
			shards: this.shards.map(({ events }) => ({
				events: {
					after: async (place): Promise<EventsReply> => {
						this.reads += 1;
						if (this.trouble !== undefined) throw this.trouble;
						return await events.after(place);
					},
				},
			})),
			roster: { nameOf: () => undefined, others: [] },
		});
	}

	async submit(shard: number, ...ids: string[]): Promise<void> {
		await this.submitAs({}, shard, ...ids);
	}

	async submitAs(options: TaskOptions, shard: number, ...ids: string[]) {
		const tasks = ids.map((id) => newTask(id, { route: "q|t|", options }));
		await this.shards[shard]?.tasks.submit(tasks);
	}
}

/** Takes what a reader is told, as it comes. */
export class Listener {
	readonly told: Told[] = [];
	/** The id of where it is by now. */
	id = "";
	batches = 0;
	over: string | undefined;
	readonly reader: EventReader;
	/** While this is set, it takes nothing until this resolves. */
	held: Promise<void> | undefined;

	constructor(reader: EventReader) {
		this.reader = reader;
		void this.#listen();
	}

	static async to(
		feed: EventFeed,
		after?: string,
		query: Partial<EventQuery> = {},
	): Promise<Listener> {
		const reader = await feed.read({
			query: { ...ALL_EVENTS, ...query },
			after: after === undefined ? undefined : parseEventId(after),
		});
		if (reader === undefined) throw new Error("there are too many");
		return new Listener(reader);
	}

	get lines(): string[] {
		return this.told.map((one) => {
			if ("view" in one) return one.view.kind;
			if ("missing" in one) return `${one.missing.how} ${one.missing.shard}`;
			return `${one.event.about.kind} ${one.event.id}`;
		});
	}

	async #listen(): Promise<void> {
		const { batches } = this.reader;
		for (;;) {
			await this.held;
			const { done, value } = await batches.next();
			if (done) {
				this.over = value ?? "closed";
				return;
			}
			this.batches += 1;
			this.told.push(...value.told);
			this.id = value.id;
		}
	}
}

export const accepted = (...ids: string[]) =>
	ids.map((id) => `task.accepted ${id}`);
