/**
 * Which tasks are meant: what a list shows, or what is done to many at once. A query is what a
 * user says; filters are what is looked for by it, one after the other.
 */
import { hash32 } from "./shard.ts";
import type { TaskState } from "./state.ts";
import { isTaskId } from "./task-id.ts";

/** As a user says it. All that is said must fit. */
export interface TaskQuery {
	readonly state?: TaskState;
	readonly type?: string;
	readonly queue?: string;
	/** It has all of them. */
	readonly tags?: readonly string[];
	/** Id or name of a node: the newest attempt is, or was, its. */
	readonly node?: string;
	/** An id, the beginning of one, or text in payload, result or error. */
	readonly q?: string;
	/** Of `q`, which is an id or the beginning of one, no text is looked for. */
	readonly idsOnly?: true;
	/** Created then or later, in the store's time. */
	readonly sinceMs?: number;
	/** Created earlier. */
	readonly untilMs?: number;
	/** The newest attempt has this number, or a higher one. */
	readonly attemptMin?: number;
	/** An attempt was cut off, and the next one was another node's. */
	readonly moved?: true;
}

/** What a shard is asked for; as there, but for what a node has found out before. */
export interface TaskFilter
	extends Pick<
		TaskQuery,
		"type" | "queue" | "tags" | "sinceMs" | "attemptMin" | "moved"
	> {
	/** Ids of nodes, of which one is meant. */
	readonly nodes?: readonly string[];
	/** Created earlier. */
	readonly beforeMs?: number;
	/** It has ended, and not later. */
	readonly endedByMs?: number;
	/** Its id begins so. */
	readonly idPrefix?: string;
	/** It is another task. */
	readonly notId?: string;
	/** Its id does not begin so. */
	readonly notPrefix?: string;
	/** One of them is in the JSON of its payload, its result or its error. */
	readonly texts?: readonly string[];
}

/** A search that comes after another has found all it can. */
export interface Pass {
	readonly filter: TaskFilter;
	/** No task but this one. */
	readonly only?: string;
}

/**
 * What is looked for, in this order: of a text the task that has it as its id, those whose ids
 * begin so, then those that have it in payload, result or error. `nodes`: the ids that are meant
 * by the query's node.
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

/** As it may stand in JSON: as it is, since it may be JSON itself, or as a text in it, of either writer. Half a character stands in texts only. */
function spellingsOf(q: string): string[] {
	const asText = JSON.stringify(q).slice(1, -1);
	return [
		...new Set([q.toWellFormed(), asText, asText.replaceAll("/", "\\/")]),
	];
}

/** Tells lists apart that ask for different tasks. */
export function printOf(query: TaskQuery): string {
	const entries = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
	return hash32(JSON.stringify(entries)).toString(36);
}
