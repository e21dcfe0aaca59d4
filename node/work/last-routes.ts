/**
 * LastRoutes: the routes of the tasks that came to this node last, on one shard; as many as
 * one claim asks for. A task that ran on another node is most likely of one of them.
 */
import { CLAIM_ROUTES_MAX } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";

export class LastRoutes {
	/** The routes, the newest last. */
	readonly #routes = new Set<Route>();
	#newest: Route | undefined;

	get all(): readonly Route[] {
		return [...this.#routes];
	}

	came(tasks: readonly { readonly route: Route }[]): void {
		for (const { route } of tasks) {
			// Usually they are all of one.
			if (route === this.#newest) continue;
			this.#newest = route;
			this.#routes.delete(route);
			this.#routes.add(route);
			if (this.#routes.size <= CLAIM_ROUTES_MAX) continue;
			for (const oldest of this.#routes) {
				this.#routes.delete(oldest);
				break;
			}
		}
	}
}
