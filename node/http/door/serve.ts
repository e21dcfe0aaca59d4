/**
 * Serves the operations of `protocol/operations.ts`: each at its path, by its method,
 * after the checks that its entry asks for.
 *
 * An operation without a handler is a type error. A route that is not an operation is
 * refused when it is added, so that none can exist besides them.
 */
import type {
	FastifyInstance,
	FastifyReply,
	FastifyRequest,
	onRequestHookHandler,
	onResponseHookHandler,
	preHandlerHookHandler,
} from "fastify";
import { BODY_LARGE_BYTES } from "../../../protocol/limits.ts";
import type { Method, Operation } from "../../../protocol/operation.ts";
import {
	ADDRESSES,
	FILES,
	type FileId,
	OPERATIONS,
	type OperationId,
	type PlacesOf,
} from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { Doorkeeper } from "./access.ts";
import { bodiesFull, sendProblem } from "./answer.ts";
import { bodyOf, isNdjson, needsNoBody } from "./body.ts";
import { countItems } from "./items.ts";
import type { Outflow } from "./outflow.ts";
import { readsFull } from "./places.ts";
import { takesNoParameters } from "./query.ts";
import { changesSomething } from "./room.ts";
import type { Traffic } from "./traffic.ts";

type Handler<Path extends string> = (
	request: FastifyRequest<{ Params: Record<PlacesOf<Path>, string> }>,
	reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

/**
 * The handler of each operation and file. Each family of operations has its part in a
 * file of its own.
 */
export type Handlers = {
	readonly [Id in OperationId]: Handler<(typeof OPERATIONS)[Id]["path"]>;
} & { readonly [Id in FileId]: Handler<(typeof FILES)[Id]> };

/** Refuses, from now on, every route that is not listed. */
export function serveOperationsOnly(app: FastifyInstance): void {
	app.addHook("onRoute", ({ method, url }) => {
		for (const each of [method].flat()) refuseUnlisted(each, url);
	});
}

/** The actors that see every request. */
interface Overseers {
	readonly doorkeeper: Doorkeeper;
	readonly traffic: Traffic;
	readonly outflow: Outflow;
}

/** Operations whose answers are bounded by the places for reading instead (see places.ts). */
const PLACED: readonly OperationId[] = [
	...(["getTask", "listTasks", "listFailures"] as const),
	...(["getStatus", "listStatuses"] as const),
];

/** Operations whose answers wait for nothing: they are small, and the asker wants to know at once. */
const PROBES: readonly OperationId[] = ["getHealth", "getReadiness"];

export function serve(
	app: FastifyInstance,
	handlers: Handlers,
	{ doorkeeper, traffic, outflow }: Overseers,
): void {
	for (const id of Object.keys(OPERATIONS) as OperationId[]) {
		const operation: Operation = OPERATIONS[id];
		add(app, operation.method, operation.path, {
			onRequest: [doorkeeper.check(id, operation), ...checksOf(operation)],
			preHandler: [
				...waitsOf(id, operation, outflow),
				...(operation.method === "GET" ? [] : doorkeeper.checkAgain(operation)),
			],
			handler: handlers[id],
			onResponse: [
				traffic.counter(id, isStream(operation)),
				...doorkeeper.audits(id, operation),
			],
		});
	}
	const onResponse = traffic.counter("files", false);
	for (const id of Object.keys(FILES) as FileId[]) {
		add(app, "GET", FILES[id], {
			onRequest: [],
			preHandler: [],
			handler: handlers[id],
			onResponse: [onResponse],
		});
	}
}

interface Served {
	readonly onRequest: onRequestHookHandler[];
	readonly onResponse: onResponseHookHandler[];
	readonly preHandler: preHandlerHookHandler[];
	/** The handler, whose parameters are those of the path. */
	readonly handler: Handler<never>;
}

function add(
	app: FastifyInstance,
	method: Method,
	path: string,
	{ onRequest, preHandler, onResponse, handler }: Served,
): void {
	const handle = handler as Handler<string>;
	app.route<{ Params: Record<string, string> }>({
		method,
		url: routeOf(path),
		onRequest,
		preHandler,
		onResponse,
		handler: handle,
	});
}

/** The checks that an operation asks for before a body is read. */
function checksOf(operation: Operation): onRequestHookHandler[] {
	const { method, query, body, bodyMayBeAbsent } = operation;
	const mayBeEmpty = body === undefined || bodyMayBeAbsent;
	return [
		...(query === undefined ? [takesNoParameters] : []),
		...(method !== "GET" && mayBeEmpty ? [needsNoBody] : []),
	];
}

/** What a request waits for before it is worked on. */
function waitsOf(
	id: OperationId,
	operation: Operation,
	outflow: Outflow,
): preHandlerHookHandler[] {
	if (changesSomething(operation.method))
		return [
			onceTrue(bodiesFull, (request, reply) => {
				const body = bodyOf(request);
				const hasLines = id === "submitTaskLines" || isNdjson(request);
				// Larger ones are worked on one at a time.
				const isCounted = body.length <= BODY_LARGE_BYTES;
				const items = isCounted ? countItems(body, hasLines) : 1;
				const said = { bodyBytes: body.length, items };
				return outflow.mayBegin(request, reply, said);
			}),
		];
	return isMadeAtOnce(id, operation)
		? [onceTrue(readsFull, (...both) => outflow.expect(...both))]
		: [];
}

/** Whether all who ask are answered in the same instant, once it is known what. */
function isMadeAtOnce(id: OperationId, operation: Operation): boolean {
	return !isStream(operation) && !PLACED.includes(id) && !PROBES.includes(id);
}

/** A request goes on once there is room, and is refused if there is none. */
function onceTrue(
	refusal: Problem,
	room: (
		request: FastifyRequest,
		reply: FastifyReply,
	) => true | Promise<boolean>,
): preHandlerHookHandler {
	return (request, reply, done) => {
		const entered = room(request, reply);
		if (entered === true) return done();
		void entered.then((hasRoom) => {
			if (hasRoom) done();
			else sendProblem(reply, refusal);
		});
	};
}

/** A path as fastify writes it: `/v1/tasks/:id`. */
function routeOf(path: string): string {
	return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** Asserts that a route is an operation; HEAD comes with each GET. @throws Error if it is not. */
function refuseUnlisted(method: string, url: string): void {
	const listed = ADDRESSES.some(
		(address) =>
			routeOf(address.path) === url &&
			(address.method === method ||
				(address.method === "GET" && method === "HEAD")),
	);
	if (!listed) {
		throw new Error(
			`${method} ${url} is served and no operation; protocol/operations.ts lists those there are`,
		);
	}
}

/** Whether its answers go on for as long as the client wishes. */
function isStream({ answers }: Operation): boolean {
	return Object.values(answers).some(
		({ shape }) => typeof shape === "object" && "eventsOf" in shape,
	);
}
