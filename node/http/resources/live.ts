/**
 * `GET /v1/live`: what the page is drawn from, as server-sent events: a frame a second. What many read is
 * written once.
 */
import type { FastifyRequest } from "fastify";
import { EVENTS_RETRY_MS } from "../../../protocol/limits.ts";
import {
	LIVE_PAGES,
	type LivePage,
} from "../../../protocol/operations/events.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { LiveFrame } from "../../../protocol/schema/live.ts";
import { writeMessage } from "../../../protocol/sse.ts";
import type { Api, EventsOver, LiveReader } from "../../ports.ts";
import { refusalNow } from "../door/access.ts";
import { sendProblem } from "../door/answer.ts";
import { readQuery } from "../door/query.ts";
import type { Handlers } from "../door/serve.ts";
import type { Streams } from "../door/streams.ts";

const TYPE = "text/event-stream";

const tooManyReaders: Problem = {
	code: "overloaded",
	detail:
		"This node tells as many pages as it can how things are; ask another node, or try again shortly.",
};

export function liveHandlers(
	api: Api,
	streams: Streams,
): Pick<Handlers, "readLive"> {
	const writer = new Writer(api);
	return {
		readLive: async (request, reply) => {
			const wish = readWish(request);
			if ("problem" in wish) return sendProblem(reply, wish.problem);
			// Who asks for the head alone is told no more.
			if (request.method === "HEAD")
				return reply.header("content-type", TYPE).send();
			const reader = await api.live.read();
			if (reader === undefined) return sendProblem(reply, tooManyReaders);
			const stop = () => reader.close();
			// Whoever's token is revoked is told nothing more.
			const mayGoOn = () => refusalNow(api.access, request) === undefined;
			const pieces = writer.write(reader, wish.page, mayGoOn);
			const stream = streams.send(reply, TYPE, pieces, stop);
			// Its client takes nothing, so nobody would come to tell it that.
			reader.over.addEventListener("abort", () => {
				if (reader.over.reason === "slow") stream.destroy();
			});
			return reply;
		},
	};
}

function readWish(
	request: FastifyRequest,
): { readonly page: LivePage } | { readonly problem: Problem } {
	const query = readQuery(request, OPERATIONS.readLive.query);
	if (!query.ok) return query;
	const { page = "cluster" } = query.given;
	const known = LIVE_PAGES.find((each) => each === page);
	if (known !== undefined) return { page: known };
	const detail = `The parameter "page" must be one of ${LIVE_PAGES.join(", ")}.`;
	return { problem: { code: "invalid", field: "page", detail } };
}

/** Writes what readers are told. */
class Writer {
	/** Of frames, by page. */
	readonly #texts: Readonly<Record<LivePage, WeakMap<LiveFrame, string>>> = {
		cluster: new WeakMap(),
		summary: new WeakMap(),
	};
	readonly #api: Api;

	constructor(api: Api) {
		this.#api = api;
	}

	async *write(
		reader: LiveReader,
		page: LivePage,
		mayGoOn: () => boolean,
	): AsyncGenerator<string> {
		yield writeMessage({ retryMs: EVENTS_RETRY_MS });
		for (;;) {
			const { done, value } = await reader.messages.next();
			if (done) {
				if (value !== undefined) yield this.#closing(value);
				return;
			}
			if (!mayGoOn()) {
				yield this.#closing("refused");
				reader.close();
				return;
			}
			yield this.#message(value.frame, page);
		}
	}

	#message(frame: LiveFrame, page: LivePage): string {
		const known = this.#texts[page].get(frame);
		if (known !== undefined) return known;
		const told = page === "cluster" ? frame : summaryOf(frame);
		const data = JSON.stringify(told);
		const text = writeMessage({ event: frame.kind, data });
		this.#texts[page].set(frame, text);
		return text;
	}

	#closing(reason: EventsOver | "refused"): string {
		const elsewhere = [...this.#api.events.elsewhere()];
		const data = { kind: "closing", reason, elsewhere } satisfies LiveFrame;
		return writeMessage({
			...{ event: "closing", retryMs: EVENTS_RETRY_MS },
			data: JSON.stringify(data),
		});
	}
}

function summaryOf({
	lanes: _lanes,
	events: _events,
	eventsMore: _more,
	queues: _queues,
	queuesMore: _queuesMore,
	series: _series,
	...rest
}: LiveFrame): LiveFrame {
	return rest;
}
