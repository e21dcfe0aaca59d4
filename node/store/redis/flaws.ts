/**
 * What a Redis that is connected refuses this node: script by script, in words for its
 * operator. Logged once, and again only when it changes; also logged when such a script
 * runs again.
 */
import type { Log } from "../../ports.ts";
import { aclRules, isDenial, lackOf } from "./rights.ts";

const REPLICA =
	"it is a replica, which takes no writes; give the address of its primary, or of its Sentinels";

export class Flaws {
	/** What is wrong, by the script that met it. */
	readonly #clauses = new Map<string, string>();
	/** The last refusal of each script, in Redis's words: each is looked into once. */
	readonly #replies = new Map<string, string>();
	readonly #log: Log;

	constructor(log: Log) {
		this.#log = log;
	}

	/** One clause; undefined if nothing is refused. */
	get first(): string | undefined {
		return this.#clauses.values().next().value;
	}

	/** The script has run. */
	ran(script: string): void {
		if (this.#clauses.size === 0) return;
		this.#replies.delete(script);
		if (this.#clauses.delete(script) && this.#clauses.size === 0)
			this.#log.info({ script }, "Redis refuses nothing any more");
	}

	/**
	 * The script was refused. `probe` finds the commands that the user may not run; it may
	 * itself be refused.
	 */
	async refused(
		script: string,
		tag: string,
		reply: string,
		probe: () => Promise<readonly string[]>,
	): Promise<void> {
		if (this.#replies.get(script) === reply) return;
		this.#replies.set(script, reply);
		const clause = await clauseOf(reply, tag, probe);
		const isKnown = [...this.#clauses.values()].includes(clause);
		this.#clauses.set(script, clause);
		if (isKnown) return;
		const needs = isDenial(reply) && aclRules(clusterOf(tag)).join(" ");
		this.#log.error(
			{ script, reply, ...(needs && { needs }) },
			`Redis refuses a script: ${clause}`,
		);
	}
}

async function clauseOf(
	reply: string,
	tag: string,
	probe: () => Promise<readonly string[]>,
): Promise<string> {
	if (reply.includes("READONLY")) return REPLICA;
	if (!isDenial(reply)) return reply;
	const missing = await probe().catch(() => []);
	return lackOf(missing, reply, clusterOf(tag));
}

/** `{cluster:0}` → cluster. */
function clusterOf(tag: string): string {
	return tag.replace(/^\{(.*):\d+\}$/, "$1");
}
