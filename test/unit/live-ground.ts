/** A node with a live feed, on the store's twin, and a listener to it. */
import { EventFeed } from "../../node/answers/event-feed.ts";
import { LiveFeed } from "../../node/live/live-feed.ts";
import {
	type EventsOver,
	type LiveReader,
	type LiveWithin,
	type NodeView,
	type Shard,
	StoreError,
} from "../../node/ports.ts";
import { formatSession } from "../../protocol/lease.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import { createMemoryStore, type MemoryStore } from "../fakes/store.ts";
import { LiveView } from "../live-view.ts";
import { newTask } from "../new-task.ts";
import { linkShard } from "../sim/linked-shard.ts";

const ROUTE = "default|work|";
/** A route that restricted readers do not reach. */
const OTHERS = "others|work|";
const LOG = { debug() {}, info() {}, warn() {}, error() {} };

interface Session {
	readonly name: string;
	readonly generation: number;
}

export class Ground {
	readonly clock = new VirtualClock();
	readonly store: MemoryStore;
	readonly feed: LiveFeed;
	readonly events: EventFeed;
	/** Steps that the store has taken for the node, and by their names. */
	calls = 0;
	readonly steps = new Map<string, number>();
	/** The store cannot be reached, while set. */
	away = false;
	/** How much memory each node says that it takes. */
	memoryBytes = 104_857_600;
	/** Whether the store answers nothing. */
	frozen = false;
	/** The known sessions, and what gossip says of their store. */
	readonly sessions = new Map<string, Session>();
	readonly dead = new Set<string>();
	#onChange: (up: boolean) => void = () => {};

	constructor() {
		const nowMs = () => this.clock.wallMs();
		this.store = createMemoryStore({ shards: 1, nowMs });
		const { clock } = this;
		const shards = this.store.shards.map((shard) => this.#far(shard));
		const roster = {
			nameOf: (id: string) => this.#nameOf(id),
			others: [] as never[],
		};
		this.events = new EventFeed({ clock, log: LOG, shards, roster });
		const [{ sessions: registry }] = shards as [Shard];
		const ground = this;
		this.feed = new LiveFeed({
			...{ cluster: "test", nodeId: "ann", clock, log: LOG, shards, registry },
			store: {
				get up() {
					return !ground.away;
				},
				trouble: "gone",
				onChange: (listener) => {
					this.#onChange = listener;
				},
			},
			events: this.events,
			nodes: {
				known: (leases) =>
					[...this.sessions].map(([id, { name }]) =>
						this.#view(id, leases?.expires.get(name)),
					),
				nameOf: (id) => this.#nameOf(id),
			},
			backlog: {
				read: async () => {},
				known: () => ({
					...{ queues: [], queuesMore: 0, failingTypes: [] },
					oldest: undefined,
				}),
			},
		});
	}

	goAway(): void {
		this.away = true;
		this.#onChange(false);
	}

	comeBack(): void {
		this.away = false;
		this.#onChange(true);
	}

	#far(shard: Shard): Shard {
		return linkShard(shard, (method, step) => {
			this.calls += 1;
			this.steps.set(method, (this.steps.get(method) ?? 0) + 1);
			if (this.away) throw new StoreError("unreachable", "gone");
			if (this.frozen) return new Promise(() => {}) as never;
			return step();
		});
	}

