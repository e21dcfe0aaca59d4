/**
 * The plan of the house: its rooms, and for each who lives there, what of ours
 * it may import, which libraries and which modules of Node.
 */

import { PAGE_ROOMS } from "./page-plan.ts";
import { TEST_ROOMS } from "./test-plan.ts";

/** The folders at the top of the project. */
export const ROOMS = ["dashboard", "node", "protocol", "scripts", "test"];

/** The files at the top, besides those whose names begin with a dot. */
export const TOP_FILES = [
	"CHANGELOG.md",
	"LICENSE",
	"README.md",
	"biome.json",
	"package-lock.json",
	"package.json",
	"tsconfig.json",
];

export interface Dwelling {
	readonly name: string;
	/** The beginnings of its paths. The first dwelling that fits is a file's own. */
	readonly paths: readonly string[];
	/** The dwellings that it may import, besides itself; `*` is all but test. */
	readonly ours: readonly string[];
	/** The packages that it may import, or scopes ending in `/`; `*` is any. */
	readonly libraries: readonly string[];
	/** The modules of Node that it may import; `*` is any. */
	readonly builtins: readonly string[];
	/**
	 * Its files are actors, which do not import one another; the engine puts them together.
	 * They may import these: what an actor remembers, or does a part of its duty with.
	 */
	readonly helpers?: readonly string[];
}

const ANY = ["*"];
const ASSERT = ["node:assert", "node:assert/strict"];

