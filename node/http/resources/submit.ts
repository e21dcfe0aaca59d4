/**
 * `POST /v1/tasks`: one task, an array of tasks, or NDJSON with one a line; NDJSON also
 * at `/v1/tasks.ndjson`, whatever type is declared.
 *
 * One task: 202 if it was accepted, 200 if the same was there already, otherwise the
 * problem. Many: an answer for each, in order; the good ones are accepted whatever the
 * others are (see `ItemAnswer`).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { ID_CHARS_MAX, ITEMS_MAX } from "../../../protocol/limits.ts";
import { problemStatus } from "../../../protocol/problem.ts";
import type { Route } from "../../../protocol/route.ts";
import type { ItemAnswer, TaskAsAccepted } from "../../../protocol/schema.ts";
import type { JsonText, NewTask } from "../../../protocol/task.ts";
import { type TraceContext, traceOf } from "../../../protocol/trace.ts";
import { readRoute, writeTask } from "../../../protocol/view.ts";
import type { Api, Asker, Clock, Submitted, Taken } from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { JSON_TYPE, send, sendJson, sendProblem } from "../door/answer.ts";
import { bodyOf, isNdjson, NDJSON_TYPE, splitLines } from "../door/body.ts";
import { type Parsed, parseJson } from "../door/json.ts";
import type { Links } from "../door/links.ts";
import { readsFull } from "../door/places.ts";
import { refusalNow, refusalOfItems, sendRefusal } from "../door/refusal.ts";
import type { Handlers } from "../door/serve.ts";
import type { TaskReads } from "../door/task-reads.ts";
import { flawOfCount, statusOfAll, submitAll } from "./batch.ts";
import { checkKey, idOfKey, inWordsOfKey } from "./idempotency.ts";
import { answerRefused, lookUpLate } from "./late.ts";
import { type Checked, checkTask, withinReach } from "./submission.ts";
import { servedOnce, stateWhenTaken } from "./taken.ts";

/** One request to submit: what it needs, and how ids are made for it. */
interface Door {
	readonly api: Api;
	readonly clock: Clock;
	readonly links: Links;
	readonly request: FastifyRequest;
	readonly reply: FastifyReply;
	readonly reads: TaskReads;
	readonly asker: Asker;
	/** The request's `Idempotency-Key`, if it has one. */
	readonly key: string | undefined;
	/** The trace that the request's headers name. */
	readonly trace: TraceContext | undefined;
}

export function submitHandlers(
	api: Api,
	clock: Clock,
	links: Links,
	reads: TaskReads,
): Pick<Handlers, "submitTasks" | "submitTaskLines"> {
	const submit = (
		request: FastifyRequest,
		reply: FastifyReply,
		hasLines: boolean,
	) => {
		const key = request.headers["idempotency-key"]?.toString();
		const flaw = key === undefined ? undefined : checkKey(key);
		if (flaw !== undefined) return sendProblem(reply, flaw);
		const asker = askerOf(request);
		const trace = traceOf(request.headers);
		const door: Door = {
			...{ api, clock, links, request, reply, reads, asker, key, trace },
		};
		return hasLines
			? submitLines(door, bodyOf(request))
			: submitJson(door, bodyOf(request));
	};
	return {
		submitTasks: (request, reply) => submit(request, reply, isNdjson(request)),
		submitTaskLines: (request, reply) => submit(request, reply, true),
	};
}

async function submitJson(door: Door, body: Uint8Array): Promise<FastifyReply> {
	const parsed = parseJson(body);
	if (!parsed.ok) return sendProblem(door.reply, parsed.problem);
	if (!Array.isArray(parsed.value)) return submitOne(door, parsed.value);
	const items: unknown[] = parsed.value;
	const flaw = flawOfCount(items.length);
	if (flaw !== undefined) return sendProblem(door.reply, flaw);
	const outcomes = await submitMany(door, items, (value) => ({
		ok: true,
		value,
	}));
	const tasks = answersTo(door, outcomes);
	const links = { task: door.links.task };
	return sendMany(
		door.reply,
		outcomes,
		JSON_TYPE,
		JSON.stringify({ tasks, links }),
	);
}

async function submitLines(
	door: Door,
	body: Uint8Array,
): Promise<FastifyReply> {
	const lines = splitLines(body, ITEMS_MAX + 1);
	const flaw = flawOfCount(lines.length);
	if (flaw !== undefined) return sendProblem(door.reply, flaw);
	const outcomes = await submitMany(door, lines, parseJson);
	const text = answersTo(door, outcomes).map(
		(answer) => `${JSON.stringify(answer)}\n`,
	);
	door.links.toTasks(door.reply);
	return sendMany(door.reply, outcomes, NDJSON_TYPE, text.join(""));
}

