/**
 * `POST /v1/tasks/cancel`, `/retry` and `/delete`: an action on all tasks that match a
 * filter.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { TObject } from "typebox";
import { Check } from "typebox/value";
import { delayMsOf } from "../../../protocol/backoff.ts";
import { BULK_STATES, type BulkAction } from "../../../protocol/bulk.ts";
import { DUE_MS_MAX } from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import {
	BulkCancelAsSubmitted,
	BulkDeleteAsSubmitted,
	BulkRetryAsSubmitted,
} from "../../../protocol/schema/bulk.ts";
import {
	FilterAsSubmitted,
	readFilter,
} from "../../../protocol/schema/filter.ts";
import type { TaskState } from "../../../protocol/state.ts";
import type { TaskQuery } from "../../../protocol/task-filter.ts";
import type { Api, BulkWish } from "../../ports.ts";
import { askerOf, tokenOf } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import { bodyOf } from "../door/body.ts";
import { flawOf } from "../door/flaw.ts";
import { parseJson } from "../door/json.ts";
import { badCursor } from "../door/page.ts";
import { type Places, readsFull } from "../door/places.ts";
import { narrow } from "../door/reach.ts";
import { refusalNow, sendRefusal } from "../door/refusal.ts";
import type { Handlers } from "../door/serve.ts";
import type { Waits } from "../door/waits.ts";

const SCHEMAS = {
	cancel: BulkCancelAsSubmitted,
	retry: BulkRetryAsSubmitted,
	delete: BulkDeleteAsSubmitted,
} as const satisfies Readonly<Record<BulkAction, TObject>>;

/** What is asked for, whichever the action is. */
interface Asked {
	readonly filter?: unknown;
	readonly all?: boolean;
	readonly dryRun?: boolean;
	readonly limit?: number;
	readonly cursor?: string;
	readonly reason?: string;
	readonly force?: boolean;
	readonly spread?: string | number;
}

export function bulkHandlers(
	api: Api,
	waits: Waits,
	places: Places,
): Pick<Handlers, "cancelTasks" | "retryTasks" | "deleteTasks"> {
	const run =
		(action: BulkAction) =>
		async (
			request: FastifyRequest,
			reply: FastifyReply,
		): Promise<FastifyReply> => {
			const read = readWish(action, bodyOf(request));
			if (!read.ok) return sendProblem(reply, read.problem);
			const asked = narrow(askerOf(request), read.wish.query, "filter.");
			if (!asked.ok) return sendProblem(reply, asked.problem);
			const asker = tokenOf(askerOf(request));
			const wish = { ...read.wish, query: asked.query, asker };
			// A dry run must not be taken for the action.
			const target = { ...(wish.isDry && { dryRun: true }), ...wish.query };
			request.target = JSON.stringify(target).slice(0, TARGET_CHARS);
			const entered = await places.enter(reply);
			const refusal = refusalNow(api.access, request);
			if (refusal !== undefined) return sendRefusal(reply, refusal);
			if (!entered) return sendProblem(reply, readsFull);
			const mayGoOn = () => refusalNow(api.access, request) === undefined;
			const done = await waits.hold(reply, (signal) =>
				api.tasks.bulk(wish, signal, mayGoOn),
			);
			return done === undefined
				? sendProblem(reply, badCursor)
				: sendJson(reply, 200, JSON.stringify(done));
		};
	return {
		cancelTasks: run("cancel"),
		retryTasks: run("retry"),
		deleteTasks: run("delete"),
	};
}

type Read<T> =
	| ({ readonly ok: true } & T)
	| { readonly ok: false; readonly problem: Problem };

function readWish(
	action: BulkAction,
	body: Uint8Array,
): Read<{ readonly wish: BulkWish }> {
	const parsed = parseJson(body);
	if (!parsed.ok) return parsed;
	const { value } = parsed;
	const schema = SCHEMAS[action];
	const isObject =
		typeof value === "object" && value !== null && !Array.isArray(value);
	const { filter = {}, ...rest } = (isObject ? value : {}) as Asked;
	const own = isObject ? rest : value;
	if (!Check(schema, own))
		return { ok: false, problem: flawOf(action, schema, own) };
	const read = readQueryOf(action, filter);
	if (!read.ok) return read;
	if (Object.keys(read.query).length === 0 && rest.all !== true)
		return refuse(
			"all",
			'An empty filter means every task; say so with "all": true, or give a filter.',
		);
	const spreadMs = delayMsOf(rest.spread ?? 0);
	if (spreadMs > DUE_MS_MAX)
		return refuse(
			"spread",
			'The field "spread" may be 366 days at most; send a shorter time.',
		);
	const { dryRun = false, limit, cursor, reason = "", force = false } = rest;
	return {
		ok: true,
		wish: {
			...{ action, query: read.query, isDry: dryRun, limit, cursor },
			...{ reason, force, spreadMs },
		},
	};
}

function readQueryOf(
	action: BulkAction,
	filter: unknown,
): Read<{ readonly query: TaskQuery }> {
	const isObject =
		typeof filter === "object" && filter !== null && !Array.isArray(filter);
	if (!isObject)
		return refuse("filter", 'The field "filter" must be a JSON object.');
	const known = Object.keys(FilterAsSubmitted.properties);
	const unknown = Object.keys(filter).find((name) => !known.includes(name));
	if (unknown !== undefined) {
		const shown = unknown.slice(0, NAME_SHOWN_CHARS);
		return refuse(
			`filter.${shown}`,
			`A filter has no field "${shown}"; it has ${known.join(", ")}.`,
		);
	}
	const read = readFilter(filter as Readonly<Record<string, unknown>>);
	if (!read.ok) {
		const { field, must } = read;
		return refuse(
			`filter.${field}`,
			`The field "${field}" of a filter must be ${must}.`,
		);
	}
	const { state } = read.query;
	const states: readonly TaskState[] = BULK_STATES[action];
	if (state !== undefined && !states.includes(state))
		return refuse(
			"filter.state",
			`A task that is ${state} cannot be ${DONE[action]}; ask for ${states.join(", ")}, or leave the state out.`,
		);
	return { ok: true, query: read.query };
}

const DONE: Readonly<Record<BulkAction, string>> = {
	cancel: "cancelled",
	retry: "tried again",
	delete: "deleted",
};
const NAME_SHOWN_CHARS = 64;
/** The length of the filter in the audit. */
const TARGET_CHARS = 256;

function refuse(
	field: string,
	detail: string,
): { readonly ok: false; readonly problem: Problem } {
	return { ok: false, problem: { code: "invalid", detail, field } };
}
