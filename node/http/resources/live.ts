/**
 * `GET /v1/live`: what the page is drawn from, as server-sent events: a frame a second.
 * What many read is written once.
 */
import type { FastifyRequest } from "fastify";
import {
	LIVE_PAGES,
	type LivePage,
} from "../../../protocol/operations/events.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { LiveFrame } from "../../../protocol/schema/live.ts";
import { writeMessage } from "../../../protocol/sse.ts";
import type { Api, LiveMessage, LiveReader } from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { sendProblem } from "../door/answer.ts";
import type { EventSource, EventStreams } from "../door/event-stream.ts";
import { readQuery } from "../door/query.ts";
import { type Reach, reachOf } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";

const tooManyReaders: Problem = {
	code: "overloaded",
	detail:
		"This node tells as many pages as it can how things are; ask another node, or try again shortly.",
};

export function liveHandlers(
	api: Api,
	streams: EventStreams,
): Pick<Handlers, "readLive"> {
	const writer = new Writer();
	return {
		readLive: async (request, reply) => {
			const wish = readWish(request);
			if ("problem" in wish) return sendProblem(reply, wish.problem);
			const open = async () => {
				const reader = await api.live.read(wish.within);
				return reader && sourceOf(reader, wish, writer);
			};
			return await streams.answer(request, reply, open, tooManyReaders);
		},
	};
}

function sourceOf(
	reader: LiveReader,
	wish: Wish,
	writer: Writer,
): EventSource<LiveMessage> {
	return {
		...{ items: reader.messages, reader },
		write: ({ frame }) => writer.write(frame, wish.page),
		closing: (reason, elsewhere) =>
			({
				kind: "closing",
				reason,
				elsewhere: [...elsewhere],
			}) satisfies LiveFrame,
	};
}

function readWish(
	request: FastifyRequest,
): Wish | { readonly problem: Problem } {
	const query = readQuery(request, OPERATIONS.readLive.query);
	if (!query.ok) return query;
	const { page = "cluster" } = query.given;
	const known = LIVE_PAGES.find((each) => each === page);
	const within = reachOf(askerOf(request));
	if (known !== undefined) return { page: known, within };
	const detail = `The parameter "page" must be one of ${LIVE_PAGES.join(", ")}.`;
	return { problem: { code: "invalid", field: "page", detail } };
}

/** Which part of the frames a reader is sent. */
interface Wish {
	readonly page: LivePage;
	/** The tasks that count for it; undefined for all. */
	readonly within: Reach | undefined;
}

/** Writes frames, each once for a kind of page, however many read it. */
class Writer {
	readonly #texts = new WeakMap<LiveFrame, Map<LivePage, string>>();

	write(frame: LiveFrame, page: LivePage): string {
		const texts = this.#texts.get(frame) ?? new Map<LivePage, string>();
		this.#texts.set(frame, texts);
		const known = texts.get(page);
		if (known !== undefined) return known;
		const told = page === "cluster" ? frame : summaryOf(frame);
		const data = JSON.stringify(told);
		const text = writeMessage({ event: frame.kind, data });
		texts.set(page, text);
		return text;
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