	#nameOf(id: string): string {
		return `node-${id}`;
	}

	#view(nodeId: string, expiresMs: number | undefined): NodeView {
		const isDead = this.dead.has(nodeId);
		const storeUp = !this.away;
		return {
			record: {
				...{ ...nodeRecord(nodeId), startedMs: 0 },
				name: this.#nameOf(nodeId),
			},
			...{ epoch: 1, running: 1, seenBy: [] },
			state: isDead ? "dead" : "up",
			leaseLeftMs: expiresMs && expiresMs - this.clock.wallMs(),
			digest: {
				...{ kind: "digest", from: nodeId, epoch: 1, seq: 1, freeSlots: 1 },
				...{ running: 1, load: 0, storeUp, draining: false, peers: [] },
				memoryBytes: this.memoryBytes,
			},
		};
	}

	get shard() {
		return this.store.shards[0] as MemoryStore["shards"][number];
	}

	async join(nodeId: string): Promise<void> {
		const record = nodeRecord(nodeId);
		const { epoch, generation } = await openSession(this.shard, {
			...{ record, ttlMs: LEASE_TTL_MS * 100, known: NO_GENERATION },
		});
		const name = formatSession(nodeId, epoch);
		this.sessions.set(nodeId, { name, generation });
	}

	async submit(...ids: string[]): Promise<void> {
		await this.submitTo(ROUTE, ids);
	}

	async submitTo(route: string, ids: readonly string[]): Promise<void> {
		await this.shard.tasks.submit(ids.map((id) => newTask(id, { route })));
	}

	async claim(nodeId: string, limit: number, route = ROUTE) {
		const { name = "", generation = 0 } = this.sessions.get(nodeId) ?? {};
		const request = { session: name, generation, routes: [route], limit };
		const reply = await this.shard.tasks.claim(request);
		if (!reply.ok) throw new Error(`it cannot claim: ${reply.code}`);
		return reply.tasks;
	}

	/** Submits and claims a task that ends later. */
	async run(nodeId: string, id: string) {
		await this.submit(id);
		const [task] = await this.claim(nodeId, 1);
		if (task === undefined) throw new Error("there was none");
		return () =>
			this.shard.tasks.complete([
				{
					...{ id, token: task.token, startedMs: task.claimedMs },
					...{ state: "SUCCESS", result: "1" },
				},
			]);
	}

	/** Begins some tasks of others, and ends them if they are to end. */
	async runOthers(nodeId: string, ids: readonly string[], isToEnd: boolean) {
		await this.submitTo(OTHERS, ids);
		const tasks = await this.claim(nodeId, ids.length, OTHERS);
		if (!isToEnd) return;
		await this.shard.tasks.complete(
			tasks.map(({ id, token, claimedMs }) => ({
				...{ id, token, startedMs: claimedMs },
				...{ state: "SUCCESS", result: "1" },
			})),
		);
	}

	/** Lets another node take the lease of this one. */
	async die(nodeId: string, by: string): Promise<void> {
		this.dead.add(nodeId);
		const session = this.sessions.get(nodeId)?.name ?? "";
		const grounds = { when: "now" } as const;
		await this.shard.sessions.revoke({ session, by, grounds, limit: 100 });
	}

	/** A reader; undefined if it is not let in. */
	async read(within?: LiveWithin): Promise<LiveReader | undefined> {
		let answer: { readonly reader: LiveReader | undefined } | undefined;
		void this.feed.read(within).then((reader) => {
			answer = { reader };
		});
		await this.clock.runUntil(() => answer !== undefined, 10_000);
		return answer?.reader;
	}

	/** Lets so many seconds pass, with a frame each. */
	seconds(count: number): Promise<void> {
		return this.clock.runFor(count * 1_000);
	}

	async reader(within?: LiveWithin): Promise<Listener> {
		const reader = await this.read(within);
		if (reader === undefined) throw new Error("there are too many");
		const listener = new Listener(reader);
		await this.clock.runFor(1);
		return listener;
	}
}

/** Takes what a reader is told, as it comes. */
class Listener {
	readonly view = new LiveView();
	frames = 0;
	over: EventsOver | "closed" | undefined;
	/** While this is set, it takes nothing until this resolves. */
	held: Promise<void> | undefined;
	readonly reader: LiveReader;

	constructor(reader: LiveReader) {
		this.reader = reader;
		void this.#listen();
	}

	async #listen(): Promise<void> {
		for (;;) {
			await this.held;
			const { done, value } = await this.reader.messages.next();
			if (done) {
				this.over = value ?? "closed";
				return;
			}
			this.frames += 1;
			this.view.take(value.frame);
		}
	}
}
