/**
 * Events as they come, the newest of them. Nobody reads them while the page is paused or hidden:
 * it goes on from the last one then, and says what a node had to leave out.
 *
 * However many come, the page is told of them a few times a second.
 */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Refused } from "../../protocol/client/client.ts";
import {
	type EventRead,
	type EventsWanted,
	readEvents,
	type StreamingFetch,
} from "../../protocol/client/events.ts";
import { isHidden, isPaused, pause } from "./clock.ts";
import { client, hasAnswered } from "./node.ts";
import { refuse, token } from "./token.ts";

/** How many events are kept. */
const KEPT_MAX = 300;
const TOLD_MS = 250;

export interface EventsSeen {
	/** The kept events, newest first. */
	readonly events: readonly EventRead[];
	/** How many have come, those included that are not kept. */
	readonly count: number;
	/** Why there are none: one sentence. */
	readonly why?: string;
}

const NONE: EventsSeen = { events: [], count: 0 };

/** Begins anew as soon as `key` differs. */
export function useEvents(
	key: string,
	wanted: EventsWanted,
): ReadonlySignal<EventsSeen> {
	const seen = useMemo(() => signal(NONE), [key]);
	useEffect(() => {
		let over = new AbortController();
		let after = "";
		const stop = effect(() => {
			over.abort();
			if (isHidden.value || isPaused.value) return;
			over = new AbortController();
			void follow(wanted, after, over.signal, (told) => {
				after = told.after;
				seen.value = told.next(seen.peek());
			});
		});
		return () => {
			stop();
			over.abort();
		};
	}, [key]);
	return seen;
}

interface Told {
	readonly after: string;
	readonly next: (before: EventsSeen) => EventsSeen;
}

async function follow(
	wanted: EventsWanted,
	after: string,
	over: AbortSignal,
	tell: (told: Told) => void,
): Promise<void> {
	let come: EventRead[] = [];
	let count = 0;
	let last = after;
	const flush = () => {
		if (count === 0) return;
		const [events, more] = [come.toReversed(), count];
		[come, count] = [[], 0];
		tell({
			after: last,
			next: (before) => ({
				events: [...events, ...before.events].slice(0, KEPT_MAX),
				count: before.count + more,
			}),
		});
	};
	const timer = setInterval(flush, TOLD_MS);
	const asked = token.peek();
	try {
		for await (const read of readEvents({
			...{ wanted, signal: over, fetch: streaming, pause },
			urls: () => [client.peek().url],
			token: asked,
			...(after !== "" && { after }),
		})) {
			come.push(read);
			if (come.length > KEPT_MAX) come.shift();
			count++;
			last = read.id;
		}
		flush();
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		if (error.problem.status === 401) refuse(error.problem.detail, asked);
		const why = error.problem.detail;
		tell({ after: last, next: (before) => ({ ...before, why }) });
	} finally {
		clearInterval(timer);
	}
}

const streaming: StreamingFetch = async (url, request) => {
	const answer = await fetch(url, request);
	if (answer.ok) hasAnswered.value = true;
	return {
		status: answer.status,
		headers: answer.headers,
		body: answer.body && chunksOf(answer.body),
		text: () => answer.text(),
	};
};

/** Not every browser can iterate over a body. */
async function* chunksOf(
	body: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	const reader = body.getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} finally {
		await reader.cancel();
	}
}
