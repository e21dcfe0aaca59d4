/**
 * `GET /v1/queues`: the routes with waiting tasks, worst first: those that nobody serves, then
 * those whose oldest task has waited longest.
 *
 * Worst first means that all must be read for each page; so what was read is shared, and if
 * there are many queues told again for a while (see kept-read.ts). A cursor names the last
 * row by what it is sorted by, so any node goes on from there.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import {
	QUEUE_NODES_TOLD_MAX,
	QUEUES_FEW,
	QUEUES_KEPT_MS,
} from "../../../protocol/limits.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { QueueAsRead } from "../../../protocol/schema/overview.ts";
import { isoTime, readRoute } from "../../../protocol/view.ts";
import type { Api, Clock, QueueDepth } from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import { KeptRead } from "../door/kept-read.ts";
import type { Links } from "../door/links.ts";
import { badCursor, badLimit, readLimit } from "../door/page.ts";
import { readQuery } from "../door/query.ts";
import { reachesRoute } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";

/** What rows are sorted by, and a cursor says. */
interface Place {
	readonly isServed: boolean;
	readonly oldestMs: number;
	readonly route: string;
}

interface Row extends QueueDepth, Place {
	readonly missing: string | undefined;
}

interface Read {
	readonly asOfMs: number;
	/** Worst first. */
	readonly rows: readonly Row[];
}

export function queueHandlers(
	api: Api,
	clock: Clock,
	links: Links,
): Pick<Handlers, "listQueues"> {
	const keeping = { keptMs: QUEUES_KEPT_MS, few: QUEUES_FEW };
	const kept = new KeptRead<Read>(clock, keeping, async () => {
		const { asOfMs, queues } = await api.overview.queues();
		return { asOfMs, rows: sorted(api, queues) };
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
	/** After this row; undefined: from the first. */
	readonly from: Place | undefined;
}

/** What is wished for, or the refusal of it. */
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

function sorted({ cluster }: Api, queues: readonly QueueDepth[]): Row[] {
	return queues
		.map((depth) => {
			const missing = cluster.missing(depth.route);
			return { ...depth, missing, isServed: missing === undefined };
		})
		.sort(compare);
}

function compare(a: Place, b: Place): number {
	if (a.isServed !== b.isServed) return a.isServed ? 1 : -1;
	if (a.oldestMs !== b.oldestMs) return a.oldestMs - b.oldestMs;
	if (a.route === b.route) return 0;
	return a.route < b.route ? -1 : 1;
}

/** `QueueList`, as text. */
function writePage(
	api: Api,
	{ asOfMs, rows }: Read,
	limit: number,
	from: Place | undefined,
): string {
	const after = from && rows.findIndex((row) => compare(row, from) > 0);
	const left = after === -1 ? [] : rows.slice(after);
	const page = left.slice(0, limit);
	const last = page.at(-1);
	return JSON.stringify({
		queues: page.map((row) => readRow(api, row, asOfMs)),
		...(left.length > limit && last && { cursor: writeCursor(last) }),
		asOf: isoTime(asOfMs),
	});
}

function readRow({ cluster }: Api, row: Row, asOfMs: number): QueueAsRead {
	const { route, count, oldestId, oldestMs, missing } = row;
	const nodes = cluster.servers(route);
	const concurrency = cluster.concurrency(route);
	const names = nodes.map((id) => cluster.nameOf(id) ?? id).sort();
	// Where many tasks came at once, and after a step of the clock, places are ahead of it.
	const sinceMs = Math.min(oldestMs, asOfMs);
	return {
		...readRoute(route),
		counts: { PENDING: count },
		oldest: {
			id: oldestId,
			since: isoTime(sinceMs),
			waitMs: asOfMs - sinceMs,
		},
		servedBy: {
			nodes: nodes.length,
			names: names.slice(0, QUEUE_NODES_TOLD_MAX),
			...(concurrency !== undefined && { concurrency }),
		},
		...(missing !== undefined && { unserved: true, missing }),
	};
}

/** What stands between the parts of a route has no place in an address. */
const BREAK = "~";
const CURSOR = /^([01])\.(\d{1,15})\.(.+)$/s;

function writeCursor({ isServed, oldestMs, route }: Place): string {
	const text = route.replaceAll("|", BREAK);
	return `${isServed ? 1 : 0}.${oldestMs}.${text}`;
}

function readCursor(cursor: string): Place | undefined {
	const [, served, oldest, text = ""] = CURSOR.exec(cursor) ?? [];
	if (served === undefined) return undefined;
	const route = text.replaceAll(BREAK, "|");
	return { isServed: served === "1", oldestMs: Number(oldest), route };
}
