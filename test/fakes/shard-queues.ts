/**
 * The queues of one shard of the store's twin: its PENDING tasks by route,
 * lowest rank first. A queue that runs empty is gone, so that the queues there
 * are the routes that have work.
 */
import type { RoutedCount } from "../../node/ports.ts";
import { rankOf } from "../../protocol/rank.ts";
import type { Route } from "../../protocol/route.ts";
import type { TaskRecord } from "../../protocol/task.ts";

export class Queues {
	readonly #queues = new Map<Route, TaskRecord[]>();

	/** The same queues, to go on with while these stay as they are. */
	copy(): Queues {
		const copy = new Queues();
		for (const [route, queue] of this.#queues)
			copy.#queues.set(route, [...queue]);
		return copy;
	}

	get size(): number {
		return this.#queues.size;
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
		if (queue?.length === 0) this.#queues.delete(route);
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
