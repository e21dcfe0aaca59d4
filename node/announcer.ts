/**
 * Announcer: tells the other nodes that routes have work.
 *
 * Coalesces: the first word after a quiet time goes out within
 * ANNOUNCE_COALESCE_MS, and under load one message every ANNOUNCE_INTERVAL_MS
 * carries all routes with what was added to them; never one message a task.
 * Losing any of it costs others a sweep's time, nothing else.
 */
import type { AnnouncedRoute } from "../protocol/gossip.ts";
import {
	ANNOUNCE_COALESCE_MS,
	ANNOUNCE_INTERVAL_MS,
	ANNOUNCE_ROUTES_MAX,
} from "../protocol/limits.ts";
import type { Clock, RoutedCount, Timer } from "./ports.ts";

export interface AnnouncerParts {
	readonly clock: Clock;
	readonly publish: (routes: readonly AnnouncedRoute[]) => void;
}

export class Announcer {
	readonly #gathered = new Map<string, AnnouncedRoute>();
	#timer: Timer | undefined;
	#stopped = false;
	#lastMs = Number.NEGATIVE_INFINITY;
	readonly #parts: AnnouncerParts;

	constructor(parts: AnnouncerParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	/** Tasks have become waiting. */
	announce(shard: number, counts: readonly RoutedCount[]): void {
		if (this.#stopped) return;
		for (const { route, count, topPriority } of counts) {
			const key = `${shard} ${route}`;
			const former = this.#gathered.get(key);
			this.#gathered.set(key, {
				shard,
				route,
				count: count + (former?.count ?? 0),
				topPriority: Math.max(topPriority, former?.topPriority ?? 0),
			});
		}
		this.#publishSoon();
	}

	#publishSoon(): void {
		if (this.#timer !== undefined || this.#gathered.size === 0) return;
		const { clock } = this.#parts;
		const sinceMs = clock.monoMs() - this.#lastMs;
		const ms = Math.max(ANNOUNCE_COALESCE_MS, ANNOUNCE_INTERVAL_MS - sinceMs);
		this.#timer = clock.after(ms, () => this.#publish());
	}

	#publish(): void {
		this.#timer = undefined;
		this.#lastMs = this.#parts.clock.monoMs();
		const routes = [...this.#gathered.values()].slice(0, ANNOUNCE_ROUTES_MAX);
		for (const { shard, route } of routes)
			this.#gathered.delete(`${shard} ${route}`);
		this.#parts.publish(routes);
		this.#publishSoon();
	}
}
