/**
 * Announcer: tells the other nodes that routes have work.
 *
 * It coalesces. An announcement after a quiet moment leaves with the burst of events that
 * it belongs to. Under load, one message every ANNOUNCE_INTERVAL_MS carries all routes
 * with what was added to them; there is never one message a task. Load means that more
 * than a few tasks were announced within one such interval. Losing any of it costs others
 * a sweep's time, nothing else.
 */
import { type AnnouncedRoute, shortQuotas } from "../../protocol/gossip.ts";
import {
	ANNOUNCE_CALM_TASKS_MAX,
	ANNOUNCE_INTERVAL_MS,
	ANNOUNCE_INTERVAL_MS_MIN,
	ANNOUNCE_QUOTAS_MAX,
	ANNOUNCE_ROUTES_MAX,
	QUOTAS_MAX,
} from "../../protocol/limits.ts";
import type { Clock, RoutedCount, Timer } from "../ports.ts";

/** Tasks that wait, and who is to take how many of them; undefined if whoever can may take them. */
export interface Told extends RoutedCount {
	readonly quotas?: ReadonlyMap<string, number> | undefined;
}

/** What one message announces. */
export interface Announced {
	/** When the message left, on the monotonic clock; undefined until it has. */
	leftMs: number | undefined;
}

export interface AnnouncerParts {
	readonly clock: Clock;
	/** Speaks in this node's name: see digester.ts. */
	readonly digester: {
		publish(message: {
			readonly kind: "announce";
			readonly routes: readonly AnnouncedRoute[];
		}): void;
	};
}

export class Announcer {
	readonly #gathered = new Map<string, Told & { readonly shard: number }>();
	#message: Announced = { leftMs: undefined };
	#timer: Timer | undefined;
	/** Whether the next message is on its way. */
	#due = false;
	#stopped = false;
	/** The number of tasks announced since `#countedMs`. */
	#told = 0;
	#countedMs = Number.NEGATIVE_INFINITY;
	/** The next message may leave from this time on. */
	#nextMs = Number.NEGATIVE_INFINITY;
	readonly #parts: AnnouncerParts;

	constructor(parts: AnnouncerParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	/** Tasks wait, or are about to. Returns the next message, which announces them unless it is full. */
	announce(shard: number, counts: readonly Told[]): Announced {
		if (this.#stopped) return this.#message;
		for (const { route, count, topPriority, quotas } of counts) {
			const key = `${shard} ${route}`;
			const former = this.#gathered.get(key);
			this.#gathered.set(key, {
				shard,
				route,
				count: count + (former?.count ?? 0),
				topPriority: Math.max(topPriority, former?.topPriority ?? 0),
				quotas: former === undefined ? quotas : together(former.quotas, quotas),
			});
		}
		this.#publishSoon();
		return this.#message;
	}

	#publishSoon(): void {
		if (this.#due || this.#gathered.size === 0) return;
		this.#due = true;
		const { clock } = this.#parts;
		const waitMs = this.#nextMs - clock.monoMs();
		if (waitMs <= 0) clock.soon(() => this.#publish());
		else this.#timer = clock.after(waitMs, () => this.#publish());
	}

	/** Takes as many routes as one message holds. */
	#next(): AnnouncedRoute[] {
		const routes: AnnouncedRoute[] = [];
		let shares = 0;
		for (const { quotas, ...told } of this.#gathered.values()) {
			shares += quotas?.size ?? 0;
			const isFull =
				routes.length === ANNOUNCE_ROUTES_MAX || shares > ANNOUNCE_QUOTAS_MAX;
			if (isFull) break;
			routes.push(
				quotas === undefined
					? told
					: {
							...told,
							quotas: shortQuotas(quotas),
						},
			);
		}
		return routes;
	}

	#publish(): void {
		this.#due = false;
		if (this.#stopped) return;
		const routes = this.#next();
		const nowMs = this.#parts.clock.monoMs();
		if (nowMs - this.#countedMs >= ANNOUNCE_INTERVAL_MS) {
			this.#told = 0;
			this.#countedMs = nowMs;
		}
		for (const { count } of routes) this.#told += count;
		const isLoad = this.#told > ANNOUNCE_CALM_TASKS_MAX;
		this.#nextMs =
			nowMs + (isLoad ? ANNOUNCE_INTERVAL_MS : ANNOUNCE_INTERVAL_MS_MIN);
		for (const { shard, route } of routes)
			this.#gathered.delete(`${shard} ${route}`);
		this.#parts.digester.publish({ kind: "announce", routes });
		this.#message.leftMs = this.#parts.clock.monoMs();
		this.#message = { leftMs: undefined };
		this.#publishSoon();
	}
}

type Quotas = Told["quotas"];

/** Adds up two plans for one route; undefined if one is, or if together they name too many nodes. */
function together(one: Quotas, other: Quotas): Quotas {
	if (one === undefined || other === undefined) return undefined;
	const sum = new Map(one);
	for (const [nodeId, tasks] of other)
		sum.set(nodeId, tasks + (sum.get(nodeId) ?? 0));
	return sum.size > QUOTAS_MAX ? undefined : sum;
}
