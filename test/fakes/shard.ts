/**
 * One shard of the store's twin, as seen by one caller: its subjects, on what it holds.
 */
import type { Shard } from "../../node/ports.ts";
import { MemoryAccess } from "./memory-access.ts";
import { MemoryEvents } from "./memory-events.ts";
import { MemoryLive } from "./memory-live.ts";
import { MemorySessions } from "./memory-sessions.ts";
import { MemoryStats } from "./memory-stats.ts";
import { MemoryTasks } from "./memory-tasks.ts";
import type {
	Asker,
	MemoryShardParts,
	ShardContents,
} from "./shard-contents.ts";

export class MemoryShard implements Shard {
	readonly index: number;
	readonly sessions: MemorySessions;
	readonly tasks: MemoryTasks;
	readonly access: MemoryAccess;
	readonly stats: MemoryStats;
	readonly events: MemoryEvents;
	readonly live: MemoryLive;
	/** What the shard holds, to be looked at and changed from outside. */
	readonly contents: ShardContents;
	readonly #parts: MemoryShardParts;

	constructor(parts: MemoryShardParts, asker: Asker) {
		this.index = parts.index;
		this.sessions = new MemorySessions(parts, asker);
		this.tasks = new MemoryTasks(parts, asker);
		this.access = new MemoryAccess(parts);
		this.stats = new MemoryStats(parts);
		this.events = new MemoryEvents(parts);
		this.live = new MemoryLive(parts, asker);
		this.contents = parts.contents;
		this.#parts = parts;
	}

	/** The same shard, as seen by a caller with this number of shards. */
	as(shards: number | undefined): MemoryShard {
		return this.for({ shards });
	}

	/** The same shard, for callers that name themselves each time. */
	for(asker: Asker): MemoryShard {
		return new MemoryShard(this.#parts, asker);
	}
}
