/**
 * One step of a list, as it is read from Redis: mostly by one script. If thousands of
 * routes have waiting tasks, it takes several scripts to find out which come next; so
 * they find thousands at once, and later steps use those. Searching a long text takes
 * several scripts, too.
 */
import { FIND_CUT_MAX, FIND_FOUND_MAX } from "../../protocol/limits.ts";
import { TASK_STATES } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import type { ListReply, ListRequest, TasksAhead } from "../ports.ts";
import type { Reply } from "./redis/connection.ts";
import { settled } from "./replies.ts";
import type { ShardScripts } from "./shard-scripts.ts";
import { decodeTask } from "./task-codec.ts";

/** The arguments of `list.lua`. */
interface Asked {
	readonly states: readonly string[];
	readonly before: number;
	readonly limit: number;
	readonly brief: boolean;
	readonly filter: object;
	readonly floor: number;
	readonly rest: readonly Reply[];
	readonly found: TasksAhead["found"];
	readonly search: readonly Reply[];
}

interface Page extends ListReply {
	/** How far the next task was searched, if only in part. */
	readonly search: readonly Reply[];
}

/** The number of values for each task found: its id and its creation number. */
const PAIR = 2;

/** Reads one step of the list. @throws StoreError */
export async function readList(
	scripts: ShardScripts,
	request: ListRequest,
): Promise<ListReply> {
	const { only, limit: limitAll, beforeSeq } = request;
	const tasks: TaskRecord[] = [];
	let asked = askedFor(request);
	let ahead =
		only === undefined
			? request.ahead
			: { found: [only, beforeSeq - 1], floor: 0 };
	for (;;) {
		const { search, ...page } = await readPage(scripts, asked, ahead);
		tasks.push(...page.tasks);
		const limit = limitAll - tasks.length;
		if (search.length === 0 || limit === 0) return { ...page, tasks };
		ahead = page.ahead;
		asked = { ...asked, before: page.downToSeq, limit, search };
	}
}

function askedFor(request: ListRequest): Asked {
	const { state = TASK_STATES, beforeSeq, limit, filter, brief } = request;
	return {
		states: typeof state === "string" ? [state] : state,
		...{ before: beforeSeq, limit, brief: brief ?? false },
		...{ filter: filter ?? {}, floor: 0, rest: [], found: [], search: [] },
	};
}

async function readPage(
	scripts: ShardScripts,
	asked: Asked,
	known: TasksAhead | undefined,
): Promise<Page> {
	let ahead = known;
	if (ahead === undefined) {
		const reply = await run(scripts, asked);
		if (reply[0] === "page") return decodePage(reply, asked.brief);
		ahead = await findOut(scripts, asked, reply);
	}
	const found = before(ahead.found, asked.before);
	const first = found.slice(0, FIND_CUT_MAX * PAIR);
	const isAll = first.length === found.length;
	const floor = isAll ? ahead.floor : Number(first.at(-1));
	// Asking with no tasks at all would begin a new list.
	const next = first.length === 0 ? NONE : first;
	const reply = await run(scripts, { ...asked, floor, found: next });
	const page = decodePage(reply, asked.brief);
	const left = before(found, page.downToSeq);
	// If none is left, the next step finds more.
	return page.more && left.length > 0
		? { ...page, ahead: { ...ahead, found: left } }
		: page;
}

/** A stand-in for found tasks, with an id that no task has. */
const NONE = [" ", 0] as const;

/** Finds out where the next tasks are: for all routes, some at a time. */
async function findOut(
	scripts: ShardScripts,
	asked: Asked,
	begun: Reply[],
): Promise<TasksAhead> {
	const isFiltered = Object.keys(asked.filter).length > 0;
	const foundMax = isFiltered ? FIND_FOUND_MAX : asked.limit + 1;
	let [, , floorText, rest, more] = begun as RestReply;
	let floor = Number(floorText);
	let found = new Map<string, number>();
	for (;;) {
		for (let i = 0; i < more.length; i += PAIR)
			found.set(more[i] as string, Number(more[i + 1]));
		const isOver = rest.length === 0;
		if (isOver || found.size > 2 * foundMax) {
			const newest = [...found].sort(([, a], [, b]) => b - a);
			if (newest.length > foundMax)
				floor = Math.max(floor, newest[foundMax - 1]?.[1] ?? 0);
			found = new Map(newest.filter(([, seq]) => seq >= floor));
		}
		if (isOver) return { found: [...found].flat(), floor };
		const reply = await run(scripts, { ...asked, floor, rest });
		[, , floorText, rest, more] = reply as RestReply;
		floor = Math.max(floor, Number(floorText));
	}
}

type RestReply = [string, number, string, Reply[], string[]];

function before(found: TasksAhead["found"], seq: number): (string | number)[] {
	return found.filter((_, i) => Number(found[i - (i % PAIR) + 1]) < seq);
}

async function run(scripts: ShardScripts, asked: Asked): Promise<Reply[]> {
	const text = JSON.stringify(asked);
	return settled(await scripts.run("list", scripts.shards, text)) as Reply[];
}

function decodePage(reply: readonly Reply[], brief: boolean): Page {
	const [, nowMs, more, downTo, search, ...rows] = reply as [
		...[string, number, number, string, Reply[]],
		...Reply[],
	];
	const tasks: TaskRecord[] = [];
	for (let i = 0; i < rows.length; i += 2) {
		const task = decodeTask(rows[i] as string, rows[i + 1] as Reply, brief);
		if (task !== undefined) tasks.push(task);
	}
	const downToSeq = more === 1 ? Number(downTo) : 0;
	return { nowMs, more: more === 1, downToSeq, search, tasks };
}
