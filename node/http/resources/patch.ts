/** `PATCH /v1/tasks/:id`: changes a task that waits, or is not due yet. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { Compile } from "typebox/compile";
import { DUE_MS_MAX } from "../../../protocol/limits.ts";
import { findOptionFlaw } from "../../../protocol/option-flaws.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { ChangesAsSubmitted } from "../../../protocol/schema/submitted.ts";
import type { Changes } from "../../../protocol/task-change.ts";
import { isTaskId } from "../../../protocol/task-id.ts";
import { findLateness } from "../../../protocol/task-times.ts";
import { writeTask } from "../../../protocol/view.ts";
import type { Api, Clock } from "../../ports.ts";
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

const submitted = Compile(ChangesAsSubmitted);

export function patchHandlers(
	api: Api,
	clock: Clock,
	links: Links,
	reads: TaskReads,
): Pick<Handlers, "changeTask"> {
	return {
		changeTask: (request, reply) =>
			change({ api, clock, links, reads }, request.params.id, request, reply),
	};
}

interface Changer {
	readonly api: Api;
	readonly clock: Clock;
	readonly links: Links;
	readonly reads: TaskReads;
}

async function change(
	{ api, clock, links, reads }: Changer,
	id: string,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const wish = readChanges(bodyOf(request), clock.wallMs());
	if (!wish.ok) return sendProblem(reply, wish.problem);
	if (!isTaskId(id)) return sendProblem(reply, noSuchTask);
	const who = askerOf(request);
	if (await isOutOfReach(api, who, id)) return sendProblem(reply, noSuchTask);
	const place = reads.wishOf(request, reply);
	const changed = await api.tasks.patch(id, wish.changes, place);
	if (changed === "unread") return reads.refuse(request, reply);
	if (changed === undefined || !reachesRoute(who, changed.task.route))
		return sendProblem(reply, noSuchTask);
	const { code, task } = changed;
	links.toTask(reply, task.id);
	switch (code) {
		case "not_waiting":
			return sendProblem(reply, {
				code: "not_waiting",
				detail: `The task is ${task.state}, and can be changed only while it waits or is not due yet.`,
			});
		case "early":
			return sendProblem(reply, {
				code: "invalid",
				detail:
					"The task would expire before it is due; send a later time of expiry, or an earlier one to be due.",
				field: "expiresAt",
			});
		case "other":
			return sendProblem(reply, {
				code: "overloaded",
				detail:
					"Others change the task at the same time, or what the store has of it cannot be read; try again.",
			});
		case "changed":
			return sendJson(reply, 200, writeTask(task, api.cluster));
	}
}

type Read =
	| { readonly ok: true; readonly changes: Changes }
	| { readonly ok: false; readonly problem: Problem };

function readChanges(body: Uint8Array, nowMs: number): Read {
	const parsed = parseJson(body);
	if (!parsed.ok) return parsed;
	const { value } = parsed;
	if (!submitted.Check(value))
		return { ok: false, problem: flawOf("change", ChangesAsSubmitted, value) };
	const { priority, ...options } = value;
	if (Object.keys(value).length === 0)
		return {
			ok: false,
			problem: {
				code: "invalid",
				detail:
					"Nothing is to be changed; send at least one of the fields that may be.",
			},
		};
	// The task may be due as late as a new one might be.
	const latestDueMs = nowMs + DUE_MS_MAX;
	const flaw =
		findOptionFlaw(options, nowMs, latestDueMs) ?? findLateness(options, nowMs);
	if (flaw !== undefined)
		return { ok: false, problem: { code: "invalid", ...flaw } };
	return {
		ok: true,
		changes: { ...(priority !== undefined && { priority }), options },
	};
}
