/**
 * The addresses of the Celery + Flask system that Hearsay replaces, so that its scripts
 * and Postman collections keep working: `POST /add_task`, `GET /status/all`, `GET
 * /status/:task_id`.
 *
 * As in that system, every request is a task, and runs. A `task_id` that is a valid name
 * is the task's id; further tasks with that name are runs of it (see celery-id.ts). It is
 * returned as it was sent, whatever JSON it is.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { isOfTaskId } from "../../../protocol/celery-id.ts";
import {
	LIST_LIMIT_MAX,
	STATUS_ALL_BYTES_MAX,
	STATUS_ALL_MAX,
} from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { TaskState } from "../../../protocol/state.ts";
import type { JsonText, TaskRecord } from "../../../protocol/task.ts";
import type { TaskQuery } from "../../../protocol/task-filter.ts";
import { isTaskId } from "../../../protocol/task-id.ts";
import { readRoute } from "../../../protocol/view.ts";
import type { Api, Asker, Clock, Submitted } from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { JSON_TYPE, send, sendJson, sendProblem } from "../door/answer.ts";
import { bodyOf } from "../door/body.ts";
import { parseJson } from "../door/json.ts";
import type { Links } from "../door/links.ts";
import { type Reads, readsFull } from "../door/places.ts";
import { narrow, reachesRoute, shownTo } from "../door/reach.ts";
import { refusalOfItems } from "../door/refusal.ts";
import type { Handlers } from "../door/serve.ts";
import { flawOfCount, statusOfAll, submitAll } from "./batch.ts";
import { CELERY_TYPE, checkCelery, withinReach } from "./submission.ts";
import { noSuchTask } from "./tasks.ts";

/** Celery's words for our states. */
const STATUS: Readonly<Record<TaskState, string>> = {
	SCHEDULED: "PENDING",
	PENDING: "PENDING",
	STARTED: "STARTED",
	SUCCESS: "SUCCESS",
	FAILURE: "FAILURE",
	CANCELLED: "REVOKED",
	EXPIRED: "REVOKED",
};

export function celeryHandlers(
	api: Api,
	clock: Clock,
	reads: Reads,
	links: Links,
): Pick<Handlers, "addTask" | "listStatuses" | "getStatus"> {
	return {
		addTask: (request, reply) => addTask({ api, clock, links }, request, reply),
		listStatuses: async (request, reply) => {
			const asker = askerOf(request);
			const narrowed = narrow(asker, {});
			if (!narrowed.ok) return sendProblem(reply, narrowed.problem);
			if (!(await reads.wholes.enter(reply)))
				return sendProblem(reply, readsFull);
			const text = await writeAll(api, asker, narrowed.query);
			links.toTasks(reply);
			return sendJson(reply, 200, text);
		},
		getStatus: async (request, reply) => {
			const id = request.params.task_id;
			if (!isTaskId(id)) return sendProblem(reply, noSuchTask);
			if (!(await reads.tasks.enter(reply)))
				return sendProblem(reply, readsFull);
			const place = reads.tasks.placeOf(request, reply);
			const found = await api.tasks.newest(id, place);
			if (found === undefined) return sendProblem(reply, readsFull);
			const { record } = found;
			const asker = askerOf(request);
			if (record === undefined || !reachesRoute(asker, record.route))
				return sendProblem(reply, noSuchTask);
			links.toTask(reply, record.id);
			return sendJson(reply, 200, writeStatus(shownTo(asker, record)));
		},
	};
}

interface Adder {
	readonly api: Api;
	readonly clock: Clock;
	readonly links: Links;
}

async function addTask(
	{ api, clock, links }: Adder,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const parsed = parseJson(bodyOf(request));
	const asker = askerOf(request);
	if (!parsed.ok) return sendProblem(reply, parsed.problem);
	const { value } = parsed;
	const items: unknown[] = Array.isArray(value) ? value : [value];
	const flaw = flawOfCount(items.length);
	if (flaw !== undefined) return sendProblem(reply, flaw);
	const outcomes = await submitAll(api, clock, {
		items,
		check: (item) =>
			withinReach(
				asker,
				checkCelery(item, () => api.tasks.newId()),
			),
		refusal: () => refusalOfItems(api.access, request, reply),
	});
	const [first] = outcomes;
	if (!Array.isArray(value) && first !== undefined) {
		if (first.ok) links.toTask(reply, first.id);
		return first.ok
			? sendJson(reply, 200, JSON.stringify(answerOf(first, value)))
			: sendProblem(reply, worded(first.problem));
	}
	const answers = outcomes.map((outcome, at) => answerOf(outcome, items[at]));
	const status = statusOfAll(outcomes, 200);
	links.toTasks(reply);
	return send(reply, status, JSON_TYPE, JSON.stringify(answers));
}

