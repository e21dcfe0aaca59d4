/**
 * Scenario: what a seed makes of a run, before anything happens. Most seeds make a storm:
 * some nodes, some shards, trouble of all kinds. Some make a calm, with one node that
 * runs one task at a time, so that the order in which tasks start can be judged. And some
 * are fair: a cluster without any trouble, in which nothing may be stopped or lose its
 * lease.
 */
import { SeededRandom } from "../random.ts";

export interface Scenario {
	readonly seed: number;
	readonly kind: "storm" | "calm" | "fair";
	readonly nodes: readonly NodeSpec[];
	readonly shards: number;
	/** Whether nobody has used the store before. */
	readonly isNew: boolean;
	/** How long there is trouble, and work comes in. */
	readonly stormMs: number;
	readonly tasks: number;
	/** Whether the store loses its last writes when it crashes. */
	readonly losesWrites: boolean;
	/** The average time between one trouble and the next. */
	readonly faultEveryMs: number;
	/** How much longer one way to the store takes than next door. */
	readonly storeMs: number;
	/** The only kind of trouble, by name; undefined for all kinds. */
	readonly fault: string | undefined;
	/** Readers of events, who go from node to node. */
	readonly watchers: number;
	/** Whether some tasks are of a type of which nodes run only so many at once. */
	readonly capped: boolean;
}

/** What may be asked of a scenario besides its seed. */
export interface Wishes {
	readonly nodes?: number | undefined;
	/** If given, every seed makes a storm, with a store that may lose writes. */
	readonly fault?: string | undefined;
}

export interface NodeSpec {
	readonly nodeId: string;
	/** The number of shards that the node is given. */
	readonly shards: number;
	readonly concurrency: number;
	/** How many tasks of the capped type it runs at once. */
	readonly cap: number;
	/** How many of the node's own seconds a true second has. */
	readonly clockRate: number;
	readonly gossips: boolean;
	readonly labels: readonly string[];
	/** The queues that the node serves; undefined if all. */
	readonly queues: readonly string[] | undefined;
}

export const TYPE = "work";
export const CAPPED_TYPE = "capped";
export const TYPES: readonly string[] = [TYPE, CAPPED_TYPE];
/** A queue of one node alone: while that is away nobody serves what asks for it. */
const FIRST = "first";
export const ROUTES = [
	"default|work|",
	"mail|work|",
	"default|work|gpu",
	`default|work|${FIRST}`,
];

/** One way to a store that is as far as another region. */
const STORE_MS = 20;
/** One cluster in this many has nodes that do not gossip, beside others that do. */
const MIXED_ONE_IN = 5;
const NEW_ONE_IN = 10;
const NODES_MIN = 3;
const NODES_MAX = 7;
/** The most by which a node's clock is fast or slow, far more than the clocks of machines differ. */
export const DRIFT_MAX = 0.01;

export function drawScenario(
	seed: number,
	{ nodes, fault }: Wishes = {},
): Scenario {
	const random = new SeededRandom(seed);
	const calm = random.oneIn(10) && fault === undefined;
	const drawn = NODES_MIN + random.below(NODES_MAX - NODES_MIN + 1);
	const count = calm ? 1 : (nodes ?? drawn);
	// Drawn apart, so that a seed's other draws are what they would be without.
	const apart = new SeededRandom(seed ^ 0x9055);
	const isFair = !calm && fault === undefined && apart.oneIn(20);
	const caps = new SeededRandom(seed ^ 0xca95);
	const isMixed = apart.oneIn(MIXED_ONE_IN);
	const isNew = !calm && !isFair && apart.oneIn(NEW_ONE_IN);
	const drawnNodes = Array.from({ length: count }, (_, i) => ({
		...drawNode(i, random, calm ? 1 : 1 + random.below(6)),
		gossips: !isMixed || apart.oneIn(2),
	}));
	const shards = calm ? 1 : random.pick([1, 1, 2, 4]);
	return {
		seed,
		kind: calm ? "calm" : isFair ? "fair" : "storm",
		nodes: drawnNodes.map((node) => {
			return { ...node, shards, cap: 1 + caps.below(node.concurrency) };
		}),
		...{ shards, isNew },
		stormMs: calm ? 10_000 : 15_000 + random.below(25_000),
		tasks: 20 + random.below(60),
		losesWrites: random.oneIn(5) || fault !== undefined,
		faultEveryMs: random.pick([600, 1_500, 4_000]),
		storeMs: random.pick([0, 0, STORE_MS]),
		fault,
		watchers: !calm && random.oneIn(3) ? 1 + random.below(2) : 0,
		capped: !calm && caps.oneIn(3),
	};
}

/** The first node serves everything, so that every task has one. */
function drawNode(
	index: number,
	random: SeededRandom,
	concurrency: number,
): Omit<NodeSpec, "gossips" | "shards" | "cap"> {
	const servesAll = index === 0 || random.oneIn(2);
	return {
		nodeId: `simulated-node-${String(index + 1).padStart(3, "0")}`,
		concurrency,
		clockRate: 1 + (random.unit() * 2 - 1) * DRIFT_MAX,
		labels: [
			...(servesAll || random.oneIn(2) ? ["gpu"] : []),
			...(index === 0 ? [FIRST] : []),
		],
		queues: servesAll ? undefined : [random.pick(["default", "mail"])],
	};
}
