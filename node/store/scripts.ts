/**
 * The scripts: each one fenced transition (or one read), in a `.lua` file of its
 * own that opens with its contract.
 *
 * What is sent to Redis is the script's text behind what it shares with others:
 * the limits and constants of `protocol/` as locals, then what it needs of `keys.lua`,
 * then the pieces named here. One text, one SHA-1; see `connection.ts` for how it runs.
 */
import { createHash } from "node:crypto";
import {
	ATTEMPTS_KEPT_MAX,
	CLAIM_BATCH_BYTES_MAX,
	CRASHES_MAX,
	DEAD_NODE_KEPT_MS,
	LEASE_TTL_MS,
	LIST_BYTES_MAX,
	LOSSES_ALONE_MAX,
	LOSSES_SHARED_MAX,
	OVERDUE_MS,
	PRIORITY_MAX,
	READ_TASKS_MAX,
	ROUTES_MAX,
	SILENT_LEASE_MS,
	TRUST_MARGIN_MS,
	UNSERVED_ROUTES_MAX,
} from "../../protocol/limits.ts";
import { SEQ_EPOCH_MS, SEQ_PER_MS, SEQ_SPAN } from "../../protocol/rank.ts";
import { ENDED_STATES, TASK_STATES } from "../../protocol/state.ts";
import { TOKENS_PER_GENERATION } from "../../protocol/token.ts";
import { readAsset } from "../assets.ts";
import { neededOf, withoutComments } from "./definitions.ts";

/**
 * What Redis is told of a script on its first line (of Redis 7). Reads run
 * always. Writes run, too, when memory is full, as they are about tasks that
 * are there already: what was accepted can end, and leases are kept. Only what
 * adds tasks is refused then.
 */
const FLAGS = {
	read: "#!lua flags=no-writes",
	write: "#!lua flags=allow-oom",
	add: "#!lua",
} as const;

/** Each script: what it does, and the shared pieces that it stands on. */
const SCRIPTS = {
	agree: { kind: "write", pieces: [] },
	open: { kind: "write", pieces: ["number", "generation", "name"] },
	adopt: { kind: "write", pieces: ["generation"] },
	describe: { kind: "write", pieces: ["name"] },
	"ask-to-drain": { kind: "write", pieces: [] },
	pulse: { kind: "write", pieces: ["number", "room"] },
	close: { kind: "write", pieces: ["put-back"] },
	submit: { kind: "add", pieces: ["read", "lease", "leftover", "room"] },
	claim: { kind: "write", pieces: ["lease", "heads"] },
	complete: { kind: "write", pieces: [] },
	"give-back": { kind: "write", pieces: ["put-back"] },
	revoke: { kind: "write", pieces: ["put-back"] },
	trim: { kind: "write", pieces: ["recount"] },
	running: { kind: "read", pieces: [] },
	unlisted: { kind: "read", pieces: [] },
	get: { kind: "read", pieces: ["number", "read"] },
	over: { kind: "read", pieces: [] },
	list: { kind: "read", pieces: ["number", "read"] },
	counts: { kind: "read", pieces: ["number", "recount"] },
	nodes: { kind: "read", pieces: [] },
} as const satisfies Record<string, ScriptPlan>;

interface ScriptPlan {
	readonly kind: keyof typeof FLAGS;
	readonly pieces: readonly string[];
}

export type ScriptName = keyof typeof SCRIPTS;

export interface Script {
	readonly name: ScriptName;
	readonly source: string;
	readonly sha1: string;
}

const CONSTANTS: Readonly<Record<string, number>> = {
	ATTEMPTS_KEPT_MAX,
	CLAIM_BATCH_BYTES_MAX,
	CRASHES_MAX,
	DEAD_NODE_KEPT_MS,
	LEASE_TTL_MS,
	LIST_BYTES_MAX,
	LOSSES_ALONE_MAX,
	LOSSES_SHARED_MAX,
	OVERDUE_MS,
	PRIORITY_MAX,
	READ_TASKS_MAX,
	ROUTES_MAX,
	SEQ_EPOCH_MS,
	SEQ_PER_MS,
	SEQ_SPAN,
	SILENT_LEASE_MS,
	TRUST_MARGIN_MS,
	TOKENS_PER_GENERATION,
	UNSERVED_ROUTES_MAX,
};

export function loadScripts(): Readonly<Record<ScriptName, Script>> {
	const entries = (Object.keys(SCRIPTS) as ScriptName[]).map((name) => {
		const { kind, pieces } = SCRIPTS[name];
		const source = `${FLAGS[kind]}\n${compose(name, pieces)}`;
		const sha1 = createHash("sha1").update(source).digest("hex");
		return [name, { name, source, sha1 }] as const;
	});
	return Object.fromEntries(entries) as Record<ScriptName, Script>;
}

function compose(name: ScriptName, pieces: readonly string[]): string {
	const [keys = "", ...files] = ["keys", ...pieces, name].map((piece) =>
		withoutComments(readAsset(`node/store/lua/${piece}.lua`)),
	);
	const own = neededOf(keys, files.join("")) + files.join("");
	// Only the constants that are used: Lua allows 200 locals, and each costs time.
	const constants = Object.entries(CONSTANTS)
		.filter(([constant]) => own.includes(constant))
		.map(([constant, value]) => `local ${constant} = ${value}`);
	for (const [name, states] of Object.entries({ TASK_STATES, ENDED_STATES })) {
		const texts = states.map((state) => `'${state}'`).join(", ");
		if (own.includes(name)) constants.push(`local ${name} = { ${texts} }`);
	}
	return `${constants.join("\n")}\n${own}`;
}