/** The answer about one item. REJECTED is Celery's word, too, for what was never accepted. */
function answerOf(outcome: Submitted, item: unknown): object {
	const task_id = (item as { task_id?: unknown } | null)?.task_id;
	if (!outcome.ok) {
		const problem = worded(outcome.problem);
		return { task_id, status: "REJECTED", problem };
	}
	const { id, existing, started } = outcome;
	const state = started ? "STARTED" : (existing?.state ?? "PENDING");
	return { task_id, status: STATUS[state], id };
}

/** The problem in words that hold here: elsewhere a request may be sent again, as it has the task's id. */
function worded(problem: Problem): Problem {
	if (problem.code !== "outcome_unknown") return problem;
	return {
		...problem,
		detail:
			"Redis did not answer in time, so the task may or may not have been taken; look at /status/all before you send it again, since it would be another task.",
	};
}

/** The newest tasks, up to the limits of one answer; oldest first. */
async function writeAll(
	api: Api,
	asker: Asker,
	query: TaskQuery,
): Promise<JsonText> {
	const tasks: JsonText[] = [];
	let chars = 0;
	let cursor: string | undefined;
	const all = { query, isBrief: false, limit: LIST_LIMIT_MAX };
	do {
		const page = await api.tasks.list({ ...all, cursor });
		if (page === undefined) throw new Error("the own cursor was refused");
		for (const record of page.tasks) {
			const text = writeStatus(shownTo(asker, record));
			chars += text.length;
			if (tasks.length >= STATUS_ALL_MAX || chars > STATUS_ALL_BYTES_MAX) {
				return `{"tasks":[${oldestFirst(tasks)}],"truncated":true}`;
			}
			tasks.push(text);
		}
		cursor = page.cursor;
	} while (cursor !== undefined);
	return `{"tasks":[${oldestFirst(tasks)}]}`;
}

function oldestFirst(tasks: readonly JsonText[]): string {
	return tasks.toReversed().join(",");
}

/** The text of a `CeleryTask`; the result goes in as it is kept. */
function writeStatus(record: TaskRecord): JsonText {
	const result = record.result ?? JSON.stringify(record.error?.message ?? null);
	return `{"task_id":${taskIdOf(record)},"status":"${STATUS[record.state]}","result":${result}}`;
}

const BEFORE_TASK_ID = '{"task_id":';

/**
 * The `task_id` as it was sent, if the task came through these addresses. They write it
 * first, so that the beginning is enough: parsing thousands of payloads for it would hold
 * up the node.
 */
function taskIdOf({ id, route, payload }: TaskRecord): JsonText {
	if (
		payload.startsWith(BEFORE_TASK_ID) &&
		readRoute(route).type === CELERY_TYPE
	) {
		const end = valueEnd(payload, BEFORE_TASK_ID.length);
		const text = payload.slice(BEFORE_TASK_ID.length, end);
		if (isOfTaskId(id, JSON.parse(text))) return text;
	}
	return JSON.stringify(id);
}

/** The end of the value that begins there, in sound JSON. */
function valueEnd(text: JsonText, from: number): number {
	let depth = 0;
	for (let at = from; at < text.length; at++) {
		const char = text.charAt(at);
		if (char === '"') at = quoteAfter(text, at + 1);
		else if (char === "{" || char === "[") depth++;
		else if (depth === 0 && (char === "," || char === "}")) return at;
		else if (char === "}" || char === "]") depth--;
	}
	return text.length;
}

/** The end of the string that is open there. */
function quoteAfter(text: JsonText, from: number): number {
	let at = from;
	while (at < text.length && text.charAt(at) !== '"')
		at += text.charAt(at) === "\\" ? 2 : 1;
	return at;
}
