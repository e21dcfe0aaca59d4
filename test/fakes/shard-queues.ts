/**
 * The queues of one shard of the store's twin: its PENDING tasks by route, lowest rank
 * first. A queue that becomes empty is removed, so the queues that are there are the
 * routes that have work.
 */
import assert from "node:assert/strict";
import type {
	QueueDepth,
	QueuesReply,
	QueuesRequest,
	RoutedCount,
	RoutesTold,
	ShardCounts,
} from "../../node/ports.ts";
import {
	BACKLOG_ROUTES_MAX,
	PULSE_ROUTES_MAX,
	QUEUES_LOOKS_MAX,
	ROUTES_MAX,
	SWEEP_ROUTES_MAX,
	UNSERVED_ROUTES_MAX,
} from "../../protocol/limits.ts";
import { msOfSeq, rankOf, SEQ_SPAN } from "../../protocol/rank.ts";
import type { Route } from "../../protocol/route.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { placeOf, type Queued } from "./queued.ts";

export class Queues {
	readonly #queues = new Map<Route, Queued[]>();
	/**
	 * Routes that may be claimed from, each with its number: served ones, and those that no
	 * node serves.
	 */
	readonly #ready = new Map<Route, number>();
	readonly #unserved = new Map<Route, number>();
	/** The highest number of a task that came to each route. */
	readonly #newest = new Map<Route, number>();

