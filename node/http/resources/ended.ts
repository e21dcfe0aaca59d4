/**
 * What can be done with tasks that have ended: `POST /v1/tasks/:id/retry` and `DELETE
 * /v1/tasks/:id`.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { Compile } from "typebox/compile";
import { delayMsOf } from "../../../protocol/backoff.ts";
import { DUE_MS_MAX } from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { RetryAsSubmitted } from "../../../protocol/schema/submitted.ts";
import { isTaskId } from "../../../protocol/task-id.ts";
import { writeTask } from "../../../protocol/view.ts";
import type { Api, RetryWish } from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import { bodyOf } from "../door/body.ts";
import { flawOf } from "../door/flaw.ts";
import { parseJson } from "../door/json.ts";
import type { Links } from "../door/links.ts";
import { isOutOfReach, reachesRoute } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";
import type { TaskReads } from "../door/task-reads.ts";
import { noSuchTask } from "./tasks.ts";

const submitted = Compile(RetryAsSubmitted);

export function endedHandlers(
	api: Api,
	links: Links,
	reads: TaskReads,
): Pick<Handlers, "retryTask" | "deleteTask"> {
	return {
		retryTask: (request, reply) =>
			retry({ api, links, reads }, request.params.id, request, reply),
		deleteTask: (request, reply) =>
			remove({ api, links, reads }, request.params.id, request, reply),
	};
}

interface Wisher {
	readonly api: Api;
	readonly links: Links;
	readonly reads: TaskReads;
}

async function retry(
	{ api, links, reads }: Wisher,
	id: string,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const wish = readWish(bodyOf(request));
	if (!wish.ok) return sendProblem(reply, wish.problem);
	if (!isTaskId(id)) return sendProblem(reply, noSuchTask);
	const who = askerOf(request);
	if (await isOutOfReach(api, who, id)) return sendProblem(reply, noSuchTask);
	const place = reads.wishOf(request, reply);
	const retried = await api.tasks.retry(id, wish.wish, place);
	if (retried === "unread") return reads.refuse(request, reply);
	if (retried === undefined || !reachesRoute(who, retried.task.route))
		return sendProblem(reply, noSuchTask);
	const { code, task } = retried;
	links.toTask(reply, task.id);
	if (code === "not_ended")
		return sendProblem(reply, {
			code: "not_ended",
			detail: `The task is ${task.state}, and can be tried again only once it has ended.`,
		});
	if (code === "succeeded")
		return sendProblem(reply, {
			code: "already_ended",
			detail:
				"The task has ended as SUCCESS, and is not run again; submit another one.",
		});
	return sendJson(reply, 200, writeTask(task, api.cluster));
}

async function remove(
	{ api, links, reads }: Wisher,
	id: string,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const who = askerOf(request);
	const isMeant = isTaskId(id) && !(await isOutOfReach(api, who, id));
	const place = reads.wishOf(request, reply);
	const removed = isMeant ? await api.tasks.remove(id, place) : undefined;
	if (removed === "unread") return reads.refuse(request, reply);
	if (removed === undefined || !reachesRoute(who, removed.task.route))
		return sendProblem(reply, noSuchTask);
	const { code, task } = removed;
	if (code === "not_ended") {
		links.toTask(reply, task.id);
		return sendProblem(reply, {
			code: "not_ended",
			detail: `The task is ${task.state}, and can be deleted only once it has ended; cancel it first.`,
		});
	}
	return sendJson(reply, 200, writeTask(task, api.cluster));
}

type Read =
	| { readonly ok: true; readonly wish: RetryWish }
	| { readonly ok: false; readonly problem: Problem };

/** Reads what is asked for; without a body, nothing special. */
function readWish(body: Uint8Array): Read {
	const parsed =
		body.length === 0 ? { ok: true as const, value: {} } : parseJson(body);
	if (!parsed.ok) return parsed;
	const { value } = parsed;
	if (!submitted.Check(value))
		return { ok: false, problem: flawOf("retry", RetryAsSubmitted, value) };
	const { round, delay = 0 } = value;
	const delayMs = delayMsOf(delay);
	if (delayMs > DUE_MS_MAX)
		return {
			ok: false,
			problem: {
				code: "invalid",
				detail:
					'The field "delay" may be 366 days at most; send a shorter time.',
				field: "delay",
			},
		};
	return { ok: true, wish: { round, delayMs } };
}
