/**
 * The run's own cluster: a Redis and nodes as real processes, on loopback or, if
 * partitions are asked for and possible, on a network that can be cut.
 */
import { nowMs } from "../bench/clock.ts";
import { loopback } from "./ground.ts";
import { Member } from "./member.ts";
import { Network } from "./network.ts";
import type { Opening } from "./openings.ts";
import { lastingPorts } from "./port.ts";
import { ChaosRedis, type Fsync } from "./redis.ts";
import type { Flaw, Stage } from "./stage.ts";
import type { Victims } from "./trouble.ts";

export interface OwnClusterPlan {
	readonly nodes: number;
	readonly fsync: Fsync;
	readonly directory: string;
	/** The slots of each node; if undefined, as many as it takes by itself. */
	readonly slots?: number | undefined;
	/** Whether the network is to be cut. */
	readonly network: boolean;
}

export class OwnCluster implements Stage {
	readonly victims: Victims;
	readonly urls: readonly string[];
	readonly nodes: readonly Member[];
	readonly #flaws: Flaw[] = [];

	/** Resolves when all nodes are ready. @throws if one is not */
	static async start(plan: OwnClusterPlan): Promise<OwnCluster> {
		const { directory, fsync, slots } = plan;
		const network = plan.network ? new Network(plan.nodes) : undefined;
		await network?.lay();
		const [port = 0, ...httpPorts] = await lastingPorts(1 + plan.nodes);
		const ground = network ?? loopback(httpPorts);
		const host = ground.redisHost;
		const redis = new ChaosRedis({ host, port, fsync, directory });
		await redis.start();
		const members = Array.from({ length: plan.nodes }, (_, index) => {
			const place = ground.nodeAt(index);
			const { url: redisUrl } = redis;
			return new Member({ index, place, redisUrl, slots, directory });
		});
		const cluster = new OwnCluster(members, redis, network);
		for (const member of members) member.start();
		await cluster.untilReady();
		const [flaw] = cluster.flaws();
		if (flaw !== undefined) throw new Error(`${flaw.what}; see ${directory}`);
		return cluster;
	}

	private constructor(
		members: readonly Member[],
		redis: ChaosRedis,
		network: Network | undefined,
	) {
		this.nodes = members;
		this.urls = members.map(({ url }) => url);
		this.victims = { nodes: members, redis, ...(network && { network }) };
	}

	async untilReady(): Promise<void> {
		await Promise.all(
			this.nodes.map(async (member) => {
				if (await member.untilReady()) return;
				const what = `${member.name} did not become ready`;
				this.#flaws.push({ atMs: nowMs(), what });
			}),
		);
	}

	openings(): Opening[] {
		return this.nodes.flatMap((member) => member.openings());
	}

	flaws(): Flaw[] {
		return [...this.#flaws, ...this.nodes.flatMap(({ flaws }) => flaws)];
	}

	async end(): Promise<void> {
		await Promise.all(this.nodes.map((member) => member.drain()));
		await this.victims.redis?.kill();
	}
}