	/** A copy of the queues, to change while these stay as they are. */
	copy(): Queues {
		const copy = new Queues();
		for (const [route, queue] of this.#queues)
			copy.#queues.set(route, [...queue]);
		for (const [route, number] of this.#ready) copy.#ready.set(route, number);
		for (const [route, number] of this.#unserved)
			copy.#unserved.set(route, number);
		for (const [route, number] of this.#newest) copy.#newest.set(route, number);
		return copy;
	}

	/** Makes room for a task of this route, whose number is to be `seq`; false if there is none. */
	open(route: Route, served: boolean, seq: number): boolean {
		if (this.#ready.has(route)) return true;
		if (served && this.serve(route, seq)) return true;
		if (this.#unserved.has(route)) return true;
		if (served || this.#unserved.size >= UNSERVED_ROUTES_MAX) return false;
		this.#unserved.set(route, seq);
		return true;
	}

	/** A node serves the route; false if there is no room. */
	serve(route: Route, number: number): boolean {
		if (this.#ready.size >= ROUTES_MAX) return false;
		this.#ready.set(route, number);
		this.#unserved.delete(route);
		return true;
	}

	/** Some node serves this route, which none did, if it is one of those. */
	promote(route: Route): void {
		const number = this.#unserved.get(route);
		if (number !== undefined) this.serve(route, number);
	}

	/** No node serves the route any more. */
	demote(route: Route, number: number): void {
		this.#ready.delete(route);
		this.#unserved.set(route, number);
	}

	isServed(route: Route): boolean {
		return this.#ready.has(route);
	}

	/** What a node is told that has seen routes up to `seen`; `seq` is the highest number that there is. */
	told(seen: number, seq: number, again: number): RoutesTold {
		const ready = above(this.#ready, seen, PULSE_ROUTES_MAX);
		const unserved = above(this.#unserved, seen, PULSE_ROUTES_MAX);
		const old =
			again < 0 ? undefined : above(this.#ready, again, SWEEP_ROUTES_MAX);
		const upTo = Math.min(ready.last ?? seq, unserved.last ?? seq);
		const upToThat = ({ routes }: Page) =>
			routes.filter(([, number]) => number <= upTo).map(([route]) => route);
		return {
			ready: upToThat(ready),
			unserved: upToThat(unserved),
			...{ seen: upTo, more: upTo < seq },
			again: old?.routes.map(([route]) => route) ?? [],
			lastAgain: old?.last ?? 0,
			served: this.#ready.size,
		};
	}

	has(route: Route): boolean {
		return this.#queues.has(route);
	}

	/** What waits on each route; if there are many, on those that tasks came to last. */
	backlog(
		routesMax = BACKLOG_ROUTES_MAX,
	): Pick<ShardCounts, "routes" | "waiting"> {
		const newest = [...this.#newest]
			.sort(([, a], [, b]) => b - a)
			.map(([route]) => route);
		const told = newest.slice(0, routesMax).sort();
		return {
			routes: newest.length,
			waiting: told.map((route) => ({ route, count: this.waiting(route) })),
		};
	}

	/** Ids by queue, and the routes that are kept besides. */
	places() {
		return {
			queues: new Map(
				[...this.#queues].map(([route, queue]) => [
					route,
					queue.map(({ task }) => task.id),
				]),
			),
			routes: [...this.#newest.keys()],
			ready: [...this.#ready.keys()],
			unserved: [...this.#unserved.keys()],
		};
	}

	waiting(route: Route): number {
		return this.#queues.get(route)?.length ?? 0;
	}

	/** The next tasks by their numbers, as far as one step may look. */
	look({ above: number, limit }: QueuesRequest): Waiting {
		const pages = [this.#ready, this.#unserved].flatMap(
			(kind) => above(kind, number, limit).routes,
		);
		const queues: WaitingDepth[] = [];
		let looks = 0;
		let last: number | undefined;
		for (const [route, own] of pages.sort(([, a], [, b]) => a - b)) {
			if (queues.length >= limit || looks >= QUEUES_LOOKS_MAX)
				return { queues, next: last };
			const { depth, bands } = this.#depthOf(route);
			queues.push(depth);
			looks += depth.count === 1 ? 1 : bands + 1;
			last = own;
		}
		return { queues, next: pages.length >= limit ? last : undefined };
	}

	/** How many tasks of the route were given their place by then. */
	waitingSince(route: Route, byMs: number): number {
		const queue = this.#queues.get(route) ?? [];
		return queue.filter((each) => msOfSeq(placeOf(each)) <= byMs).length;
	}

	#depthOf(route: Route): { depth: WaitingDepth; bands: number } {
		const queue = this.#queues.get(route) ?? [];
		const [oldest] = queue.toSorted(
			(a, b) => placeOf(a) - placeOf(b) || a.rank - b.rank,
		);
		assert(oldest !== undefined, "an open route has a task");
		const { id } = oldest.task;
		const waits = { oldestId: id, oldestMs: msOfSeq(placeOf(oldest)) };
		return {
			depth: { route, count: queue.length, ...waits },
			bands: new Set(queue.map(({ task }) => task.priority)).size,
		};
	}

	/** How many tasks are before this one; undefined if it does not wait there. */
	ahead(route: Route, id: string): number | undefined {
		const queue = this.#queues.get(route) ?? [];
		const at = queue.findIndex(({ task }) => task.id === id);
		return at < 0 ? undefined : at;
	}

	/** `place` is the task's place, a creation number, if that is not the task's own. */
	put(task: TaskRecord, place = task.seq): void {
		const queue = this.#queues.get(task.route) ?? [];
		this.#queues.set(task.route, queue);
		const queued = { task, rank: rankOf(task.priority, place) };
		let low = 0;
		let high = queue.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((queue[middle] as Queued).rank < queued.rank) low = middle + 1;
			else high = middle;
		}
		queue.splice(low, 0, queued);
		const newest = this.#newest.get(task.route) ?? 0;
		this.#newest.set(task.route, Math.max(newest, place));
	}

	/** A task that was accepted before comes to wait, whatever room there is. */
	admit(task: TaskRecord, place: number, nextNumber: () => number): void {
		if (!this.#ready.has(task.route) && !this.#unserved.has(task.route))
			this.#ready.set(task.route, nextNumber());
		this.put(task, place);
	}

	/** A node had the task: its route is served, whatever it was before and whatever room there is. */
	putBack(task: TaskRecord, nextNumber: () => number): void {
		if (!this.#ready.has(task.route)) this.#ready.set(task.route, nextNumber());
		this.#unserved.delete(task.route);
		this.put(task);
	}

	/** The task of lowest rank on any of these routes. It stays in its queue. */
	head(routes: readonly Route[]): TaskRecord | undefined {
		let head: Queued | undefined;
		for (const route of routes) {
			const first = this.#queues.get(route)?.[0];
			if (first !== undefined && first.rank < (head?.rank ?? BEHIND))
				head = first;
		}
		return head?.task;
	}

	/** Takes the first task of a route out of its queue. */
	shift(route: Route): void {
		this.#queues.get(route)?.shift();
		this.#closeIfEmpty(route);
	}

	/** Takes a task out of its queue, wherever it stands. */
	remove({ id, route }: TaskRecord): void {
		const queue = this.#queues.get(route) ?? [];
		const at = queue.findIndex(({ task }) => task.id === id);
		assert(at >= 0, "a PENDING task is in its queue");
		queue.splice(at, 1);
		this.#closeIfEmpty(route);
	}

	/** Moves a task to another priority, at the same place within it. */
	reorder(task: TaskRecord): void {
		const queue = this.#queues.get(task.route) ?? [];
		const at = queue.findIndex((queued) => queued.task.id === task.id);
		const [queued] = queue.splice(at, 1);
		assert(queued !== undefined, "a PENDING task is in its queue");
		this.put(task, queued.rank % SEQ_SPAN);
	}

	#closeIfEmpty(route: Route): void {
		if (this.#queues.get(route)?.length !== 0) return;
		for (const routes of [
			...[this.#queues, this.#ready, this.#unserved, this.#newest],
		])
			routes.delete(route);
	}
}

/** What waits, without what else there is on the route. */
type WaitingDepth = Omit<QueueDepth, "started" | "scheduled">;

interface Waiting extends Pick<QueuesReply, "next"> {
	readonly queues: readonly WaitingDepth[];
}

const BEHIND = Number.POSITIVE_INFINITY;

interface Page {
	readonly routes: readonly (readonly [Route, number])[];
	/** The number of the last one; undefined if these are all. */
	readonly last: number | undefined;
}

function above(
	routes: ReadonlyMap<Route, number>,
	number: number,
	limit: number,
): Page {
	const page = [...routes]
		.filter(([, own]) => own > number)
		.sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1))
		.slice(0, limit);
	return {
		routes: page,
		last: page.length === limit ? page.at(-1)?.[1] : undefined,
	};
}

/** How many of these tasks each route has, sorted by the route's name. */
export function byRoute(tasks: readonly TaskRecord[]): RoutedCount[] {
	return [...Map.groupBy(tasks, (task) => task.route)]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([route, group]) => ({
			route,
			count: group.length,
			topPriority: Math.max(...group.map((task) => task.priority)),
		}));
}