async function submitOne(door: Door, value: unknown): Promise<FastifyReply> {
	const { api, reply, key } = door;
	const checked = withinReach(
		door.asker,
		checkTask(value, door.clock, () => newId(door, undefined), door.trace),
	);
	const [refused] = await answerRefused([checked], (late) =>
		lookUpLate(api, late),
	);
	const task = checked.ok ? checked.task : checked.late;
	if (refused?.ok === false && !isConflict(refused))
		return sendProblem(reply, refused.problem);
	if (task === undefined) throw new Error("what is no task was not refused");
	const [first] = refused ? [refused] : await api.tasks.submit([task]);
	if (first === undefined) throw new Error("a submission has no outcome");
	const outcome = settle(first, sentId(value), key);
	if (!outcome.ok) {
		if (isConflict(outcome)) door.links.toTask(reply, task.id);
		return sendProblem(reply, outcome.problem, { id: task.id });
	}
	door.links.toTask(reply, outcome.id);
	if (outcome.existing !== undefined) return sendExisting(door, value, task.id);
	const isServed = (route: Route) => api.cluster.missing(route) === undefined;
	return sendJson(reply, 202, writeAccepted(task, outcome, isServed));
}

function isConflict(outcome: Submitted): boolean {
	return !outcome.ok && outcome.problem.code === "conflict";
}

/** Answers with the existing task, which is read like any other that is asked for. */
async function sendExisting(
	door: Door,
	value: unknown,
	id: string,
): Promise<FastifyReply> {
	const { api, request, reply, reads } = door;
	const entered = await reads.enter(reply);
	const refusal = refusalNow(api.access, request);
	if (refusal !== undefined) return sendRefusal(reply, refusal);
	if (!entered) return sendProblem(reply, readsFull);
	const found = await api.tasks.get(id, reads.placeOf(request, reply));
	if (found === undefined) return reads.refuse(request, reply);
	if (found.record !== undefined)
		return sendJson(reply, 200, writeTask(found.record, api.cluster));
	// It was deleted in between, so the submission counts as a new one.
	reads.leave(reply);
	return await submitOne(door, value);
}

/** What became of one item of many, and the id that it was sent with or was given. */
interface Settled {
	readonly outcome: Submitted;
	readonly id: string | undefined;
	/** The route of the item, if it is a task. */
	readonly route: Route | undefined;
}

async function submitMany<Item>(
	door: Door,
	items: readonly Item[],
	read: (item: Item) => Parsed,
): Promise<Settled[]> {
	const sent: (string | undefined)[] = [];
	const named: (string | undefined)[] = [];
	const routes: (Route | undefined)[] = [];
	const check = (item: Item, index: number): Checked => {
		const parsed = read(item);
		const id = parsed.ok ? sentId(parsed.value) : undefined;
		const checked: Checked = parsed.ok
			? withinReach(
					door.asker,
					checkTask(
						parsed.value,
						door.clock,
						() => newId(door, index),
						door.trace,
					),
				)
			: parsed;
		sent.push(id);
		const task = checked.ok ? checked.task : checked.late;
		named.push(task?.id ?? id);
		routes.push(task?.route);
		return checked;
	};
	const outcomes = await submitAll(door.api, door.clock, {
		...{ items, check },
		refusal: () => refusalOfItems(door.api.access, door.request, door.reply),
	});
	return outcomes.map((outcome, index) => ({
		outcome: settle(outcome, sent[index], door.key),
		id: named[index],
		route: routes[index],
	}));
}

function newId({ api, key }: Door, index: number | undefined): string {
	return key === undefined ? api.tasks.newId() : idOfKey(key, index);
}

function settle(
	outcome: Submitted,
	id: string | undefined,
	key: string | undefined,
): Submitted {
	return key !== undefined && id === undefined
		? inWordsOfKey(outcome)
		: outcome;
}

/** The id that an item was sent with, if it can be returned to the sender. */
function sentId(value: unknown): string | undefined {
	const id = (value as { id?: unknown } | null)?.id;
	return typeof id === "string" && id.length <= ID_CHARS_MAX ? id : undefined;
}

function answersTo(
	{ api }: Door,
	settled: readonly Settled[],
): readonly ItemAnswer[] {
	const isServed = servedOnce(api);
	return settled.map((each) => answerOf(each, isServed));
}

function answerOf(
	{ outcome, id, route }: Settled,
	isServed: (route: Route) => boolean,
): ItemAnswer {
	if (outcome.ok && route !== undefined) {
		const status = outcome.created ? 202 : 200;
		return {
			id: outcome.id,
			status,
			...stateWhenTaken(outcome, route, isServed),
		};
	}
	if (outcome.ok) throw new Error("what is no task was taken");
	const { problem } = outcome;
	const status = problemStatus(problem.code);
	return { ...(id !== undefined && { id }), status, problem };
}

function writeAccepted(
	task: NewTask,
	taken: Taken,
	isServed: (route: Route) => boolean,
): JsonText {
	const accepted: TaskAsAccepted = {
		id: task.id,
		...stateWhenTaken(taken, task.route, isServed),
		...readRoute(task.route),
		priority: task.priority,
		...task.options,
	};
	return JSON.stringify(accepted);
}

function sendMany(
	reply: FastifyReply,
	settled: readonly Settled[],
	type: string,
	text: string,
): FastifyReply {
	const status = statusOfAll(
		settled.map(({ outcome }) => outcome),
		202,
	);
	return send(reply, status, type, text);
}
