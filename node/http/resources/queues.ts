/**
 * `GET /v1/queues`: the routes with tasks that have not ended, worst first: those with waiting
 * tasks that nobody serves, then those whose oldest task has waited longest, then the rest.
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
import type { Route } from "../../../protocol/route.ts";
import type { QueueAsRead } from "../../../protocol/schema/overview.ts";
import { isoTime, readRoute } from "../../../protocol/view.ts";
import type { Api, BusyRoute, Clock, QueueDepth } from "../../ports.ts";
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

interface Row extends Place, BusyRoute {
	/** What waits; undefined if nothing does. */
	readonly waiting: QueueDepth | undefined;
	readonly missing: string | undefined;
}

/** Instead of since when the oldest task waits, if none does. */
const NONE_MS = 999_999_999_999_999;

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
		const [{ asOfMs, queues }, busy] = await Promise.all([
			api.overview.queues(),
			api.overview.busy(),
		]);
		return { asOfMs, rows: sorted(api, queues, busy) };
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

function sorted(
	{ cluster }: Api,
	queues: readonly QueueDepth[],
	busy: readonly BusyRoute[],
): Row[] {
	const rows = new Map<Route, Row>();
	const rowOf = (of: BusyRoute, waiting: QueueDepth | undefined): Row => {
		const { route, started, scheduled } = of;
		const missing = cluster.missing(route);
		const oldestMs = waiting?.oldestMs ?? NONE_MS;
		return {
			...{ route, started, scheduled, waiting, missing, oldestMs },
			isServed: missing === undefined,
		};
	};
	for (const depth of queues) rows.set(depth.route, rowOf(depth, depth));
	for (const each of busy) {
		const known = rows.get(each.route);
		rows.set(
			each.route,
			known === undefined
				? rowOf(each, undefined)
				: {
						...known,
						started: known.started + each.started,
						scheduled: known.scheduled + each.scheduled,
					},
		);
	}
	return [...rows.values()].sort(compare);
}

function compare(a: Place, b: Place): number {
	const waits = a.oldestMs !== NONE_MS;
	if (waits !== (b.oldestMs !== NONE_MS)) return waits ? -1 : 1;
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
	const { route, waiting, started, scheduled, missing } = row;
	const nodes = cluster.servers(route);
	const concurrency = cluster.concurrency(route);
	const names = nodes.map((id) => cluster.nameOf(id) ?? id).sort();
	return {
		...readRoute(route),
		counts: {
			...{ PENDING: waiting?.count ?? 0, STARTED: started },
			SCHEDULED: scheduled,
		},
		...(waiting && { oldest: readOldest(waiting, asOfMs) }),
		servedBy: {
			nodes: nodes.length,
			names: names.slice(0, QUEUE_NODES_TOLD_MAX),
			...(concurrency !== undefined && { concurrency }),
		},
		...(missing !== undefined && { unserved: true, missing }),
	};
}

function readOldest({ oldestId: id, oldestMs }: QueueDepth, asOfMs: number) {
	// Where many tasks came at once, and after a step of the clock, places are ahead of it.
	const sinceMs = Math.min(oldestMs, asOfMs);
	return { id, since: isoTime(sinceMs), waitMs: asOfMs - sinceMs };
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
