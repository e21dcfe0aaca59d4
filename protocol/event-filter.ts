/**
 * Which events a reader wants and may be told of: those that fit each of the filters that it has. Who reaches some
 * tasks only is told nothing of others, nor of what somebody did to the cluster.
 */
import { type AccessGrant, reaches } from "./access.ts";
import type { EventAbout, EventKind, StoreEvent, ViewEvent } from "./event.ts";
import { parseSession } from "./lease.ts";
import { parseRoute } from "./route.ts";

/** Of each, one of several; of tags all. Empty: any. */
export interface EventQuery {
	readonly kinds: readonly EventKind[];
	readonly types: readonly string[];
	readonly queues: readonly string[];
	readonly tags: readonly string[];
	readonly tasks: readonly string[];
	/** By their ids or names. */
	readonly nodes: readonly string[];
	/** Who reads reaches tasks of these alone, whatever is wanted. Undefined: all. */
	readonly within?: Pick<AccessGrant, "queues" | "types">;
}

/** What a node is called, if that is known. */
type NameOf = (nodeId: string) => string | undefined;

export class EventFilter {
	readonly #query: EventQuery;
	readonly #nameOf: NameOf;
	readonly #tasks: ReadonlySet<string>;
	/** What was looked at last: events of a step come one after the other. */
	#about: EventAbout | undefined;
	#fits = false;

	constructor(query: EventQuery, nameOf: NameOf) {
		this.#query = query;
		this.#nameOf = nameOf;
		this.#tasks = new Set(query.tasks);
	}

	/** Of the store. */
	fits({ about, id }: StoreEvent): boolean {
		if (about !== this.#about) {
			this.#about = about;
			this.#fits = this.#fitsAbout(about);
		}
		if (!this.#fits) return false;
		if (this.#tasks.size > 0 && !this.#tasks.has(id)) return false;
		if (this.#query.nodes.length === 0 || about.kind.startsWith("task."))
			return true;
		return this.#isNode(
			about.kind === "session.revoked" ? parseSession(id).nodeId : id,
		);
	}

	/** A node's own view. */
	fitsView({ kind, node }: ViewEvent): boolean {
		const { kinds, nodes } = this.#query;
		if (this.#asksOfTasks || (kinds.length > 0 && !kinds.includes(kind)))
			return false;
		return nodes.length === 0 || (node !== undefined && this.#isNode(node));
	}

	get #asksOfTasks(): boolean {
		const { types, queues, tags, tasks } = this.#query;
		return [types, queues, tags, tasks].some((list) => list.length > 0);
	}

	#fitsAbout({ kind, route = "", tags = [], session }: EventAbout): boolean {
		const { kinds, nodes, types, queues, tags: wanted } = this.#query;
		if (kinds.length > 0 && !kinds.includes(kind)) return false;
		if (!this.#reaches(kind, route)) return false;
		if (!kind.startsWith("task.")) return !this.#asksOfTasks;
		if (
			nodes.length > 0 &&
			!(session && this.#isNode(parseSession(session).nodeId))
		)
			return false;
		if (!wanted.every((tag) => tags.includes(tag))) return false;
		if (types.length + queues.length === 0) return true;
		const { type = "", queue = "" } = parseRoute(route) ?? {};
		return (
			(types.length === 0 || types.includes(type)) &&
			(queues.length === 0 || queues.includes(queue))
		);
	}

	/** Nodes are there for everybody. A task of which it is not known what it is, is nobody's. */
	#reaches(kind: EventKind, route: string): boolean {
		const { within } = this.#query;
		if (within === undefined) return true;
		if (!kind.startsWith("task.")) return kind !== "audit";
		const parts = parseRoute(route);
		return parts !== undefined && reaches(within, parts);
	}

	#isNode(nodeId: string): boolean {
		const { nodes } = this.#query;
		return (
			nodes.includes(nodeId) || nodes.includes(this.#nameOf(nodeId) ?? nodeId)
		);
	}
}
