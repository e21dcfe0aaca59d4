/**
 * The HTTP side of a node: one fastify server with every operation on it.
 *
 * It owns the connections and what may come through them; what is asked of the node goes
 * through `Api`. It guarantees that every refusal is a problem+json answer, whoever
 * refused (a route, fastify, or Node's HTTP parser); that no request holds resources
 * without a limit; and that `close` comes to an end: waiting requests are answered at
 * once, others have a moment, and are then cut off.
 */
import {
	createServer as createPlainServer,
	type RequestListener,
	type Server,
} from "node:http";
import {
	createServer as createSecureServer,
	type Server as SecureServer,
} from "node:https";
import Fastify, {
	type FastifyInstance,
	type FastifyReply,
	type FastifyRequest,
} from "fastify";
import { withoutTokens } from "../../protocol/access.ts";
import { inUrl } from "../../protocol/host.ts";
import {
	BODY_BYTES_MAX,
	CONNECTION_IDLE_MS,
	HEADER_BYTES_MAX,
	HEADERS_TIMEOUT_MS,
	HTTP_BACKLOG_MAX,
	HTTP_CLOSE_GRACE_MS,
	ID_CHARS_MAX,
	REQUEST_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { Problem } from "../../protocol/problem.ts";
import type { Api, Clock, Log } from "../ports.ts";
import { Doorkeeper } from "./door/access.ts";
import { problemOf, sendProblem } from "./door/answer.ts";
import { type Base, baseOf } from "./door/base.ts";
import { takeBodies } from "./door/body.ts";
import { BrokenHttp } from "./door/broken-http.ts";
import { Crowd } from "./door/crowd.ts";
import { CutOffs } from "./door/cut-offs.ts";
import { EventStreams } from "./door/event-stream.ts";
import { guard, secure } from "./door/guard.ts";
import { Inflow } from "./door/inflow.ts";
import { Links } from "./door/links.ts";
import { refuseWhatNoOperationTakes } from "./door/methods.ts";
import { openPlaces } from "./door/open-places.ts";
import { Origins } from "./door/origins.ts";
import { Outflow } from "./door/outflow.ts";
import type { Places, Reads } from "./door/places.ts";
import { Rates } from "./door/rates.ts";
import { type RefusalOf, refusalNow } from "./door/refusal.ts";
import { type Handlers, serve, serveOperationsOnly } from "./door/serve.ts";
import { Streams } from "./door/streams.ts";
import { Traffic } from "./door/traffic.ts";
import { Waits } from "./door/waits.ts";
import { bulkHandlers } from "./resources/bulk.ts";
import { cancelHandlers } from "./resources/cancel.ts";
import { celeryHandlers } from "./resources/celery.ts";
import { clusterHandlers } from "./resources/cluster.ts";
import { endedHandlers } from "./resources/ended.ts";
import { eventHandlers } from "./resources/events.ts";
import { failureHandlers } from "./resources/failures.ts";
import { liveHandlers } from "./resources/live.ts";
import { manualHandlers } from "./resources/manual.ts";
import { metricsHandlers } from "./resources/metrics.ts";
import { descriptionHandler } from "./resources/openapi.ts";
import { pageHandlers } from "./resources/page.ts";
import { patchHandlers } from "./resources/patch.ts";
import { queueHandlers } from "./resources/queues.ts";
import { statsHandlers } from "./resources/stats.ts";
import { submitHandlers } from "./resources/submit.ts";
import { listHandlers } from "./resources/task-list.ts";
import { taskHandlers } from "./resources/tasks.ts";
import { tokenHandlers } from "./resources/tokens.ts";
import type { TlsFiles } from "./tls-files.ts";

export interface HttpOptions {
	readonly api: Api;
	readonly host: string;
	/** The port to listen on; 0 for any free one. */
	readonly port: number;
	/** Requests a second that each token may make; undefined for any number. */
	readonly rate: number | undefined;
	readonly clock: Clock;
	readonly log: Log;
	/** The program's version, for the description of the API. */
	readonly version: string;
	/**
	 * Where the cluster is reached through a proxy; see `protocol/host.ts` for its form.
	 */
	readonly publicUrl?: string;
	/** Origins of other sites whose pages may use the API. */
	readonly corsOrigins?: readonly string[];
	/** The certificate and key for HTTPS; undefined for plain HTTP. */
	readonly tls?: TlsFiles;
	/** How many files the process may have open; undefined if nobody knows. */
	readonly filesMax?: number;
}

export interface Http {
	/** Where it listens, as `host:port`. */
	readonly address: string;
	/** Where it listens, with the address to which the system resolved the host. */
	readonly bound: { readonly host: string; readonly port: number };
	close(): Promise<void>;
}

/** Starts the server. @throws the system's error (`EADDRINUSE`, …) if it cannot listen. */
export async function createHttp(options: HttpOptions): Promise<Http> {
	const { host, port, clock, log, publicUrl, tls } = options;
	const base = baseOf(publicUrl);
	const links = new Links(base);
	const waits = new Waits();
	const streams = new Streams(log);
	const cutOffs = new CutOffs(clock, log);
	const refusal: RefusalOf = (request) =>
		refusalNow(options.api.access, request);
	const outflow = new Outflow(clock, cutOffs, refusal);
	const { places, reads } = openPlaces(clock, outflow, refusal);
	let stopping = false;
	const origins = originsOf(options);
	const app = createServer(clock, base, tls, origins);
	const crowd = new Crowd(options.filesMax);
	crowd.tell(log);
	crowd.watch(app.server as Server);
	app.setErrorHandler((error, request, reply) =>
		answerError(error, request, reply, log),
	);
	guard(app, host, { origins, crowd, isStopping: () => stopping });
	const traffic = new Traffic();
	refuseWhatNoOperationTakes(app, traffic.counter("none", false));
	const doorkeeper = doorkeeperOf(app, options);
	// Before what waits for room: an answer that waits must not keep a body, or its place.
	takeBodies(app, clock);
	outflow.watch(app);
	for (const each of Object.values(places)) each.watch(app);
	const handlers = handlersOf(options, {
		...{ traffic, waits, streams, reads, bulks: places.bulks, links },
		...{ cutOffs, outflow },
	});
	serve(app, handlers, { doorkeeper, traffic, outflow });
	await app.listen({ host, port, backlog: HTTP_BACKLOG_MAX });
	const bound = boundTo(app);
	tls?.follow(app.server as SecureServer, clock, log);
	return {
		address: `${inUrl(host)}:${bound.port}`,
		bound,
		async close() {
			stopping = true;
			waits.endAll();
			streams.endAll();
			tls?.close();
			const cut = clock.after(HTTP_CLOSE_GRACE_MS, () =>
				app.server.closeAllConnections(),
			);
			await app.close();
			cut.cancel();
		},
	};
}

function originsOf({ api, tls, ...site }: HttpOptions): Origins {
	return new Origins({
		...{ corsOrigins: [], ...site, isSecure: tls !== undefined },
		nodeOrigins: () => api.cluster.origins(),
	});
}

interface HandlerParts {
	readonly traffic: Traffic;
	readonly waits: Waits;
	readonly streams: Streams;
	readonly reads: Reads;
	readonly bulks: Places;
	readonly links: Links;
	readonly cutOffs: CutOffs;
	readonly outflow: Outflow;
}

function handlersOf(
	{ api, clock, version, publicUrl }: HttpOptions,
	{ traffic, waits, streams, reads, bulks, links, ...parts }: HandlerParts,
): Handlers {
	const events = new EventStreams(api, streams, parts.outflow);
	return {
		...submitHandlers(api, clock, links, reads.tasks),
		...cancelHandlers(api, links, reads.tasks),
		...endedHandlers(api, links, reads.tasks),
		...patchHandlers(api, clock, links, reads.tasks),
		...listHandlers(api, reads, links),
		...bulkHandlers(api, waits, bulks),
		...taskHandlers({ api, waits, reads: reads.tasks, clock, links }),
		...clusterHandlers(api, () => clock.wallMs()),
		...queueHandlers(api, clock, links),
		...failureHandlers(api, reads, links),
		...eventHandlers(api, events),
		...liveHandlers(api, events),
		...celeryHandlers(api, clock, reads, links),
		...tokenHandlers(api),
		...pageHandlers(() => api.cluster.origins()),
		...manualHandlers(),
		...metricsHandlers(api, [traffic, parts.cutOffs]),
		...statsHandlers(api),
		description: descriptionHandler(version, publicUrl),
	};
}

function answerError(
	error: unknown,
	request: FastifyRequest,
	reply: FastifyReply,
	log: Log,
): FastifyReply {
	const { method } = request;
	const url = withoutTokens(request.url);
	const problem = problemOf(error, method);
	if (problem !== undefined) return sendProblem(reply, problem);
	log.error({ err: error, method, url }, "a request met an error");
	return sendProblem(reply, internal);
}

const internal: Problem = {
	code: "internal",
	detail: "The node met an error of its own; its log says which.",
};

function doorkeeperOf(
	app: FastifyInstance,
	{ api, rate, clock }: HttpOptions,
): Doorkeeper {
	const rates = rate === undefined ? undefined : new Rates(clock, rate);
	const doorkeeper = new Doorkeeper(api.access, api.audit, rates);
	doorkeeper.watch(app);
	return doorkeeper;
}

function createServer(
	clock: Clock,
	base: Base,
	tls: TlsFiles | undefined,
	origins: Origins,
): FastifyInstance {
	const inflow = new Inflow(clock);
	const broken = new BrokenHttp(inflow);
	const app = Fastify({
		bodyLimit: BODY_BYTES_MAX,
		forceCloseConnections: "idle",
		rewriteUrl: ({ url = "/" }) => base.strip(url),
		// The guard answers for a node that is stopping.
		return503OnClosing: false,
		routerOptions: {
			// Every character of an id may come percent-encoded.
			maxParamLength: ID_CHARS_MAX * 3,
			// `/v1/tasks/` is the list, and not a task with an empty id.
			ignoreTrailingSlash: true,
		},
		serverFactory: (handle) => listenerOf(handle, inflow, tls),
		frameworkErrors: (error, request, reply) => {
			const problem = problemOf(error, request.method) ?? internal;
			sendProblem(secure(origins, request, reply), problem);
		},
		clientErrorHandler: (error, socket) => broken.answer(error, socket),
	});
	serveOperationsOnly(app);
	return app;
}

/** The listening server: nothing gets past its limits. */
function listenerOf(
	handle: RequestListener,
	inflow: Inflow,
	tls: TlsFiles | undefined,
): Server {
	const limits = {
		maxHeaderSize: HEADER_BYTES_MAX,
		headersTimeout: HEADERS_TIMEOUT_MS,
		requestTimeout: REQUEST_TIMEOUT_MS,
		keepAliveTimeout: CONNECTION_IDLE_MS,
		connectionsCheckingInterval: 1_000,
		// The guard checks the Host header.
		requireHostHeader: false,
	};
	const server =
		tls === undefined
			? createPlainServer(limits, handle)
			: createSecureServer(
					{ ...limits, ...tls.options, handshakeTimeout: HEADERS_TIMEOUT_MS },
					handle,
				);
	server.setTimeout(CONNECTION_IDLE_MS);
	inflow.watch(server);
	return server;
}

function boundTo(app: FastifyInstance): Http["bound"] {
	const bound = app.server.address();
	if (bound === null || typeof bound === "string") {
		throw new Error("the server listens on no port");
	}
	return { host: bound.address, port: bound.port };
}
