/**
 * The queues of one shard of the store's twin: its PENDING tasks by route,
 * lowest rank first. A queue that runs empty is gone, so that the queues there
 * are the routes that have work.
 */
import type { RoutedCount } from "../../node/ports.ts";
import { ROUTES_MAX, UNSERVED_ROUTES_MAX } from "../../protocol/limits.ts";
import { rankOf } from "../../protocol/rank.ts";
import type { Route } from "../../protocol/route.ts";
import type { TaskRecord } from "../../protocol/task.ts";

export class Queues {
	readonly #queues = new Map<Route, TaskRecord[]>();
	/** Those of them that no node serves, each with its number. */
	readonly #unserved = new Map<Route, number>();

	/** The same queues, to go on with while these stay as they are. */
	copy(): Queues {
		const copy = new Queues();
		for (const [route, queue] of this.#queues)
			copy.#queues.set(route, [...queue]);
		for (const [route, number] of this.#unserved)
			copy.#unserved.set(route, number);
		return copy;
	}

	/** Makes room for a task of this route, whose number is to be `seq`; false if there is none. */
	open(route: Route, served: boolean, seq: number): boolean {
		if (this.isServed(route) || (this.has(route) && !served)) return true;
		const { size } = this.#unserved;
		const room = served
			? this.#queues.size - size < ROUTES_MAX
			: size < UNSERVED_ROUTES_MAX;
		if (!room) return this.has(route);
		if (served) this.#unserved.delete(route);
		else this.#unserved.set(route, seq);
		return true;
	}

	/** No node serves it any more. */
	demote(route: Route, number: number): void {
		this.#unserved.set(route, number);
	}

	isServed(route: Route): boolean {
		return this.has(route) && !this.#unserved.has(route);
	}

	served(): Route[] {
		return this.routes().filter((route) => this.isServed(route));
	}

	/** Those that no node serves, from above this number, in the order of theirs. */
	unserved(above: number): Route[] {
		return [...this.#unserved]
			.filter(([, number]) => number > above)
			.sort(([, a], [, b]) => a - b)
			.map(([route]) => route);
	}

	has(route: Route): boolean {
		return this.#queues.has(route);
	}

	routes(): Route[] {
		return [...this.#queues.keys()].sort();
	}

	waiting(route: Route): number {
		return this.#queues.get(route)?.length ?? 0;
	}

	put(task: TaskRecord): void {
		const queue = this.#queues.get(task.route) ?? [];
		this.#queues.set(task.route, queue);
		let low = 0;
		let high = queue.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (rank(queue[middle]) < rank(task)) low = middle + 1;
			else high = middle;
		}
		queue.splice(low, 0, task);
	}

	/** A task that a node had: its route is served, whatever it was before. */
	putBack(task: TaskRecord): void {
		this.#unserved.delete(task.route);
		this.put(task);
	}

	/** The task of lowest rank on any of these routes. It stays where it is. */
	head(routes: readonly Route[]): TaskRecord | undefined {
		let head: TaskRecord | undefined;
		for (const route of routes) {
			const first = this.#queues.get(route)?.[0];
			if (rank(first) < rank(head)) head = first;
		}
		return head;
	}

	/** Takes the first task of a route out of its queue. */
	shift(route: Route): void {
		const queue = this.#queues.get(route);
		queue?.shift();
		if (queue?.length !== 0) return;
		this.#queues.delete(route);
		this.#unserved.delete(route);
	}
}

/** Of no task: behind every task. */
function rank(task: TaskRecord | undefined): number {
	return task === undefined
		? Number.POSITIVE_INFINITY
		: rankOf(task.priority, task.seq);
}

/** How many of these tasks there are by route, sorted by its name. */
export function byRoute(tasks: readonly TaskRecord[]): RoutedCount[] {
	return [...Map.groupBy(tasks, (task) => task.route)]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([route, group]) => ({
			route,
			count: group.length,
			topPriority: Math.max(...group.map((task) => task.priority)),
		}));
}
