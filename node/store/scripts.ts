/**
 * The scripts: each one fenced transition (or one read), in a `.lua` file of its own that
 * opens with its contract.
 *
 * What is sent to Redis is the script's text, preceded by what it needs of the shared
 * text: the limits and constants of `protocol/` as locals, then `keys.lua`, then pieces,
 * some of which are for all scripts. The pieces of the states that a task leaves or
 * enters follow from the moves that the script makes: so what is known of the tasks in a
 * state is written in one place alone. A script that writes asks first whether it may run
 * to its end (see `redis/rights.ts`). One text, one SHA-1; see `connection.ts` for how it
 * runs.
 */
import { createHash } from "node:crypto";
import { CALL_BOUNDS_S, Histogram } from "../../protocol/instruments.ts";
import { MOVES, type MoveName } from "../../protocol/moves.ts";
import { ENDED_STATES, isEnded, type TaskState } from "../../protocol/state.ts";
import { readAsset } from "../world/assets.ts";
import { CONSTANTS } from "./constants.ts";
import { neededOf, withoutComments, wordsOf } from "./definitions.ts";
import { rightsCheck } from "./redis/rights.ts";

/**
 * The version of the keys in `lua/keys.lua`: to be raised whenever scripts cannot read
 * what older ones wrote.
 */
export const LAYOUT = 8;

/**
 * The flags on a script's first line (since Redis 7). Reads always run. Writes about
 * existing tasks also run when memory is full: what was accepted can end, and leases are
 * kept. Only scripts that add tasks are refused then.
 */
const FLAGS = {
	read: "#!lua flags=no-writes",
	write: "#!lua flags=allow-oom",
	add: "#!lua",
} as const;

/**
 * The scripts about sessions, leases and the registry: what each does, the moves that it
 * makes, and what else of the shared text it needs.
 */
const SESSION_SCRIPTS = {
	agree: { kind: "write" },
	open: {
		kind: "write",
		pieces: ["number", "generation", "name", "lives", "deaths"],
	},
	adopt: { kind: "write", pieces: ["generation"] },
	describe: { kind: "write", pieces: ["name"] },
	"ask-to-drain": { kind: "write" },
	pulse: {
		kind: "write",
		pieces: ["number", "routes", "told", "times", "cancels", "begun"],
	},
	close: {
		...{ kind: "write", moves: ["handBack", "cancelLost"] },
		pieces: ["waiting-again", "past", "attempt", "cancels"],
	},
	revoke: {
		...{ kind: "write", moves: ["lose", "giveUpLost", "cancelLost"] },
		// A claim of what it puts back follows: see heir.ts.
		leads: true,
		pieces: ["waiting-again", "past", "attempt", "cancels", "lives", "deaths"],
	},
	"lost-with": { kind: "read", pieces: ["lives"] },
	deaths: { kind: "read" },
	running: { kind: "read" },
	unlisted: { kind: "read" },
	nodes: { kind: "read" },
} as const satisfies Record<string, ScriptPlan>;

/** The scripts about tasks: what each does, the moves that it makes, and what else it needs. */
const TASK_SCRIPTS = {
	submit: {
		...{ kind: "add", moves: ["submit", "submitClaimed", "schedule"] },
		pieces: [
			...(["known", "lease", "to-ended", "leave-ended", "times"] as const),
			...(["runs", "books", "new-tasks"] as const),
		],
	},
	claim: {
		...{ kind: "write", moves: ["claim", "expire"] },
		pieces: ["lease", "heads", "times", "alike"],
	},
	complete: {
		...{ kind: "write", moves: ["succeed", "fail", "cancelHeld"] },
		pieces: ["books", "cancels", "ends"],
	},
	"give-back": {
		...{
			kind: "write",
			moves: [
				...(["handBack", "notBegun", "crash", "giveUpCrashed"] as const),
				...(["putOff", "fail", "cancelHeld", "cancelUnbegun"] as const),
			],
		},
		pieces: ["times", "waiting-again", "past", "attempt", "cancels"],
	},
	cancel: {
		...{
			kind: "write",
			moves: ["cancel", "cancelScheduled", "cancelStarted"],
		},
		pieces: ["past", "attempt", "cancels"],
	},
	retry: {
		...{
			kind: "write",
			moves: [
				...(["reopenFailed", "reopenCancelled", "reopenExpired"] as const),
				...(["reopenFailedLater", "reopenCancelledLater"] as const),
				"reopenExpiredLater",
			],
		},
		pieces: ["times", "waiting-again", "past", "late"],
	},
	change: {
		...{ kind: "write", moves: ["promote", "postpone"] },
		pieces: ["times", "waiting-again"],
	},
	elapse: {
		...{ kind: "write", moves: ["promote", "expire", "expireScheduled"] },
		pieces: ["times", "waiting-again", "late"],
	},
	trim: { kind: "write", pieces: ["books", "to-ended", "runs", "forget"] },
	remove: {
		kind: "write",
		pieces: ["to-ended", "leave-ended", "runs", "forget"],
	},
	get: { kind: "read", pieces: ["number", "read"] },
	known: { kind: "read", pieces: ["number", "known"] },
	ahead: { kind: "read", pieces: ["number"] },
	"left-over": { kind: "read", pieces: ["number"] },
	failures: { kind: "read", pieces: ["number"] },
	queues: { kind: "read", pieces: ["number"] },
	busy: { kind: "read", pieces: ["number"] },
	newest: { kind: "read", pieces: ["number", "read", "runs"] },
	over: { kind: "read" },
	list: {
		kind: "read",
		pieces: [
			...(["number", "read", "fits", "fits-attempts", "fits-texts"] as const),
			...(["page", "waiting", "placed"] as const),
		],
	},
	counts: { kind: "read", pieces: ["number", "books"] },
} as const satisfies Record<string, ScriptPlan>;

