/**
 * The plan of the house: its rooms, and for each who lives there, what of ours
 * it may import, which libraries and which modules of Node.
 */

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
	/** Paths that begin so. The first dwelling that fits is a file's own. */
	readonly paths: readonly string[];
	/** Dwellings that it may import, besides itself. `*` is all but test. */
	readonly ours: readonly string[];
	/** Packages, or scopes ending in `/`. `*` is any. */
	readonly libraries: readonly string[];
	/** Modules of Node. `*` is any. */
	readonly builtins: readonly string[];
	/** Its files do not import one another. */
	readonly apart?: true;
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
		name: "assets",
		paths: ["node/assets.ts"],
		ours: [],
		libraries: [],
		builtins: ANY,
	},
	{
		name: "slots",
		paths: ["node/slots.ts"],
		ours: [],
		libraries: [],
		builtins: ASSERT,
	},
	{
		name: "task index",
		paths: ["node/task-index.ts"],
		ours: ["protocol"],
		libraries: [],
		builtins: [],
	},
	{
		name: "memory",
		paths: [
			"node/allowance.ts",
			"node/hot-routes.ts",
			"node/known-names.ts",
			"node/refusals.ts",
			"node/sender-credit.ts",
			"node/served-routes.ts",
			"node/shard-memory.ts",
		],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: [],
	},
	{
		name: "patience",
		paths: [
			"node/look-up.ts",
			"node/own-entry.ts",
			"node/silence-watch.ts",
			"node/submit-queue.ts",
			"node/task-exit.ts",
		],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: [],
	},
	{
		name: "kept files",
		paths: ["node/generation-file.ts", "node/name-file.ts"],
		ours: ["protocol", "ports"],
		libraries: [],
		builtins: ANY,
	},
	{
		name: "world",
		paths: ["node/world.ts"],
		ours: ["ports"],
		libraries: [],
		builtins: ANY,
	},
	{
		name: "log",
		paths: ["node/log.ts"],
		ours: ["protocol", "ports"],
		libraries: ["pino"],
		builtins: ["node:fs"],
	},
	{
		name: "store",
		paths: ["node/store/"],
		ours: ["protocol", "ports", "assets", "slots"],
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
		ours: ["protocol", "ports", "assets", "slots"],
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
		// Where the parts are put together, and the command line around them.
		name: "composition",
		paths: [
			"node/main.ts",
			"node/task-main.ts",
			"node/node.ts",
			"node/options.ts",
			"node/cli/",
		],
		ours: ANY,
		libraries: [],
		builtins: ANY,
	},
	{
		// The actors put together, and no adapter: what the simulator runs too.
		name: "ensemble",
		paths: ["node/crew.ts", "node/scheduler.ts", "node/watch.ts"],
		ours: ["protocol", "ports", "memory", "actors"],
		libraries: [],
		builtins: ASSERT,
	},
	{
		name: "actors",
		paths: ["node/"],
		ours: ["protocol", "ports", "slots", "task index", "memory", "patience"],
		libraries: [],
		builtins: ASSERT,
		apart: true,
	},
	{
		name: "dashboard",
		paths: ["dashboard/"],
		ours: ["protocol"],
		// As the node serves it.
		libraries: ["/client/client.js"],
		builtins: [],
	},
	{
		// Puts into bundle and executable what the program then looks for.
		name: "build",
		paths: ["scripts/build.ts", "scripts/bundle.ts", "scripts/build/"],
		ours: ["assets"],
		libraries: ["esbuild", "marked"],
		builtins: ANY,
	},
	{
		// Also runs what lives with the tests: the simulator, clusters to measure.
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
	{
		// Judges what the simulator and the chaos run have recorded.
		name: "checker",
		paths: ["test/checker/"],
		ours: ["protocol"],
		libraries: [],
		builtins: [],
	},
	{
		// Packages that a user never needs come in here, and nowhere else.
		name: "tools",
		paths: ["test/tools/"],
		ours: [],
		libraries: [
			"@redocly/openapi-core",
			"ajv",
			"bullmq",
			"openapi-fetch",
			"openapi-typescript",
			"oxc-parser",
			"playwright-core",
		],
		builtins: ["node:fs"],
	},
	{
		name: "test",
		paths: ["test/"],
		ours: ANY,
		libraries: ANY,
		builtins: ANY,
	},
];

export function dwellingOf(path: string): Dwelling | undefined {
	return PLAN.find(({ paths }) =>
		paths.some((start) =>
			start.endsWith("/") ? path.startsWith(start) : path === start,
		),
	);
}
