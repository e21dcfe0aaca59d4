/**
 * Which events a reader wants and may see: those that fit all of its filters. A reader that
 * reaches some tasks only sees nothing of others, nor of what somebody did to the cluster.
 */
import { type AccessGrant, reaches } from "./access.ts";
import type { EventAbout, EventKind, StoreEvent, ViewEvent } from "./event.ts";
import { parseSession } from "./lease.ts";
import { parseRoute } from "./route.ts";

/** The filters. An event has to fit one entry of each, and all tags; an empty filter lets all pass. */
export interface EventQuery {
	readonly kinds: readonly EventKind[];
	readonly types: readonly string[];
	readonly queues: readonly string[];
	readonly tags: readonly string[];
	readonly tasks: readonly string[];
	/** Ids or names of nodes. */
	readonly nodes: readonly string[];
	/** What the reader is restricted to, whatever it wants; undefined if to nothing. */
	readonly within?: Pick<AccessGrant, "queues" | "types">;
}

/** What a node is called, if that is known. */
type NameOf = (nodeId: string) => string | undefined;

export class EventFilter {
	readonly #query: EventQuery;
	readonly #nameOf: NameOf;
	readonly #tasks: ReadonlySet<string>;
	/** What was checked last: events of a step follow one another. */
	#about: EventAbout | undefined;
	#fits = false;

	constructor(query: EventQuery, nameOf: NameOf) {
		this.#query = query;
		this.#nameOf = nameOf;
		this.#tasks = new Set(query.tasks);
	}

	/** Whether an event of the store fits. */
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

	/** Whether an event of a node's own view fits. */
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

	/**
	 * Whether the reader reaches what an event is about. Everybody reaches nodes; nobody
	 * restricted reaches a task of unknown route.
	 */
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
