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
import { frameWithin, summaryOf } from "./live-parts.ts";

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
				const reader = await api.live.read();
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
	const key = JSON.stringify(wish);
	return {
		...{ items: reader.messages, reader },
		write: ({ frame }) => writer.write(frame, wish, key),
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

/** Which frames a reader is told, and what of them. */
interface Wish {
	readonly page: LivePage;
	/** Undefined: all. */
	readonly within: Reach | undefined;
}

/** Writes frames, each once for all wishes that are alike, however many read it. */
class Writer {
	readonly #texts = new WeakMap<LiveFrame, Map<string, string>>();

	/** `key`: the wish as text. */
	write(frame: LiveFrame, { page, within }: Wish, key: string): string {
		const texts = this.#texts.get(frame) ?? new Map<string, string>();
		this.#texts.set(frame, texts);
		const known = texts.get(key);
		if (known !== undefined) return known;
		const reached = within === undefined ? frame : frameWithin(within, frame);
		const told = page === "cluster" ? reached : summaryOf(reached);
		const data = JSON.stringify(told);
		const text = writeMessage({ event: frame.kind, data });
		texts.set(key, text);
		return text;
	}
}
