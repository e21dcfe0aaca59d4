/**
 * `GET /v1/tasks/:id`: reads a task, or waits for its end.
 *
 * If a client waited and saw no end, `Retry-After` says when to ask again: at once, or a
 * little later if the node did not wait because too many wait already.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { parseDuration } from "../../../protocol/duration.ts";
import { WAIT_MS_MAX } from "../../../protocol/limits.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { isEnded } from "../../../protocol/state.ts";
import { isTaskId } from "../../../protocol/task-id.ts";
import { writeTask } from "../../../protocol/view.ts";
import type { Api, Clock } from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { RETRY_AFTER_S, sendJson, sendProblem } from "../door/answer.ts";
import type { Links } from "../door/links.ts";
import { readsFull } from "../door/places.ts";
import { readQuery } from "../door/query.ts";
import { isOutOfReach, reachesRoute, shownTo } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";
import type { TaskReads } from "../door/task-reads.ts";
import type { Waits } from "../door/waits.ts";

export const noSuchTask: Problem = {
	code: "not_found",
	detail:
		"There is no task of this id; it was never submitted here, or ended so long ago that it is forgotten.",
};

export function taskHandlers(reader: Reader): Pick<Handlers, "getTask"> {
	return {
		getTask: (request, reply) =>
			read(reader, request.params.id, request, reply),
	};
}

interface Reader {
	readonly api: Api;
	readonly waits: Waits;
	readonly reads: TaskReads;
	readonly clock: Clock;
	readonly links: Links;
}

async function read(
	{ api, waits, reads, clock, links }: Reader,
	id: string,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const query = readQuery(request, OPERATIONS.getTask.query);
	if (!query.ok) return sendProblem(reply, query.problem);
	const wantedMs = parseDuration(query.given.wait ?? "0");
	if (wantedMs === undefined) {
		return sendProblem(reply, {
			code: "invalid",
			detail:
				'The parameter "wait" must be a duration: 500ms, 30s, 5m, 2h, or a number of milliseconds.',
			field: "wait",
		});
	}
	// The store is not asked about something that is not an id.
	if (!isTaskId(id)) return sendProblem(reply, noSuchTask);
	const waitMs = Math.min(wantedMs, WAIT_MS_MAX);
	const startedMs = clock.monoMs();
	if (!(await reads.enter(reply))) return sendProblem(reply, readsFull);
	const asker = askerOf(request);
	if (await isOutOfReach(api, asker, id)) return sendProblem(reply, noSuchTask);
	const place = reads.placeOf(request, reply);
	const found =
		waitMs === 0
			? await api.tasks.get(id, place)
			: await waits.hold(reply, (signal) =>
					api.ends.awaitEnd(id, waitMs, signal, place),
				);
	if (found === undefined) return sendProblem(reply, readsFull);
	const { record } = found;
	// Since the wait began the id may have become a task of others.
	if (record === undefined || !reachesRoute(asker, record.route))
		return sendProblem(reply, noSuchTask);
	links.toTask(reply, record.id);
	if (waitMs > 0 && !isEnded(record.state)) {
		const isCutShort = clock.monoMs() - startedMs < waitMs / 2;
		reply.header("retry-after", isCutShort ? RETRY_AFTER_S : "0");
	}
	const ahead =
		record.state === "PENDING" ? await api.tasks.ahead(record) : undefined;
	const shown = shownTo(asker, record);
	return sendJson(reply, 200, writeTask(shown, api.cluster, ahead));
}