/** The scripts about access tokens: what each does, and what else it needs. */
const ACCESS_SCRIPTS = {
	tokens: { kind: "read" },
	"grant-token": { kind: "write", pieces: ["access"] },
	"revoke-token": { kind: "write", pieces: ["access"] },
	"put-tokens-back": { kind: "write", pieces: ["access"] },
	"tokens-used": { kind: "write", pieces: ["access"] },
} as const satisfies Record<string, ScriptPlan>;

/** The scripts about the sums of how work went. */
const STATS_SCRIPTS = {
	add: { kind: "write", pieces: ["stats"] },
	sums: { kind: "read", pieces: ["stats"] },
} as const satisfies Record<string, ScriptPlan>;

/** The scripts that read and keep what live pages are drawn from. */
const LIVE_SCRIPTS = {
	look: { kind: "read", pieces: ["number", "books"] },
	sample: { kind: "write", pieces: ["number", "books"] },
	holders: { kind: "read", pieces: ["number"] },
	heads: { kind: "read", pieces: ["number"] },
} as const satisfies Record<string, ScriptPlan>;

/** The scripts about the event stream. */
const EVENT_SCRIPTS = {
	after: { kind: "read" },
	before: { kind: "read" },
	cut: { kind: "write" },
	audit: { kind: "write" },
} as const satisfies Record<string, ScriptPlan>;

const FOLDERS = {
	session: SESSION_SCRIPTS,
	task: TASK_SCRIPTS,
	access: ACCESS_SCRIPTS,
	stats: STATS_SCRIPTS,
	live: LIVE_SCRIPTS,
	event: EVENT_SCRIPTS,
};
const SCRIPTS = {
	...SESSION_SCRIPTS,
	...TASK_SCRIPTS,
	...ACCESS_SCRIPTS,
	...STATS_SCRIPTS,
	...LIVE_SCRIPTS,
	...EVENT_SCRIPTS,
};

interface ScriptPlan {
	readonly kind: keyof typeof FLAGS;
	readonly moves?: readonly MoveName[];
	readonly pieces?: readonly string[];
	/** Whether what is sent behind it in the same turn is to be answered together with it. */
	readonly leads?: boolean;
}

/** Pieces that any script may need. */
const OF_ALL = ["head", "events", "task-events", "node-events"];

/** The pieces that write which tasks are in a state, and which no longer are. */
function piecesOf(state: TaskState): readonly string[] {
	if (isEnded(state)) return ["to-ended", "leave-ended"];
	return state === "PENDING"
		? ["routes", "to-pending"]
		: ["by-route", `to-${state.toLowerCase()}`];
}

export type ScriptName = keyof typeof SCRIPTS;

export interface Script {
	readonly name: ScriptName;
	readonly source: string;
	readonly sha1: string;
	/** Whether what is sent behind it in the same turn leaves with it in one piece. */
	readonly leads: boolean;
	readonly writes: boolean;
	/** How long Redis took to answer, in seconds. */
	readonly tookS: Histogram;
}

/** The texts as they are sent, the same for every store of a process. */
const texts = new Map<ScriptName, Omit<Script, "tookS">>();

export function loadScripts(): Readonly<Record<ScriptName, Script>> {
	const entries = (Object.keys(SCRIPTS) as ScriptName[]).map((name) => {
		const text = texts.get(name) ?? textOf(name);
		texts.set(name, text);
		const tookS = new Histogram(CALL_BOUNDS_S);
		return [name, { ...text, tookS }] as const;
	});
	return Object.fromEntries(entries) as Record<ScriptName, Script>;
}

function textOf(name: ScriptName): Omit<Script, "tookS"> {
	const plan: ScriptPlan = SCRIPTS[name];
	const script = compose(name, plan);
	const check = plan.kind === "read" ? "" : rightsCheck(script);
	const source = `${FLAGS[plan.kind]}\n${check}${script}`;
	const sha1 = createHash("sha1").update(source).digest("hex");
	const { kind, leads = false } = plan;
	return { name, source, sha1, leads, writes: kind !== "read" };
}

function compose(
	name: ScriptName,
	{ moves = [], pieces = [] }: ScriptPlan,
): string {
	const states = moves.flatMap((move) => {
		const { from, to } = MOVES[move];
		return from === undefined ? [to] : [from, to];
	});
	const names = new Set([...states.flatMap(piecesOf), ...pieces]);
	const files = [...OF_ALL, ...names].map((piece) => `pieces/${piece}`);
	const shared = ["keys", ...files].map(readLua).join("");
	const [folder] =
		Object.entries(FOLDERS).find(([, scripts]) => name in scripts) ?? [];
	const script = readLua(`${folder}/${name}`);
	const own = neededOf(shared, script) + script;
	// Only the constants that are used are named: Lua allows 200 locals, and each takes time.
	const named = wordsOf(own);
	const constants = Object.entries(CONSTANTS)
		.filter(([constant]) => named.has(constant))
		.map(([constant, value]) => `local ${constant} = ${value}`);
	const ended = ENDED_STATES.map((state) => `'${state}'`).join(", ");
	if (own.includes("ENDED_STATES"))
		constants.push(`local ENDED_STATES = { ${ended} }`);
	return `${constants.join("\n")}\n${own}`;
}

/** The text of a script. `path`: below `lua/`, without the extension. */
function readLua(path: string): string {
	return withoutComments(readAsset(`node/store/lua/${path}.lua`));
}
