/** `POST /v1/tasks/:id/cancel`: asks a task to end. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { Compile } from "typebox/compile";
import type { Problem } from "../../../protocol/problem.ts";
import { CancelAsSubmitted } from "../../../protocol/schema/submitted.ts";
import { isTaskId } from "../../../protocol/task-id.ts";
import { writeTask } from "../../../protocol/view.ts";
import type { Api, CancelWish } from "../../ports.ts";
import { askerOf, tokenOf } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import { bodyOf } from "../door/body.ts";
import { flawOf } from "../door/flaw.ts";
import { parseJson } from "../door/json.ts";
import type { Links } from "../door/links.ts";
import { isOutOfReach, reachesRoute } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";
import type { TaskReads } from "../door/task-reads.ts";
import { noSuchTask } from "./tasks.ts";

const submitted = Compile(CancelAsSubmitted);

export function cancelHandlers(
	api: Api,
	links: Links,
	reads: TaskReads,
): Pick<Handlers, "cancelTask"> {
	return {
		cancelTask: (request, reply) =>
			cancel({ api, links, reads }, request.params.id, request, reply),
	};
}

interface Canceller {
	readonly api: Api;
	readonly links: Links;
	readonly reads: TaskReads;
}

async function cancel(
	{ api, links, reads }: Canceller,
	id: string,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const wish = readWish(bodyOf(request));
	if (!wish.ok) return sendProblem(reply, wish.problem);
	if (!isTaskId(id)) return sendProblem(reply, noSuchTask);
	const who = askerOf(request);
	if (await isOutOfReach(api, who, id)) return sendProblem(reply, noSuchTask);
	const asker = tokenOf(who);
	const place = reads.wishOf(request, reply);
	const cancelled = await api.tasks.cancel(id, { ...wish.wish, asker }, place);
	if (cancelled === "unread") return reads.refuse(request, reply);
	if (cancelled === undefined || !reachesRoute(who, cancelled.task.route))
		return sendProblem(reply, noSuchTask);
	const { code, task } = cancelled;
	links.toTask(reply, task.id);
	if (code === "ended")
		return sendProblem(reply, {
			code: "already_ended",
			detail: `The task has ended as ${task.state} already, and stays so.`,
		});
	const status = code === "marked" ? 202 : 200;
	return sendJson(reply, status, writeTask(task, api.cluster));
}

type Read =
	| { readonly ok: true; readonly wish: CancelWish }
	| { readonly ok: false; readonly problem: Problem };

/** Reads what is asked for; without a body, nothing special. */
function readWish(body: Uint8Array): Read {
	const parsed =
		body.length === 0 ? { ok: true as const, value: {} } : parseJson(body);
	if (!parsed.ok) return parsed;
	const { value } = parsed;
	if (!submitted.Check(value))
		return { ok: false, problem: flawOf("cancel", CancelAsSubmitted, value) };
	const { round, reason = "", force = false } = value;
	return { ok: true, wish: { round, reason, force } };
}
