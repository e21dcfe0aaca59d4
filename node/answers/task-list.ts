/**
 * TaskList: pages of tasks of all shards that match a query. Owns no state: the cursor
 * says what comes next.
 */
import {
	type Place,
	readCursor,
	TOP,
	writeCursor,
} from "../../protocol/page.ts";
import { msOfSeq, SEQ_SPAN } from "../../protocol/rank.ts";
import { passesOf, printOf } from "../../protocol/task-filter.ts";
import type { Clock, ListWish, Shard, TaskPage } from "../ports.ts";
import { FoundTasks, Search, SearchBudget } from "./search.ts";

export interface TaskListParts {
	readonly clock: Clock;
	/** The engines, in the order of their shards. */
	readonly engines: readonly {
		readonly shard: Pick<Shard, "index" | "tasks">;
	}[];
	/** See known-names.ts. */
	readonly names: {
		/** The ids of the nodes that have, or had, this name. */
		idsOf(name: string): readonly string[];
	};
}

export class TaskList {
	readonly #parts: TaskListParts;

	constructor(parts: TaskListParts) {
		this.#parts = parts;
	}

	/** A page of the list; undefined if the cursor does not belong to it. */
	async page(wish: ListWish): Promise<TaskPage | undefined> {
		const { query, isBrief, limit, cursor } = wish;
		const print = printOf(query);
		const first = { ...TOP, pass: 0 };
		let place = cursor === undefined ? first : readCursor(cursor, print);
		const { clock, engines, names } = this.#parts;
		const { node, state } = query;
		const nodes = node === undefined ? undefined : [node, ...names.idsOf(node)];
		const passes = passesOf(query, nodes);
		if (place === undefined || place.pass >= passes.length) return undefined;
		const shards = engines.map(({ shard }) => shard);
		const budget = new SearchBudget(clock, shards.length);
		const page = new FoundTasks(limit);
		for (const [number, pass] of passes.entries()) {
			if (number < place.pass) continue;
			const search = new Search({ shards, pass, state, isBrief }, place);
			const end = await search.fill(page, budget);
			if (end !== undefined)
				return cutPage(page, { ...end, pass: number }, print);
			place = { ...TOP, pass: number + 1 };
		}
		return { ...toldOf(page), cursor: undefined };
	}
}

function toldOf({ tasks, asOfMs = 0 }: FoundTasks) {
	return { tasks, asOfMs };
}

/** The page with its cursor, as there may be more after it. */
function cutPage(page: FoundTasks, place: Place, print: string): TaskPage {
	const cursor = writeCursor(place, print);
	if (page.room === 0) return { ...toldOf(page), cursor };
	const searchedBackToMs = msOfSeq(Math.min(place.seq, SEQ_SPAN));
	return { ...toldOf(page), cursor, searchedBackToMs };
}
