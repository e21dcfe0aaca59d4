/**
 * The kinds of trouble: how each begins, and what ends it. A trouble that finds nothing
 * to trouble (a node that is already dead) does not begin.
 */
import { StoreError } from "../../node/ports.ts";
import { encodeGossip, type Quota, shortName } from "../../protocol/gossip.ts";
import {
	ANNOUNCE_ROUTES_MAX,
	LINK_PING_MS,
	LINK_PING_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import { groupFaults } from "./group-faults.ts";
import { numberFaults } from "./number-faults.ts";
import { ROUTES, TYPE } from "./scenario.ts";
import { shardFaults } from "./shard-faults.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import { storeFaults } from "./store-faults.ts";
import { wallFaults } from "./wall-faults.ts";

/** How many messages of a flood come together, and how often they do. */
const FLOOD_MESSAGES = 3;
const FLOOD_EVERY_MS = 50;
/** The time after which peers miss a host that has vanished silently, at the latest. */
const LINK_LOST_MS_MAX = LINK_PING_MS + LINK_PING_TIMEOUT_MS;

export interface Fault {
	readonly name: string;
	/** How often this kind comes, relative to the others. */
	readonly weight: number;
	readonly lastsMs: readonly [min: number, max: number];
	/** Begins the trouble and returns what ends it; undefined if it could not begin. */
	readonly begin: (
		cluster: Cluster,
		random: SeededRandom,
	) => (() => void) | undefined;
}

const nodeFaults: readonly Fault[] = [
	{
		name: "kill",
		weight: 3,
		lastsMs: [10, 12_000],
		begin(cluster, random) {
			const life = cluster.anyLife(random);
			life?.kill();
			return life && (() => cluster.start(life.spec));
		},
	},
	{
		// Its peers notice later than if its host had closed the connections.
		name: "vanish",
		weight: 1,
		lastsMs: [2_000, 15_000],
		begin(cluster, random) {
			const life = cluster.anyLife(random);
			if (life === undefined) return;
			vanish(cluster, life, random);
			return () => cluster.start(life.spec);
		},
	},
	{
		// So its lease has to expire: no node that comes back revokes it.
		name: "loss",
		weight: 1,
		lastsMs: [0, 0],
		begin(cluster, random) {
			const life = cluster.anyLife(random);
			if (life === undefined || !cluster.mayLose(life.spec)) return;
			cluster.lose(life.spec);
			vanish(cluster, life, random);
			return () => {};
		},
	},
	{
		name: "pause",
		weight: 3,
		lastsMs: [50, 15_000],
		begin(cluster, random) {
			const life = cluster.anyLife(random);
			if (life === undefined || life.machine.paused) return;
			life.machine.pause();
			const recovered = cluster.impair(life.nodeId, "paused");
			return () => {
				recovered();
				life.machine.resume();
			};
		},
	},
	{
		name: "drain",
		weight: 1,
		lastsMs: [1_000, 12_000],
		begin(cluster, random) {
			const life = cluster.anyLife(random);
			if (life === undefined || life.draining) return;
			const asked = cluster.anyLife(random);
			// By a signal, or through another node; in the latter case it may not hear it.
			if (asked === undefined || random.oneIn(2))
				life.drain(random.below(6_000), random.oneIn(3));
			else askToDrain(asked, life.nodeId);
			return () => cluster.start(life.spec);
		},
	},
	{
		name: "worker crash",
		weight: 2,
		lastsMs: [0, 0],
		begin(cluster, random) {
			const life = cluster.anyLife(random);
			life?.machine.run(() => life.executor.crashWorker());
			return () => {};
		},
	},
	{
		// By native code, or by the kernel when memory is short.
		name: "process killed by its task",
		weight: 1,
		lastsMs: [0, 0],
		begin({ workload }) {
			workload?.poison();
			return () => {};
		},
	},
];

const gossipFaults: readonly Fault[] = [
	{
		name: "partition",
		weight: 2,
		lastsMs: [100, 15_000],
		begin: (cluster, random) => {
			const { hub } = cluster.world;
			const pairs = drawPairs(cluster, random);
			for (const [a, b] of pairs) hub.cut(a, b);
			return () => {
				for (const [a, b] of pairs) hub.mend(a, b);
			};
		},
	},
	{
		name: "one-way partition",
		weight: 2,
		lastsMs: [100, 15_000],
		begin: (cluster, random) => {
			const { hub } = cluster.world;
			const pairs = drawPairs(cluster, random);
			for (const [a, b] of pairs) hub.mute(a, b);
			return () => {
				for (const [a, b] of pairs) hub.unmute(a, b);
			};
		},
	},
	{
		name: "bad gossip",
		weight: 1,
		lastsMs: [500, 10_000],
		begin: ({ world: { hub } }, random) => {
			const calm = { ...hub.faults };
			hub.faults.lose = random.unit();
			hub.faults.repeat = random.unit();
			hub.faults.delayMsMax = random.below(3_000) + 3;
			return () => Object.assign(hub.faults, calm);
		},
	},
	{
		// Announcements of ever new routes, and digests of a node that could do everything.
		name: "flood of hints",
		weight: 1,
		lastsMs: [1_000, 6_000],
		begin: (cluster, random) => {
			const rogue = cluster.anyLife(random);
			if (rogue === undefined || cluster.flooded) return;
			return flood(cluster, rogue.nodeId, random);
		},
	},
	{
		name: "forged gossip",
		weight: 2,
		lastsMs: [0, 0],
		begin: (cluster, random) => {
			const liar = cluster.anyLife(random);
			if (liar !== undefined) lie(cluster, liar.nodeId, random);
			return () => {};
		},
	},
];

export const FAULTS: readonly Fault[] = [
	...nodeFaults,
	...gossipFaults,
	...groupFaults,
	...storeFaults,
	...numberFaults,
	...shardFaults,
	...wallFaults,
];

/** The node vanishes, and its peers take a while to give their links up. */
function vanish(
	{ world: { hub, clock } }: Cluster,
	life: SimulatedNode,
	random: SeededRandom,
): void {
	life.vanish();
	clock.after(random.unit() * LINK_LOST_MS_MAX, () => hub.giveUp(life.nodeId));
}

function askToDrain(asked: SimulatedNode, nodeId: string): void {
	asked.machine.run(() => {
		asked.api.cluster.drain(nodeId).catch((error) => {
			if (!(error instanceof StoreError)) throw error;
		});
	});
}

/** Sends a message that is well-formed, signed by an admitted node, and untrue. */
function lie(cluster: Cluster, from: string, random: SeededRandom): void {
	const { world } = cluster;
	const header = { from, epoch: random.below(2 ** 45), seq: random.below(100) };
	const count = 1 + random.below(1_000);
	const topPriority = random.below(256);
	const quotas = cluster
		.lives()
		.map(({ nodeId }): Quota => [shortName(nodeId), 1 + random.below(50)]);
	world.hub.inject(
		from,
		encodeGossip(
			random.oneIn(2)
				? {
						...header,
						kind: "announce",
						routes: ROUTES.map((route) => ({
							...{ shard: random.below(5), route, count, topPriority },
							...(random.oneIn(2) && { quotas }),
						})),
					}
				: {
						...header,
						kind: "digest",
						...{ freeSlots: random.below(4_000), running: 0, load: 0 },
						...{ storeUp: random.oneIn(2), draining: random.oneIn(2) },
						peers: [],
					},
		),
	);
}

/**
 * Sends messages that are well-formed, signed by an admitted node, and endless. The
 * function returned stops that.
 */
function flood(
	cluster: Cluster,
	from: string,
	random: SeededRandom,
): () => void {
	const { hub, clock } = cluster.world;
	const epoch = 2 ** 45 + random.below(1_000);
	let seq = 0;
	cluster.flooded = true;
	const say = () => {
		if (!cluster.flooded) return;
		for (let i = 0; i < FLOOD_MESSAGES; i++) {
			seq += 1;
			const routes = Array.from({ length: ANNOUNCE_ROUTES_MAX }, (_, j) => ({
				...{ shard: j % 4, route: `flood-${seq}-${j}|${TYPE}|` },
				...{ count: 4_000, topPriority: 255 },
			}));
			const message = { kind: "announce", from, epoch, seq, routes } as const;
			hub.inject(from, encodeGossip(message));
		}
		seq += 1;
		hub.inject(
			from,
			encodeGossip({
				...{ kind: "digest", from, epoch, seq, freeSlots: 4_000 },
				...{ running: 0, load: 0, storeUp: true, draining: false, peers: [] },
			}),
		);
		clock.after(FLOOD_EVERY_MS, say);
	};
	say();
	return () => {
		cluster.flooded = false;
	};
}

/** Splits the nodes in two and names all pairs across; or names random pairs. */
function drawPairs(
	{ scenario }: Cluster,
	random: SeededRandom,
): (readonly [string, string])[] {
	const ids = scenario.nodes.map(({ nodeId }) => nodeId);
	const side = new Map(ids.map((id) => [id, random.oneIn(2)]));
	const split = random.oneIn(2);
	return ids.flatMap((a) =>
		ids
			.filter((b) => a !== b)
			.filter((b) => (split ? side.get(a) && !side.get(b) : random.oneIn(3)))
			.map((b) => [a, b] as const),
	);
}