export const PLAN: readonly Dwelling[] = [
	{
		name: "protocol",
		paths: ["protocol/"],
		ours: [],
		libraries: ["typebox"],
		builtins: [],
	},
	{
		name: "ports",
		paths: ["node/ports.ts", "node/ports/"],
		ours: ["protocol"],
		libraries: [],
		builtins: [],
	},
	{
		name: "slot map",
		paths: ["node/slot-map.ts"],
		ours: [],
		libraries: [],
		builtins: ASSERT,
	},
	{
		// Knows where the program's own files lie; the build puts them there.
		name: "assets",
		paths: ["node/world/assets.ts"],
		ours: [],
		libraries: [],
		builtins: ANY,
	},
	{
		// Clock, chance, log and the files that a node keeps.
		name: "world",
		paths: ["node/world/"],
		ours: ["protocol", "ports"],
		libraries: ["pino"],
		builtins: ANY,
	},
	{
		name: "store",
		paths: ["node/store/"],
		ours: ["protocol", "ports", "assets", "slot map"],
		libraries: ["ioredis"],
		builtins: ANY,
	},
	{
		name: "gossip",
		paths: ["node/gossip/"],
		ours: ["protocol", "ports", "assets"],
		libraries: ["libp2p", "@libp2p/", "@chainsafe/", "@multiformats/"],
		builtins: ANY,
	},
	{
		name: "executor",
		paths: ["node/executor/"],
		ours: ["protocol", "ports", "assets", "slot map"],
		libraries: [],
		builtins: ANY,
	},
	{
		name: "http",
		paths: ["node/http/"],
		ours: ["protocol", "ports", "assets"],
		libraries: ["fastify", "@fastify/", "typebox"],
		builtins: ANY,
	},
	{
		// The machine's say in a node's life: its service manager, its cloud.
		name: "cloud",
		paths: ["node/cloud/"],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: ANY,
	},
	{
		// What becomes of tasks in this node's hands.
		name: "work",
		paths: ["node/work/"],
		ours: ["protocol", "ports", "slot map"],
		libraries: [],
		builtins: ASSERT,
		helpers: [
			"node/work/began-times.ts",
			"node/work/claim-choice.ts",
			"node/work/claimer-parts.ts",
			"node/work/filling.ts",
			"node/work/hot-routes.ts",
			"node/work/last-routes.ts",
			"node/work/held.ts",
			"node/work/job-of.ts",
			"node/work/look-up.ts",
			"node/work/retry.ts",
			"node/work/route-runs.ts",
			"node/work/pledges.ts",
			"node/work/fullness.ts",
			"node/work/silence-watch.ts",
			"node/work/slot-book.ts",
			"node/work/submit-batch.ts",
			"node/work/submit-queue.ts",
			"node/work/task-exit.ts",
			"node/work/task-index.ts",
			"node/work/type-caps.ts",
			"node/work/wanted-routes.ts",
		],
	},
	{
		// Who may hold tasks: this node's leases and the loss of others'.
		name: "lease",
		paths: ["node/lease/"],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: ASSERT,
		helpers: [
			"node/lease/heartbeat.ts",
			"node/lease/later-life.ts",
			"node/lease/own-entry.ts",
			"node/lease/renewer-events.ts",
			"node/lease/shard-memory.ts",
		],
	},
	{
		// What nodes say to each other, and make of it.
		name: "peers",
		paths: ["node/peers/"],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: ASSERT,
		helpers: [
			"node/peers/allowance.ts",
			"node/peers/known-names.ts",
			"node/peers/word-of-mouth.ts",
			"node/peers/openings.ts",
			"node/peers/promised-load.ts",
			"node/peers/refusals.ts",
			"node/peers/sender-credit.ts",
			"node/peers/served-routes.ts",
		],
	},
	{
		// What any node may do at any time.
		name: "duties",
		paths: ["node/duties/"],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: ASSERT,
		helpers: [],
	},
	{
		// What users are told. Tokens are known by their hash.
		name: "answers",
		paths: ["node/answers/"],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: [...ASSERT, "node:crypto"],
		helpers: [
			"node/answers/event-log.ts",
			"node/answers/event-reader.ts",
			"node/answers/pace.ts",
			"node/answers/paced-read.ts",
			"node/answers/queue-readings.ts",
			"node/answers/cluster-counts.ts",
			"node/answers/registry-read.ts",
			"node/answers/room-read.ts",
			"node/answers/search.ts",
			"node/answers/submitted.ts",
			"node/answers/token-index.ts",
			"node/answers/token-steps.ts",
		],
	},
	{
		// What the page is drawn from, a frame a second.
		name: "live",
		paths: ["node/live/"],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: ASSERT,
	},
	{
		// The actors put together, and no adapter: what the simulator runs too.
		name: "engine",
		paths: ["node/engine/"],
		ours: [
			...["protocol", "ports", "work", "lease", "peers", "duties", "answers"],
			"live",
		],
		libraries: [],
		builtins: ASSERT,
	},
	{
		// Where the parts are put together, and the command line around them.
		name: "composition",
		paths: [
			"node/main.ts",
			"node/task-main.ts",
			"node/adapters.ts",
			"node/node.ts",
			"node/meet-store.ts",
			"node/node-access.ts",
			"node/options.ts",
			"node/whereabouts.ts",
			"node/cli/",
		],
		ours: ANY,
		libraries: [],
		builtins: ANY,
	},
	...PAGE_ROOMS,
	{
		// Puts into bundle and executable what the program then looks for, and of the operations
		// into the page what a browser needs.
		name: "build",
		paths: ["scripts/build.ts", "scripts/bundle.ts", "scripts/build/"],
		ours: ["assets", "protocol"],
		libraries: ["esbuild", "marked"],
		builtins: ANY,
	},
	{
		// It also runs what lives with the tests: the simulator, clusters to measure.
		name: "proof",
		paths: ["scripts/proof.ts", "scripts/proof/"],
		ours: ["protocol", "checker", "build", "scripts", "tools", "test"],
		libraries: ANY,
		builtins: ANY,
	},
	{
		name: "scripts",
		paths: ["scripts/"],
		ours: ["protocol", "checker", "build", "tools"],
		libraries: ANY,
		builtins: ANY,
	},
	...TEST_ROOMS,
];

export function dwellingOf(path: string): Dwelling | undefined {
	return PLAN.find(({ paths }) =>
		paths.some((start) =>
			start.endsWith("/") ? path.startsWith(start) : path === start,
		),
	);
}
