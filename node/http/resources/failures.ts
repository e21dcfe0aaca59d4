/** `GET /v1/failures`: why tasks failed, most frequent first. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { seesPayloads } from "../../../protocol/access.ts";
import { parseDuration } from "../../../protocol/duration.ts";
import { MOMENT_PATTERN } from "../../../protocol/fields.ts";
import {
	FAILURES_AGO_MS_MAX,
	FAILURES_SINCE_MS,
} from "../../../protocol/limits.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { FailureAsRead } from "../../../protocol/schema/overview.ts";
import { isMoment } from "../../../protocol/task-times.ts";
import { isoTime } from "../../../protocol/view.ts";
import type {
	Api,
	Asker,
	FailureGroup,
	FailuresRequest,
	FailuresView,
} from "../../ports.ts";
import { askerOf, forbid } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import type { Links } from "../door/links.ts";
import { badLimit, readLimit } from "../door/page.ts";
import { type Reads, readsFull } from "../door/places.ts";
import { readQuery } from "../door/query.ts";
import type { Handlers } from "../door/serve.ts";

const badSince: Problem = {
	code: "invalid",
	detail:
		'The parameter "since" must be how long ago, such as 30m, 2h or 7d, or a time such as 2026-11-29T12:00:00Z.',
	field: "since",
};

export function failureHandlers(
	api: Api,
	reads: Reads,
	links: Links,
): Pick<Handlers, "listFailures"> {
	return {
		listFailures: (request, reply) => list(api, reads, links, request, reply),
	};
}

async function list(
	{ overview }: Api,
	{ lists }: Reads,
	links: Links,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const query = readQuery(request, OPERATIONS.listFailures.query);
	if (!query.ok) return sendProblem(reply, query.problem);
	const since = readSince(query.given.since);
	if (since === undefined) return sendProblem(reply, badSince);
	const limit = readLimit(query.given.limit);
	if (limit === undefined) return sendProblem(reply, badLimit);
	const asker = askerOf(request);
	if (asker.queues !== undefined) return forbid(reply, ofAllQueues);
	if (!(await lists.enter(reply))) return sendProblem(reply, readsFull);
	links.toTasks(reply);
	const view = shownFailures(asker, await overview.failures(since));
	return sendJson(reply, 200, write(view, limit));
}

const ofAllQueues =
	"Failures are counted by type and not by queue, and this token is restricted to some queues; use another.";

/** The failures of the asker's types, without the texts of errors if it may not see them. */
function shownFailures(asker: Asker, view: FailuresView): FailuresView {
	const { types } = asker;
	const own = view.groups.filter(
		({ type }) => types === undefined || types.includes(type),
	);
	if (seesPayloads(asker)) return { ...view, groups: own };
	const alike = Map.groupBy(own, ({ type, code }) => `${type} ${code}`);
	const groups = [...alike.values()].flatMap((each) => {
		const [newest] = each.toSorted((a, b) => b.newestMs - a.newestMs);
		if (newest === undefined) return [];
		const count = each.reduce((sum, group) => sum + group.count, 0);
		return [{ ...newest, firstLine: "", count }];
	});
	return { ...view, groups };
}

const moment = new RegExp(MOMENT_PATTERN);

function readSince(
	text: string | undefined,
): FailuresRequest["since"] | undefined {
	if (text === undefined) return { agoMs: FAILURES_SINCE_MS };
	const agoMs = parseDuration(text);
	if (agoMs !== undefined)
		return { agoMs: Math.min(agoMs, FAILURES_AGO_MS_MAX) };
	return moment.test(text) && isMoment(text)
		? { atMs: Math.max(0, Date.parse(text)) }
		: undefined;
}

/** The text of a `FailureList`. */
function write(view: FailuresView, limit: number): string {
	const { asOfMs, sinceMs, searchedBackToMs } = view;
	const groups = view.groups.toSorted(
		(a, b) => b.count - a.count || b.newestMs - a.newestMs,
	);
	const more = groups.length - limit;
	return JSON.stringify({
		failures: groups.slice(0, limit).map(readGroup),
		...(more > 0 && { more }),
		since: isoTime(sinceMs),
		...(searchedBackToMs !== undefined && {
			searchedBackTo: isoTime(searchedBackToMs),
		}),
		asOf: isoTime(asOfMs),
	});
}

function readGroup({
	newestId: id,
	newestMs,
	...alike
}: FailureGroup): FailureAsRead {
	return { ...alike, newest: { id, finishedAt: isoTime(newestMs) } };
}
