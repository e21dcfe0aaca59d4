/**
 * Clock, timers, chance, the network and the environment: touched only where they are
 * adapted, so that the rest does the same thing twice when a test asks it to.
 */
import { dottedName, type Source, walk } from "./source.ts";

type Ambient =
	| "the clock"
	| "timers"
	| "chance"
	| "the network"
	| "the environment"
	| "Node";

const NAMES: Readonly<Record<string, Ambient>> = {
	"Date.now": "the clock",
	"performance.now": "the clock",
	"performance.timeOrigin": "the clock",
	"process.hrtime": "the clock",
	"process.uptime": "the clock",
	setTimeout: "timers",
	setInterval: "timers",
	setImmediate: "timers",
	"AbortSignal.timeout": "timers",
	"Math.random": "chance",
	"crypto.getRandomValues": "chance",
	"crypto.randomUUID": "chance",
	fetch: "the network",
	"process.env": "the environment",
	process: "Node",
	Buffer: "Node",
	require: "Node",
};

/** Modules that offer the same under names of their own. */
const MODULES: readonly (readonly [module: string, names: RegExp, Ambient])[] =
	[
		["node:timers", /./, "timers"],
		["node:timers/promises", /./, "timers"],
		["node:perf_hooks", /^(performance|\*|default)$/, "the clock"],
		["node:crypto", /^(random|getRandom|webcrypto|\*|default)/, "chance"],
		["node:process", /^(env|\*|default)$/, "the environment"],
	];

/** The files that may touch each; a path that ends in `/` is a folder. */
const ADAPTED: readonly (readonly [path: string, readonly Ambient[]])[] = [
	["node/world/clock.ts", ["the clock", "timers", "chance"]],
	["node/main.ts", ["the environment"]],
	["node/cli/up/readiness.ts", ["the network"]],
	["node/cli/nodes.ts", ["the network"]],
	// A worker is task code's world: it has its own clock, and no cluster in it.
	["node/executor/worker-main.ts", ["the clock", "timers"]],
	["node/executor/worker/", ["the clock", "timers"]],
	// A thread has a clock of its own, and the two are compared.
	["node/executor/thread-link.ts", ["the clock"]],
	["dashboard/state/", ["the clock", "timers", "chance", "the network"]],
	["dashboard/manual.js", ["timers"]],
	[
		"scripts/",
		["the clock", "timers", "chance", "the network", "the environment"],
	],
];

/** Rooms whose files browsers run, too, and which know nothing of Node. */
const WITHOUT_NODE = ["protocol/", "dashboard/"];

/** Whether a file may touch this. The simulator repeats itself from a seed; other tests meet the real world. */
function mayTouch(path: string, what: Ambient): boolean {
	if (what === "Node") {
		return !WITHOUT_NODE.some((place) => path.startsWith(place));
	}
	if (path.startsWith("test/")) return !path.startsWith("test/sim/");
	return ADAPTED.some(
		([place, ambients]) =>
			(place.endsWith("/") ? path.startsWith(place) : path === place) &&
			ambients.includes(what),
	);
}

export function checkAmbient(sources: readonly Source[]): string[] {
	return sources.flatMap((source) =>
		touches(source)
			.filter(({ what }) => !mayTouch(source.path, what))
			.map(({ name, what, start }) => {
				return `${source.at(start)} touches ${what}: ${name}`;
			}),
	);
}

interface Touch {
	readonly name: string;
	readonly what: Ambient;
	readonly start: number;
}

function touches(source: Source): Touch[] {
	const found: Touch[] = [];
	for (const { from, names, start } of source.imports) {
		for (const [module, pattern, what] of MODULES) {
			if (from === module && names.some((name) => pattern.test(name))) {
				found.push({ name: from, what, start });
			}
		}
	}
	walk(source.tree, (node, { parent, key }) => {
		// `timer.setTimeout` and `{ setTimeout: … }` name something else; what is
		// imported was looked at above.
		const named = key === "property" || key === "key";
		if (named && parent?.computed !== true) return;
		if (parent?.type === "ImportSpecifier") return;
		const name = isNewDate(node) ? "new Date()" : dottedName(node);
		if (name === undefined) return;
		const what = name === "new Date()" ? "the clock" : NAMES[name];
		if (what !== undefined) found.push({ name, what, start: node.start });
	});
	return found;
}

/** Whether this is `new Date()`, which reads the clock without arguments. */
function isNewDate({ type, callee, arguments: args }: Source["tree"]): boolean {
	return (
		type === "NewExpression" &&
		dottedName(callee as Source["tree"]) === "Date" &&
		(args as unknown[]).length === 0
	);
}
