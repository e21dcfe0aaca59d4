/**
 * Answers of server-sent events: what all of them have in common.
 *
 * Each begins with when to come back, goes on for as long as its reader has something to
 * tell, and says at its end why it ends and who else can be asked. Once the token of whoever
 * reads is revoked, nothing more is told. A client that takes nothing is cut off, since it
 * would never come to see why. What is told, and how it is written, is left to the
 * resources.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { EVENTS_RETRY_MS } from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { writeMessage } from "../../../protocol/sse.ts";
import type { Api, EventsOver, ReaderRoom } from "../../ports.ts";
import { sendProblem } from "./answer.ts";
import type { Outflow } from "./outflow.ts";
import { refusalNow } from "./refusal.ts";
import { type Streams, slicesOf } from "./streams.ts";

const TYPE = "text/event-stream";

/** Why a stream is over; `refused`: its token no longer counts. */
type Closing = EventsOver | "refused";

/** One answer's share of the room for answers (see room.ts). */
interface Own extends ReaderRoom {
	/** The next piece, of so many bytes, is on its way. */
	sent(bytes: number): { took(bytes: number): void } | undefined;
}

export interface EventSource<Item> {
	/** The items to tell. They end when the reader is closed, or with the reason why they are over. */
	readonly items: AsyncGenerator<Item, EventsOver | undefined>;
	readonly reader: {
		/** Aborted with the reason why the items are over, even while nobody takes one. */
		readonly over: AbortSignal;
		close(): void;
	};
	/** The text of an item, in the form of server-sent events. */
	write(item: Item): string;
	/** The data of the last event: `elsewhere` are addresses of other nodes. */
	closing(reason: Closing, elsewhere: readonly string[]): object;
}

export class EventStreams {
	readonly #api: Pick<Api, "access" | "events">;
	readonly #streams: Streams;
	readonly #outflow: Pick<Outflow, "room">;

	constructor(
		api: Pick<Api, "access" | "events">,
		streams: Streams,
		outflow: Pick<Outflow, "room">,
	) {
		this.#api = api;
		this.#streams = streams;
		this.#outflow = outflow;
	}

	/** Answers with a stream. `full`: the refusal if there is no source, as there are too many readers. */
	async answer<Item>(
		request: FastifyRequest,
		reply: FastifyReply,
		open: (room: ReaderRoom) => Promise<EventSource<Item> | undefined>,
		full: Problem,
	): Promise<FastifyReply> {
		// A request for the head alone takes nobody's place.
		if (request.method === "HEAD")
			return reply.header("content-type", TYPE).send();
		const { room } = this.#outflow;
		const own: Own = {
			enter: (bytes) => room.enter(request, reply, bytes),
			leave: () => room.leave(reply.raw),
			sent: (bytes) => room.sent(reply.raw, bytes),
		};
		const source = await open(own);
		if (source === undefined) return sendProblem(reply, full);
		const { reader } = source;
		const mayGoOn = () => refusalNow(this.#api.access, request) === undefined;
		const pieces = this.#write(source, own, mayGoOn);
		const stop = () => reader.close();
		this.#streams.send(reply, TYPE, pieces, stop);
		reader.over.addEventListener("abort", () => {
			if (reader.over.reason === "slow") reply.raw.destroy();
		});
		return reply;
	}

	async *#write<Item>(
		source: EventSource<Item>,
		own: Own,
		mayGoOn: () => boolean,
	): AsyncGenerator<string> {
		yield writeMessage({ retryMs: EVENTS_RETRY_MS });
		for (;;) {
			const { done, value } = await source.items.next();
			if (done) {
				if (value !== undefined) yield this.#close(source, value);
				return;
			}
			if (!mayGoOn()) {
				yield this.#close(source, "refused");
				source.reader.close();
				return;
			}
			yield* tell(own, source.write(value));
			own.leave();
		}
	}

	#close(source: Pick<EventSource<never>, "closing">, reason: Closing): string {
		const data = source.closing(reason, this.#api.events.elsewhere());
		return writeMessage({
			...{ event: "closing", retryMs: EVENTS_RETRY_MS },
			data: JSON.stringify(data),
		});
	}
}

/** Writes the text in slices. (It is a generator of its own so that nobody keeps the text until the next one.) */
function* tell(own: Own, text: string): Iterable<string> {
	const stake = own.sent(text.length);
	for (const slice of slicesOf(text)) {
		yield slice;
		stake?.took(slice.length);
	}
}
