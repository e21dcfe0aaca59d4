/**
 * Which tasks a token reaches, and what it sees of them. Tasks outside the queues or
 * types to which a token is restricted do not exist for it; and a token that may not see
 * payloads is shown neither payloads nor what results from them.
 */
import {
	type AccessGrant,
	isRestricted,
	reaches,
	seesPayloads,
} from "../../../protocol/access.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { Route } from "../../../protocol/route.ts";
import {
	LEFT_OUT,
	type TaskError,
	type TaskRecord,
} from "../../../protocol/task.ts";
import type { TaskQuery } from "../../../protocol/task-filter.ts";
import { isTaskId } from "../../../protocol/task-id.ts";
import { readRoute } from "../../../protocol/view.ts";
import type { Api, Asker } from "../../ports.ts";

/** Whether the asker may deal with tasks of this route. */
export function reachesRoute(asker: AccessGrant, route: Route): boolean {
	return !isRestricted(asker) || reaches(asker, readRoute(route));
}

export type Reach = Pick<AccessGrant, "queues" | "types">;

/** What the asker is restricted to; undefined if to nothing. */
export function reachOf(asker: Asker): Reach | undefined {
	if (!isRestricted(asker)) return undefined;
	const { queues, types } = asker;
	return { ...(queues && { queues }), ...(types && { types }) };
}

/** Why the asker may not submit a task of this route; undefined if it may. */
export function flawOfRoute(asker: Asker, route: Route): Problem | undefined {
	if (reachesRoute(asker, route)) return undefined;
	const { queue } = readRoute(route);
	const isOfQueue = asker.queues?.includes(queue) ?? true;
	const [field, names] = isOfQueue
		? (["type", asker.types] as const)
		: (["queue", asker.queues] as const);
	return {
		code: "forbidden",
		detail: `This token may submit tasks of the ${field} ${listOf(names)} only; use that, or another token.`,
		field,
	};
}

/**
 * Whether there is no such task, as far as the asker can tell. Asks the store only if the
 * asker is restricted.
 */
export async function isOutOfReach(
	api: Api,
	asker: Asker,
	id: string,
): Promise<boolean> {
	if (!isRestricted(asker) || !isTaskId(id)) return false;
	const route = await api.tasks.routeOf(id);
	return route === undefined || !reachesRoute(asker, route);
}

type Narrowed =
	| { readonly ok: true; readonly query: TaskQuery }
	| { readonly ok: false; readonly problem: Problem };

/**
 * The query with the asker's restrictions added. `inBody`: fields are named as in a body.
 */
export function narrow(asker: Asker, query: TaskQuery, inBody = ""): Narrowed {
	const narrowed: { queue?: string; type?: string } = {};
	for (const [field, names] of [
		["queue", asker.queues],
		["type", asker.types],
	] as const) {
		if (names === undefined) continue;
		const wanted = query[field] ?? (names.length === 1 ? names[0] : undefined);
		if (wanted === undefined || !names.includes(wanted))
			return {
				ok: false,
				problem: {
					code: "forbidden",
					detail: `This token reaches tasks of the ${field} ${listOf(names)} only; ask for ${names.length > 1 ? "one of these" : "that"}.`,
					field: `${inBody}${field}`,
				},
			};
		narrowed[field] = wanted;
	}
	const all = { ...query, ...narrowed };
	if (query.q === undefined || seesPayloads(asker))
		return { ok: true, query: all };
	if (isTaskId(query.q)) return { ok: true, query: { ...all, idsOnly: true } };
	return {
		ok: false,
		problem: {
			code: "forbidden",
			detail:
				"This token may not see payloads and results, and so can search by an id or the beginning of one only.",
			field: `${inBody}q`,
		},
	};
}

const HIDDEN = "This token may not see what the error says.";

/** The task as the asker may see it. */
export function shownTo(asker: AccessGrant, record: TaskRecord): TaskRecord {
	if (seesPayloads(asker)) return record;
	const { payload: _, result: __, error, attempts, ...rest } = record;
	return {
		...rest,
		payload: LEFT_OUT,
		...(error && { error: hidden(error) }),
		attempts: attempts.map((attempt) =>
			attempt.error === undefined
				? attempt
				: { ...attempt, error: hidden(attempt.error) },
		),
	};
}

function hidden({ code }: TaskError): TaskError {
	return { code, message: HIDDEN };
}

function listOf(names: readonly string[] = []): string {
	return names.map((name) => `"${name}"`).join(", ");
}
