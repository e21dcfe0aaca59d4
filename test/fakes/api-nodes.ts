/** What the HTTP side may ask of the nodes of a cluster, without one. */
import type { DeathsView, NodesView, NodeView } from "../../node/ports.ts";
import type { Reading } from "../../protocol/exposition.ts";
import type { Route } from "../../protocol/route.ts";

export class FakeNodes {
	/** While set, every method that needs the store throws this. */
	failure: Error | undefined;
	nodeViews: NodeView[] = [];
	nodeDeaths: DeathsView[] = [];
	/** What no live node has, for any route. */
	lacks: string | undefined;
	/** The same, for one route. */
	lacksOf: (route: Route) => string | undefined = () => undefined;
	/** How many tasks of a type the nodes that serve it run at once. */
	atOnce: number | undefined;
	/** Routes about which somebody asked who serves them. */
	readonly asked: Route[] = [];

	missing(route: Route): string | undefined {
		this.asked.push(route);
		return this.lacksOf(route) ?? this.lacks;
	}

	servers(): readonly string[] {
		return this.lacks === undefined
			? this.nodeViews.map(({ record }) => record.nodeId)
			: [];
	}

	concurrency(): number | undefined {
		return this.atOnce;
	}

	async drain(node: string): Promise<string | undefined> {
		this.needStore();
		return this.nodeViews.find(
			({ record: { nodeId, name } }) => nodeId === node || name === node,
		)?.record.nodeId;
	}

	nameOf(nodeId: string): string | undefined {
		return this.nodeViews.find(({ record }) => record.nodeId === nodeId)?.record
			.name;
	}

	async nodes(): Promise<NodesView> {
		const storeAway = this.failure !== undefined;
		return { nodes: this.nodeViews, ageMs: storeAway ? 9_000 : 0, storeAway };
	}

	async deaths(node: string): Promise<DeathsView | undefined> {
		this.needStore();
		return this.nodeDeaths.find(({ nodeId }) => nodeId === node);
	}

	/** What the node reports about itself in numbers. */
	readings: Reading[] = [];

	async read(): Promise<Reading[]> {
		return this.readings;
	}

	protected needStore(): void {
		if (this.failure !== undefined) throw this.failure;
	}
}
