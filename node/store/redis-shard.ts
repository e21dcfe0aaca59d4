/**
 * One shard in Redis: the `Shard` port with its subjects, and the shard's number of
 * shards.
 */
import type { Log, Shard } from "../ports.ts";
import { RedisAccess } from "./redis-access.ts";
import { RedisEvents } from "./redis-events.ts";
import { RedisLive } from "./redis-live.ts";
import { RedisSessions } from "./redis-sessions.ts";
import { RedisStats } from "./redis-stats.ts";
import { RedisTasks } from "./redis-tasks.ts";
import { LAYOUT } from "./scripts.ts";
import type { ShardScripts } from "./shard-scripts.ts";

export class RedisShard implements Shard {
	readonly index: number;
	readonly sessions: RedisSessions;
	readonly tasks: RedisTasks;
	readonly access: RedisAccess;
	readonly stats: RedisStats;
	readonly events: RedisEvents;
	readonly live: RedisLive;
	readonly #scripts: ShardScripts;

	/** `reading`: the same scripts over a connection of their own. */
	constructor(scripts: ShardScripts, reading: ShardScripts, log: Log) {
		this.index = scripts.index;
		this.sessions = new RedisSessions(scripts, log);
		this.tasks = new RedisTasks(scripts);
		this.access = new RedisAccess(scripts, log);
		this.stats = new RedisStats(scripts);
		this.events = new RedisEvents(scripts, reading);
		this.live = new RedisLive(scripts, reading);
		this.#scripts = scripts;
	}

	/**
	 * The shard's number of shards and layout, fixed now if it `mayMake` them; or why it
	 * has none. Shard 0 says those of the cluster.
	 */
	async agree(
		mayMake: boolean,
	): Promise<{ shards: number; layout: number } | "empty" | "used"> {
		const args = [this.#scripts.shards, LAYOUT, mayMake ? 1 : 0];
		const reply = await this.#scripts.run("agree", ...args);
		const [shards, layout] = reply as string[];
		if (shards === "empty" || shards === "used") return shards;
		return { shards: Number(shards), layout: Number(layout) };
	}
}
