/**
 * What a Redis that is connected refuses this node: script by script, in words for its
 * operator. Logged once, and again only when it changes.
 *
 * A flaw is over when its script runs again. Nobody may ask for that script any more, least
 * of all while the node counts as not ready; so each write shows that Redis is no replica,
 * and as long as rights are missing, each second that they still are is asked again.
 */
import type { Clock, Log } from "../../ports.ts";
import type { Script } from "../scripts.ts";
import { aclRules, isDenial, lackOf } from "./rights.ts";

const REPLICA =
	"it is a replica, which takes no writes; give the address of its primary, or of its Sentinels";

/** Finds the commands that the user may not run; it may itself be refused. */
type Probe = () => Promise<readonly string[]>;

const PROBE_AGAIN_MS = 1_000;

export class Flaws {
	/** What is wrong, by the script that met it. */
	readonly #clauses = new Map<string, string>();
	/** The last refusal of each script, in Redis's words: each is looked into once. */
	readonly #replies = new Map<string, string>();
	/** When it was last asked whether rights are still missing. */
	#probedMs = Number.NEGATIVE_INFINITY;
	readonly #clock: Pick<Clock, "monoMs">;
	readonly #log: Log;

	constructor(clock: Pick<Clock, "monoMs">, log: Log) {
		this.#clock = clock;
		this.#log = log;
	}

	/** One clause; undefined if nothing is refused. */
	get first(): string | undefined {
		return this.#clauses.values().next().value;
	}

	/** The script has run. */
	ran({ name, writes }: Pick<Script, "name" | "writes">, probe: Probe): void {
		if (this.#clauses.size === 0) return;
		this.#over(
			(script, clause) => script === name || (writes && clause === REPLICA),
		);
		if (this.#clauses.size > 0) void this.#askAgain(probe);
	}

	async #askAgain(probe: Probe): Promise<void> {
		const nowMs = this.#clock.monoMs();
		if (nowMs - this.#probedMs < PROBE_AGAIN_MS) return;
		this.#probedMs = nowMs;
		const missing = await probe().catch(() => undefined);
		if (missing?.length === 0)
			this.#over((script) => isDenial(this.#replies.get(script) ?? ""));
	}

	/** Forgets what was refused of these scripts. */
	#over(isOver: (script: string, clause: string) => boolean): void {
		const left = this.#clauses.size;
		for (const [script, clause] of this.#clauses) {
			if (!isOver(script, clause)) continue;
			this.#replies.delete(script);
			this.#clauses.delete(script);
		}
		if (left > 0 && this.#clauses.size === 0)
			this.#log.info({}, "Redis refuses nothing any more");
	}

	/** The script was refused. */
	async refused(
		script: string,
		tag: string,
		reply: string,
		probe: Probe,
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
	probe: Probe,
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
