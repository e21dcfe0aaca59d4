/** `GET /v1/tasks`: a page of the tasks that fit a filter, newest first. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { readFilter } from "../../../protocol/schema/filter.ts";
import { isoTime, type Onlooker, writeTask } from "../../../protocol/view.ts";
import type { Api, Asker, ListWish, TaskPage } from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import type { Links } from "../door/links.ts";
import { badCursor, badLimit, readLimit } from "../door/page.ts";
import { type Places, type Reads, readsFull } from "../door/places.ts";
import { readQuery } from "../door/query.ts";
import { narrow, shownTo } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";

export function listHandlers(
	api: Api,
	reads: Reads,
	links: Links,
): Pick<Handlers, "listTasks"> {
	return {
		listTasks: (request, reply) => list({ api, reads, links }, request, reply),
	};
}

interface Lister {
	readonly api: Api;
	readonly reads: Reads;
	readonly links: Links;
}

async function list(
	{ api, reads, links }: Lister,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const read = readWish(request);
	if (!read.ok) return sendProblem(reply, read.problem);
	const asker = askerOf(request);
	const narrowed = narrow(asker, read.wish.query);
	if (!narrowed.ok) return sendProblem(reply, narrowed.problem);
	const { query } = narrowed;
	const places = placesFor({ ...read.wish, query }, reads);
	if (!(await places.enter(reply))) return sendProblem(reply, readsFull);
	const page = await api.tasks.list({ ...read.wish, query });
	if (page === undefined) return sendProblem(reply, badCursor);
	const text = writePage(page, api.cluster, links, asker);
	return sendJson(reply, 200, text);
}

/** The places for a list: those for long searches, and for pages that are taken slowly, are apart from the others. */
function placesFor({ query, isBrief }: ListWish, reads: Reads): Places {
	if (!isBrief) return reads.wholes;
	const { state: _, ...search } = query;
	return Object.keys(search).length > 0 ? reads.searches : reads.lists;
}

type Read =
	| { readonly ok: true; readonly wish: ListWish }
	| { readonly ok: false; readonly problem: Problem };

function readWish(request: FastifyRequest): Read {
	const read = readQuery(request, OPERATIONS.listTasks.query);
	if (!read.ok) return read;
	const { limit: limitText, cursor, full = "false", ...texts } = read.given;
	const limit = readLimit(limitText);
	if (limit === undefined) return { ok: false, problem: badLimit };
	if (full !== "true" && full !== "false")
		return refuse("full", "true or false");
	const filter = readFilter(valuesOf(texts));
	if (!filter.ok) return refuse(filter.field, filter.must);
	const { query } = filter;
	return {
		ok: true,
		wish: { query, isBrief: full === "false", limit, cursor },
	};
}

function refuse(field: string, must: string): Read {
	const detail = `The parameter "${field}" must be ${must}.`;
	return { ok: false, problem: { code: "invalid", detail, field } };
}

/**
 * The values of these texts, if they have any. A zone's plus sign, which may come as a
 * blank in a URL, is restored.
 */
function valuesOf(
	texts: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, unknown> {
	const values: Record<string, unknown> = { ...texts };
	const { attemptMin, moved, since, until } = texts;
	if (/^\d{1,9}$/.test(String(attemptMin)))
		values.attemptMin = Number(attemptMin);
	if (moved === "true" || moved === "false") values.moved = moved === "true";
	for (const [field, time] of Object.entries({ since, until }))
		if (typeof time === "string") values[field] = time.replace(" ", "+");
	return values;
}

/** The text of a `TaskList`. */
function writePage(
	page: TaskPage,
	onlooker: Onlooker,
	links: Links,
	asker: Asker,
): string {
	const { tasks, cursor, asOfMs, searchedBackToMs } = page;
	const texts = tasks.map((task) => writeTask(shownTo(asker, task), onlooker));
	const rest = JSON.stringify({
		cursor,
		asOf: isoTime(asOfMs),
		...(searchedBackToMs !== undefined && {
			searchedBackTo: isoTime(searchedBackToMs),
		}),
		links: { task: links.task },
	});
	return `{"tasks":[${texts.join(",")}],${rest.slice(1)}`;
}
