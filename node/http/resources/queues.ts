/**
 * `GET /v1/queues`: the routes with tasks that have not ended, worst first: those with
 * waiting tasks that nobody serves, then those whose oldest task has waited longest, then
 * the rest.
 *
 * Worst first means that all must be read for each page. So what was read is shared and,
 * if there are many queues, repeated for a while (see kept-read.ts). A cursor names the
 * last row by its sort keys, so any node can go on from there.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { QUEUES_FEW, QUEUES_KEPT_MS } from "../../../protocol/limits.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import {
	compareQueues,
	type QueuePlace,
	type QueueRow,
	readQueue,
	worstFirst,
} from "../../../protocol/queue-view.ts";
import { isoTime } from "../../../protocol/view.ts";
import type { Api, Clock } from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import { KeptRead } from "../door/kept-read.ts";
import type { Links } from "../door/links.ts";
import { badCursor, badLimit, readLimit } from "../door/page.ts";
import { readQuery } from "../door/query.ts";
import { reachesRoute } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";

interface Read {
	readonly asOfMs: number;
	/** The rows, worst first. */
	readonly rows: readonly QueueRow[];
}

export function queueHandlers(
	api: Api,
	clock: Clock,
	links: Links,
): Pick<Handlers, "listQueues"> {
	const keeping = { keptMs: QUEUES_KEPT_MS, few: QUEUES_FEW };
	const kept = new KeptRead<Read>(clock, keeping, async () => {
		const [{ asOfMs, queues }, busy] = await Promise.all([
			api.overview.queues(),
			api.overview.busy(),
		]);
		return { asOfMs, rows: worstFirst(queues, api.cluster, busy) };
	});
	return {
		listQueues: async (request, reply) => {
			const wish = readWish(request, reply);
			if (!("limit" in wish)) return wish;
			const { limit, from } = wish;
			links.toTasks(reply);
			const { asOfMs, rows } = await kept.ask(from !== undefined);
			const asker = askerOf(request);
			const own = rows.filter(({ route }) => reachesRoute(asker, route));
			const read = { asOfMs, rows: own };
			return sendJson(reply, 200, writePage(api, read, limit, from));
		},
	};
}

interface Wish {
	readonly limit: number;
	/** The row after which the page begins; undefined for the first page. */
	readonly from: QueuePlace | undefined;
}

/** What a request asks for, or its refusal. */
function readWish(
	request: FastifyRequest,
	reply: FastifyReply,
): Wish | FastifyReply {
	const query = readQuery(request, OPERATIONS.listQueues.query);
	if (!query.ok) return sendProblem(reply, query.problem);
	const limit = readLimit(query.given.limit);
	if (limit === undefined) return sendProblem(reply, badLimit);
	const { cursor } = query.given;
	const from = cursor === undefined ? undefined : readCursor(cursor);
	return cursor !== undefined && from === undefined
		? sendProblem(reply, badCursor)
		: { limit, from };
}

/** The text of a `QueueList`. */
function writePage(
	api: Api,
	{ asOfMs, rows }: Read,
	limit: number,
	from: QueuePlace | undefined,
): string {
	const after = from && rows.findIndex((row) => compareQueues(row, from) > 0);
	const left = after === -1 ? [] : rows.slice(after);
	const page = left.slice(0, limit);
	const last = page.at(-1);
	return JSON.stringify({
		queues: page.map((row) => readQueue(row, asOfMs, api.cluster)),
		...(left.length > limit && last && { cursor: writeCursor(last) }),
		asOf: isoTime(asOfMs),
	});
}

/** The separator between the parts of a route must not occur in a URL. */
const BREAK = "~";
const CURSOR = /^([01])\.(\d{1,15})\.(.+)$/s;

function writeCursor({ isServed, oldestMs, route }: QueuePlace): string {
	const text = route.replaceAll("|", BREAK);
	return `${isServed ? 1 : 0}.${oldestMs}.${text}`;
}

function readCursor(cursor: string): QueuePlace | undefined {
	const [, served, oldest, text = ""] = CURSOR.exec(cursor) ?? [];
	if (served === undefined) return undefined;
	const route = text.replaceAll(BREAK, "|");
	return { isServed: served === "1", oldestMs: Number(oldest), route };
}
