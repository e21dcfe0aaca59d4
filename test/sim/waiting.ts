/**
 * Looks at the cluster from outside: which task waits although a node could start it. A
 * node could if it lives, is asked for nothing else, reaches the store, holds its lease
 * there, serves the task and has a slot free; and a node that starts anything is not
 * idle. Records how long each task waited beside each such node.
 */
import { type Route, servesRoute, typeOf } from "../../protocol/route.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { StartEvent } from "../checker/task-history.ts";
import { RECOVERY_MS } from "../checker/waits.ts";
import type { Cluster } from "./cluster.ts";
import type { Observer, Sight, Spell } from "./observer.ts";
import { CAPPED_TYPE, type NodeSpec, TYPES } from "./scenario.ts";
import type { SimulatedNode } from "./simulated-node.ts";

/** The shortest wait that is recorded. */
const WAIT_MS_MIN = 500;
const LIMIT = 1_000_000;

/** A task beside a node that could start it, for as long as nothing about either changes. */
interface Wait {
	readonly id: string;
	readonly node: string;
}

export class Waiting implements Observer<Wait> {
	readonly #cluster: Cluster;
	/** Each life of a node has a number of its own. */
	readonly #lives = new WeakMap<SimulatedNode, number>();
	#livesSeen = 0;

	constructor(cluster: Cluster) {
		this.#cluster = cluster;
	}

	async look(): Promise<readonly Sight<Wait>[]> {
		const tasks = await this.#pending();
		if (tasks.length === 0) return [];
		const { running: all } = this.#cluster.world.recorder;
		const running = Map.groupBy(all, ({ node }) => node);
		const able = await this.#able(running);
		return tasks.flatMap(({ id, route, attempts }) =>
			able
				.filter(([, shards]) => shards.has(shardOf(id, this.#shards.length)))
				.filter(([life]) => serves(life.spec, route))
				.filter(([life]) => hasRoom(life, route, running.get(life.nodeId)))
				.map(([life]) => {
					const { nodeId: node, executor } = life;
					const key = `${id} ${attempts.length} ${this.#lifeOf(life)} ${executor.started}`;
					return { key, what: { id, node } };
				}),
		);
	}

	over(wait: Wait, { fromMs, untilMs }: Spell): void {
		if (untilMs - fromMs < WAIT_MS_MIN) return;
		const { recorder } = this.#cluster.world;
		recorder.add({ kind: "waited", ...wait, fromMs, untilMs });
	}

	get #shards() {
		return this.#cluster.world.server.truth;
	}

	#lifeOf(life: SimulatedNode): number {
		const known = this.#lives.get(life) ?? ++this.#livesSeen;
		this.#lives.set(life, known);
		return known;
	}

	async #pending() {
		const request = { beforeSeq: Number.MAX_SAFE_INTEGER, limit: LIMIT };
		const pages = await Promise.all(
			this.#shards.map((shard) =>
				shard.tasks.list({ ...request, state: "PENDING" }),
			),
		);
		return pages.flatMap(({ tasks }) => tasks);
	}

	/** Nodes that could start something, and the shards in which they may. */
	async #able(
		running: ReadonlyMap<string, readonly StartEvent[]>,
	): Promise<[SimulatedNode, Set<number>][]> {
		const { server } = this.#cluster.world;
		if (server.condition !== "up" || server.refusing !== "nothing") return [];
		const leases = await this.#leases();
		return this.#cluster
			.alive()
			.filter(
				(life) =>
					life.canBeAsked &&
					(running.get(life.nodeId)?.length ?? 0) < life.spec.concurrency,
			)
			.map((life) => [life, leases.get(life.nodeId) ?? new Set()]);
	}

	/** For each node, the shards in which it holds a lease and was not asked to drain. */
	async #leases(): Promise<Map<string, Set<number>>> {
		const leases = new Map<string, Set<number>>();
		const { server, clock } = this.#cluster.world;
		for (const shard of this.#shards) {
			const { index } = shard;
			const relievedMs = server.relievedMs.get(index) ?? -Infinity;
			if (server.troubles.has(index)) continue;
			if (clock.monoMs() < relievedMs + RECOVERY_MS) continue;
			const { nowMs, nodes } = await shard.sessions.nodes();
			for (const { record, expiresMs = 0, askedToDrain } of nodes) {
				if (expiresMs <= nowMs || askedToDrain) continue;
				const shards = leases.get(record.nodeId) ?? new Set();
				leases.set(record.nodeId, shards.add(shard.index));
			}
		}
		return leases;
	}
}

/** Whether the node may start one more task of the type, besides those that run there. */
function hasRoom(
	{ spec }: SimulatedNode,
	route: Route,
	running: readonly StartEvent[] = [],
): boolean {
	if (typeOf(route) !== CAPPED_TYPE) return true;
	return running.filter(({ cap }) => cap !== undefined).length < spec.cap;
}

/** Whether the node is given tasks of the route. */
export function serves(
	{ queues, labels }: Pick<NodeSpec, "queues" | "labels">,
	route: Route,
): boolean {
	return servesRoute(
		{
			types: new Set(TYPES),
			queues: queues && new Set(queues),
			labels: new Set(labels),
		},
		route,
	);
}
