/**
 * Which tasks are meant: those that a list shows, or to which something is done. A query
 * is what a user says; filters are what is searched for because of it, one after the
 * other.
 */
import { hash32 } from "./shard.ts";
import type { TaskState } from "./state.ts";
import { isTaskId } from "./task-id.ts";

/** A query as a user says it. A task must fit all of it. */
export interface TaskQuery {
	readonly state?: TaskState;
	readonly type?: string;
	readonly queue?: string;
	/** The task has all of these tags. */
	readonly tags?: readonly string[];
	/** The id or name of the node that has, or had, the newest attempt. */
	readonly node?: string;
	/** An id, the beginning of one, or text in payload, result or error. */
	readonly q?: string;
	/** Present if `q` is an id or the beginning of one, and is not to be looked for in texts. */
	readonly idsOnly?: true;
	/** Created at this time or later, in the store's time. */
	readonly sinceMs?: number;
	/** Created earlier than this. */
	readonly untilMs?: number;
	/** The newest attempt has this number, or a higher one. */
	readonly attemptMin?: number;
	/** An attempt was cut off, and the next one was another node's. */
	readonly moved?: true;
}

/** What a shard is asked for: as in the query, except for what a node has found out before. */
export interface TaskFilter
	extends Pick<
		TaskQuery,
		"type" | "queue" | "tags" | "sinceMs" | "attemptMin" | "moved"
	> {
	/** Ids of nodes, one of which is meant. */
	readonly nodes?: readonly string[];
	/** Created earlier than this. */
	readonly beforeMs?: number;
	/** The task ended at this time or earlier. */
	readonly endedByMs?: number;
	/** The task's id begins with this. */
	readonly idPrefix?: string;
	/** The task has another id than this. */
	readonly notId?: string;
	/** The task's id does not begin with this. */
	readonly notPrefix?: string;
	/** The JSON of the task's payload, result or error contains one of these. */
	readonly texts?: readonly string[];
}

/** One search; the next one comes after it has found all it can. */
export interface Pass {
	readonly filter: TaskFilter;
	/** The only task that is meant. */
	readonly only?: string;
}

/**
 * The searches for a query, in order. For a text: the task that has it as its id, then
 * tasks whose ids begin with it, then those that have it in payload, result or error.
 * `nodes` are the ids that the query's node means.
 */
export function passesOf(
	query: TaskQuery,
	nodes: readonly string[] | undefined,
): Pass[] {
	const { state: _, node: __, q, idsOnly, untilMs, ...same } = query;
	const filter: TaskFilter = {
		...same,
		...(nodes && { nodes: nodes.map((node) => node.toWellFormed()) }),
		...(untilMs !== undefined && { beforeMs: untilMs }),
	};
	if (q === undefined) return [{ filter }];
	const text = { filter: { ...filter, texts: spellingsOf(q) } };
	if (!isTaskId(q)) return [text];
	const ids: Pass[] = [
		{ filter, only: q },
		{ filter: { ...filter, idPrefix: q, notId: q } },
	];
	if (idsOnly) return ids;
	return [...ids, { filter: { ...text.filter, notPrefix: q } }];
}

/**
 * The text as it may stand in JSON: as it is, since it may be JSON itself, or as a text
 * in it, from either writer. Half a character stands only in texts.
 */
function spellingsOf(q: string): string[] {
	const asText = JSON.stringify(q).slice(1, -1);
	return [
		...new Set([q.toWellFormed(), asText, asText.replaceAll("/", "\\/")]),
	];
}

/** A print that tells lists apart that ask for different tasks. */
export function printOf(query: TaskQuery): string {
	const entries = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
	return hash32(JSON.stringify(entries)).toString(36);
}
