/**
 * Events as a client reads them: one after the other, for ever, from whichever of several nodes
 * answers. When a connection ends, it goes on from the last id on the next node; no event comes
 * twice, and an event `reset` reports what is missing.
 */
import type { EventKind } from "../event.ts";
import { EVENTS_HEARTBEAT_MS } from "../limits.ts";
import { OPERATIONS } from "../operations.ts";
import type { EventAsRead } from "../schema/events.ts";
import type { ProblemAsRead } from "../schema.ts";
import { MessageReader } from "../sse.ts";
import { addressOf, PROBLEM_TYPE, Refused } from "./client.ts";

/** The part of `fetch` that is needed to read an answer while it comes. */
export type StreamingFetch = (
	url: string,
	request: {
		readonly method: string;
		readonly headers: Record<string, string>;
		readonly signal: AbortSignal;
	},
) => Promise<{
	readonly status: number;
	readonly headers: { get(name: string): string | null };
	readonly body: AsyncIterable<Uint8Array> | null;
	text(): Promise<string>;
}>;

/** The events that are wanted: those that fit one entry of each list, and all of the tags. */
export interface EventsWanted {
	readonly kind?: readonly EventKind[];
	readonly type?: readonly string[];
	readonly queue?: readonly string[];
	readonly tag?: readonly string[];
	readonly task?: readonly string[];
	readonly node?: readonly string[];
}

export interface EventsOptions {
	/**
	 * The addresses of nodes, asked for before each connection; those that a node names
	 * when it stops are tried, too.
	 */
	readonly urls: () => readonly string[];
	readonly fetch: StreamingFetch;
	readonly wanted?: EventsWanted;
	/** The id of the last event that was read. If absent, events come from now on. */
	readonly after?: string;
	/** The access token that goes with each request. */
	readonly token?: string | undefined;
	/** The signal that ends the reading. */
	readonly signal: AbortSignal;
	/** Waits for so long, or until the signal. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface EventRead {
	/** The id with which to go on after it: see `after`. */
	readonly id: string;
	readonly event: EventAsRead;
}

/** How long a node may be silent before it is left, which may take up to twice as long. */
const QUIET_MS = EVENTS_HEARTBEAT_MS * 1.5;
/** The first pause between tries when no node has answered; it doubles up to the other. */
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 2_000;

/** Reads events until the signal. @throws Refused if a node says that what is asked for is wrong */
export async function* readEvents(
	options: EventsOptions,
): AsyncGenerator<EventRead, void> {
	const { signal, pause, after = "" } = options;
	let learnt: readonly string[] = [];
	let url = "";
	let id = after;
	let tries = 0;
	while (!signal.aborted) {
		const urls = [...new Set([...options.urls(), ...learnt])];
		url = urls[(urls.indexOf(url) + 1) % urls.length] ?? "";
		for await (const told of readFrom(url, id, options)) {
			tries = 0;
			if (told.id !== undefined) id = told.id;
			const { event } = told;
			// A node that stops knows which others do not.
			if (event?.kind === "closing") learnt = event.nodes ?? [];
			else if (event !== undefined) yield { id, event };
		}
		// All of them have been tried once.
		tries += 1;
		if (tries % urls.length > 0) continue;
		const rounds = Math.floor(tries / urls.length) - 1;
		await pause(Math.min(PAUSE_MS_MIN * 2 ** rounds, PAUSE_MS_MAX), signal);
	}
}

interface Heard {
	readonly id: string | undefined;
	readonly event: EventAsRead | undefined;
}

/** Reads one answer of one node, to its end or until it breaks off. */
async function* readFrom(
	url: string,
	id: string,
	options: EventsOptions,
): AsyncGenerator<Heard> {
	const { wanted = {}, signal, token } = options;
	const { path, method } = OPERATIONS.readEvents;
	const watch = new Watch(options);
	const headers: Record<string, string> = {
		...(id !== "" && { "last-event-id": id }),
		...(token !== undefined && { authorization: `Bearer ${token}` }),
	};
	try {
		const address = url + addressOf(path, {}, { ...wanted });
		const either = AbortSignal.any([signal, watch.signal]);
		const answer = await options.fetch(address, {
			method,
			headers,
			signal: either,
		});
		const type = answer.headers.get("content-type")?.split(";")[0];
		if (isFinal(answer.status) && type === PROBLEM_TYPE) {
			const problem = JSON.parse(await answer.text()) as ProblemAsRead;
			throw new Refused(`readEvents at ${url}`, problem);
		}
		if (answer.status !== 200 || answer.body === null) return;
		yield* messagesIn(answer.body, watch);
	} catch (error) {
		if (error instanceof Refused) throw error;
		// There is no answer, or no more of it: the next node is asked.
	} finally {
		watch.end();
	}
}

/** Whether asking again, or asking another node, would change nothing. */
function isFinal(status: number): boolean {
	return status >= 400 && status < 500 && status !== 429;
}

async function* messagesIn(body: AsyncIterable<Uint8Array>, watch: Watch) {
	const reader = new MessageReader();
	const decoder = new TextDecoder();
	for await (const bytes of body) {
		watch.heard();
		const text = decoder.decode(bytes, { stream: true });
		for (const { id, data } of reader.push(text)) {
			const event =
				data === undefined ? undefined : (JSON.parse(data) as EventAsRead);
			yield { id, event } satisfies Heard;
		}
	}
}

/** Ends a connection over which nothing comes. */
class Watch {
	#heard = true;
	readonly #over = new AbortController();

	constructor({ pause }: EventsOptions) {
		void this.#look(pause);
	}

	get signal(): AbortSignal {
		return this.#over.signal;
	}

	heard(): void {
		this.#heard = true;
	}

	end(): void {
		this.#over.abort();
	}

	async #look(pause: EventsOptions["pause"]): Promise<void> {
		while (this.#heard && !this.signal.aborted) {
			this.#heard = false;
			await pause(QUIET_MS, this.signal);
		}
		this.end();
	}
}
