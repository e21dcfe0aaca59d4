/**
 * `GET /v1/events`: what happens, as server-sent events, from now on or from an id.
 *
 * What many readers are told is written once. A reader that takes nothing costs a few
 * kilobytes here, until the node cuts it off for being too slow (see event-feed.ts) or
 * its connection for being idle.
 */
import type { FastifyRequest } from "fastify";
import {
	EVENT_KINDS,
	type EventKind,
	type StoreEvent,
} from "../../../protocol/event.ts";
import { formatPlace, parseEventId } from "../../../protocol/event-id.ts";
import { readEvent, readView } from "../../../protocol/event-view.ts";
import { EVENT_WORDS_MAX } from "../../../protocol/limits.ts";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { EventAsRead } from "../../../protocol/schema/events.ts";
import { writeMessage } from "../../../protocol/sse.ts";
import { isoTime } from "../../../protocol/view.ts";
import type {
	Api,
	EventBatch,
	EventReader,
	EventsWish,
	ReaderRoom,
	Told,
} from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { sendProblem } from "../door/answer.ts";
import type { EventSource, EventStreams } from "../door/event-stream.ts";
import { readQuery } from "../door/query.ts";
import { reachOf } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";

const LAST_ID = "Last-Event-ID";

const tooManyReaders: Problem = {
	code: "overloaded",
	detail:
		"This node tells as many readers of events as it can; ask another node, or try again shortly.",
};

export function eventHandlers(
	api: Api,
	streams: EventStreams,
): Pick<Handlers, "readEvents"> {
	const writer = new Writer(api.cluster);
	return {
		readEvents: async (request, reply) => {
			const wish = readWish(request);
			if ("problem" in wish) return sendProblem(reply, wish.problem);
			const open = async (room: ReaderRoom) => {
				const reader = await api.events.read(wish, room);
				return reader && sourceOf(reader, writer);
			};
			return await streams.answer(request, reply, open, tooManyReaders);
		},
	};
}

function sourceOf(
	reader: EventReader,
	writer: Writer,
): EventSource<EventBatch> {
	return {
		...{ items: reader.batches, reader },
		write: (batch) => writer.write(batch),
		closing: (reason, elsewhere) =>
			({
				kind: "closing",
				reason,
				nodes: [...elsewhere],
			}) satisfies EventAsRead,
	};
}

function readWish(
	request: FastifyRequest,
): EventsWish | { readonly problem: Problem } {
	const query = readQuery(request, OPERATIONS.readEvents.query);
	if (!query.ok) return query;
	const { given } = query;
	const lists = {
		...{ kinds: given.kind ?? [], types: given.type ?? [] },
		...{ queues: given.queue ?? [], tags: given.tag ?? [] },
		...{ tasks: given.task ?? [], nodes: given.node ?? [] },
	};
	for (const [field, list] of Object.entries(lists))
		if (list.length > EVENT_WORDS_MAX) {
			const name = field.replace(/s$/, "");
			return refuse(
				name,
				`The parameter "${name}" may be given ${EVENT_WORDS_MAX} times at most; read what all of these have in common, and leave the rest out yourself.`,
			);
		}
	const isKind = (kind: string): kind is EventKind =>
		(EVENT_KINDS as readonly string[]).includes(kind);
	if (!lists.kinds.every(isKind))
		return refuse(
			"kind",
			`The parameter "kind" must be one of ${EVENT_KINDS.join(", ")}.`,
		);
	const kinds = lists.kinds.filter(isKind);
	const header = request.headers["last-event-id"];
	const [field, id] =
		typeof header === "string" && header !== ""
			? [LAST_ID, header]
			: ["after", given.after];
	const after = id === undefined ? undefined : parseEventId(id);
	if (id !== undefined && after === undefined)
		return refuse(
			field,
			`"${field}" must be the id of an event, as one of the nodes has told it; without it you are told what happens from now on.`,
		);
	const within = reachOf(askerOf(request));
	return {
		query: { ...lists, kinds, ...(within !== undefined && { within }) },
		after,
	};
}

function refuse(field: string, detail: string) {
	return { problem: { code: "invalid", field, detail } } as const;
}

/** Writes what readers are told: each event once, however many read it. */
class Writer {
	readonly #texts = new WeakMap<StoreEvent, string>();
	readonly #cluster: Api["cluster"];

	constructor(cluster: Api["cluster"]) {
		this.#cluster = cluster;
	}

	write({ told, id }: EventBatch): string {
		return told.length === 0
			? writeMessage({ id })
			: told.map((one) => this.#message(one)).join("");
	}

	#message(told: Told): string {
		const { id } = told;
		const nameOf = (nodeId: string) => this.#cluster.nameOf(nodeId);
		if ("missing" in told) {
			const data = JSON.stringify(readMissing(told.missing));
			return writeMessage({ event: "reset", id, data });
		}
		if ("view" in told) {
			const data = JSON.stringify(readView(told.view, nameOf));
			return writeMessage({ event: told.view.kind, id, data });
		}
		const { event, shard, atMs } = told;
		const data =
			this.#texts.get(event) ??
			JSON.stringify(readEvent(event, shard, atMs, nameOf));
		this.#texts.set(event, data);
		return writeMessage({ event: event.about.kind, id, data });
	}
}

function readMissing({
	shard,
	how,
	sinceMs,
	untilMs,
	after,
	upTo,
}: Extract<Told, { missing: unknown }>["missing"]): EventAsRead {
	return {
		...{ kind: "reset", shard, reason: how },
		...(sinceMs !== undefined && { since: isoTime(sinceMs) }),
		until: isoTime(untilMs),
		...{ after: formatPlace(after), upTo: formatPlace(upTo) },
	};
}
