/**
 * The `Store` port on Redis: one connection, with the shards of one cluster on it; and
 * another one for readers of events, while there are any.
 *
 * The number of shards is the cluster's. It is fixed by the first node that ever
 * connects, and kept in Redis. A node with another number is refused, since it would look
 * for tasks in the wrong shard.
 */
import type { Histogram } from "../../protocol/instruments.ts";
import {
	type Agreement,
	type Clock,
	type Durability,
	type FullError,
	type Log,
	type Shard,
	type Store,
	StoreError,
	StoreMismatch,
} from "../ports.ts";
import { Connection, type Reply } from "./redis/connection.ts";
import { OccasionalConnection } from "./redis/occasional.ts";
import { fullOf } from "./redis/refusal.ts";
import { RedisShard } from "./redis-shard.ts";
import { LAYOUT, loadScripts } from "./scripts.ts";
import { ShardScripts } from "./shard-scripts.ts";

export interface StoreOptions {
	readonly url: string;
	readonly cluster: string;
	readonly shards: number;
	readonly clock: Clock;
	readonly log: Log;
}

/**
 * Begins to connect and returns at once: a store that is away is no error, it is `up:
 * false` until it is there. `ready` settles with the first connection.
 *
 * @throws Error if the address has an unknown form.
 */
export function connectStore({
	url,
	cluster,
	shards,
	clock,
	log,
}: StoreOptions): RedisStore {
	const connect = () => new Connection(url, clock, log);
	const reading = new OccasionalConnection(connect, clock);
	return new RedisStore(connect(), reading, cluster, shards, log);
}

/**
 * Like a submission, it may write, which is refused once memory is full. It does nothing.
 */
const WRITE = "#!lua\nreturn 1";

export class RedisStore implements Store {
	readonly shards: readonly Shard[];
	durability: Durability = {
		appendOnly: undefined,
		fsync: undefined,
		evictionPolicy: undefined,
	};
	readonly tookS: readonly (readonly [string, Histogram])[];
	readonly #connection: Connection;
	readonly #reading: OccasionalConnection;
	readonly #cluster: string;
	readonly #home: RedisShard;
	readonly #log: Log;

	constructor(
		connection: Connection,
		reading: OccasionalConnection,
		cluster: string,
		shards: number,
		log: Log,
	) {
		const scripts = loadScripts();
		this.tookS = Object.values(scripts).map(({ name, tookS }) => [name, tookS]);
		this.#connection = connection;
		this.#reading = reading;
		this.#cluster = cluster;
		this.#log = log;
		const make = (index: number) =>
			new RedisShard(
				new ShardScripts(index, shards, cluster, connection, scripts),
				new ShardScripts(index, shards, cluster, reading, scripts),
				log,
			);
		this.#home = make(0);
		const others = Array.from({ length: shards - 1 }, (_, i) => make(i + 1));
		this.shards = [this.#home, ...others];
		connection.onChange((up) => {
			if (up) void this.#readDurability();
		});
	}

	get up(): boolean {
		return this.#connection.up;
	}

	get trouble(): string | undefined {
		return this.#connection.trouble;
	}

	/** This machine's address in the newest connection, if it goes over the network. */
	get localAddress(): string | undefined {
		return this.#connection.localAddress;
	}

	onChange(listener: (up: boolean) => void): void {
		this.#connection.onChange(listener);
	}

	/**
	 * Makes sure that the cluster has the number of shards that this node was told. If the
	 * cluster has none yet and the store is empty, it gets this one, if it may.
	 * Only shard 0 is asked: the others get the number with the first session, once shard 0
	 * has given its word. Else two nodes that both make the cluster could each leave their
	 * number somewhere.
	 *
	 * @throws StoreMismatch if the cluster was created with another number of shards, or by
	 * a version that kept its tasks in another form, or Redis does not let the node in.
	 * @throws StoreError
	 */
	async agreeOnShards(mayMake: boolean): Promise<Agreement> {
		const { refusal } = this.#connection;
		if (refusal !== undefined) throw new StoreMismatch(refusal);
		const fixed = await this.#home.agree(mayMake);
		if (fixed === "empty" || fixed === "used") return fixed;
		const { shards, layout } = fixed;
		if (layout !== LAYOUT) {
			throw new StoreMismatch(
				`the cluster "${this.#cluster}" in this Redis was made by ${layout < LAYOUT ? "an older" : "a newer"} version, which keeps tasks in another form; start this node with another --cluster, or use that version until its tasks have ended`,
			);
		}
		const told = this.shards.length;
		if (shards !== told) {
			throw new StoreMismatch(
				`the cluster "${this.#cluster}" in this Redis has --shards ${shards} and this node was started with --shards ${told}; start it with --shards ${shards}, or with another --cluster`,
			);
		}
		return "agreed";
	}

	/** What is wrong if there are tasks, and no node that knows their number of shards. */
	numberIsLost(): StoreMismatch {
		return new StoreMismatch(
			`the cluster "${this.#cluster}" in this Redis has lost its number of shards, and no node runs that knows it; put it back with "HSET {${this.#cluster}:0}:meta shards N layout ${LAYOUT}", N being the --shards of its nodes, or start this node with another --cluster`,
		);
	}

	async refusesWrites(): Promise<FullError | undefined> {
		try {
			await this.#connection.command("EVAL", WRITE, 1, `{${this.#cluster}:0}`);
			return undefined;
		} catch (error) {
			if (!(error instanceof StoreError) || error.kind !== "full") throw error;
			return fullOf(error.message);
		}
	}

	async close(): Promise<void> {
		await Promise.all([this.#reading.close(), this.#connection.close()]);
	}

	/** Hosted Redis may block CONFIG; then it is simply not known. */
	async #readDurability(): Promise<void> {
		const read = async (name: string) => {
			const [, value] = (await this.#connection.command(
				"CONFIG",
				"GET",
				name,
			)) as Reply[];
			return value as string | undefined;
		};
		try {
			const appendOnly = await read("appendonly");
			const evictionPolicy = await read("maxmemory-policy");
			// Policies for keys that expire find none of ours.
			if (evictionPolicy?.startsWith("allkeys-"))
				this.#log.error(
					{ evictionPolicy },
					"Redis throws all tasks away when its memory is full: set its maxmemory-policy to noeviction",
				);
			this.durability = {
				appendOnly: appendOnly === undefined ? undefined : appendOnly === "yes",
				fsync: (await read("appendfsync")) as Durability["fsync"],
				evictionPolicy,
			};
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			// If the connection is lost again, the next one reads it.
			if (error.kind === "refused")
				this.#log.info(
					{ reply: error.message },
					"Redis does not tell this node how durable it is; with the right +config|get it would",
				);
		}
	}
}
