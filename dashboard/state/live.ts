/**
 * The one stream that the page is drawn from, and the node that it comes from. It rests while
 * nobody can see the page; while the page is paused, what was told last stays.
 *
 * The node that served the page is asked first, and again whenever the stream breaks; then the
 * others that it has named, as far as the browser lets it (see `state/node.ts`).
 */
import { batch, computed, effect, signal } from "@preact/signals";
import { Refused } from "../../protocol/client/client.ts";
import { readLive } from "../../protocol/client/live.ts";
import { fold, type LiveModel } from "../words/live-model.ts";
import { isHidden, isPaused, nowMs, pause } from "./clock.ts";
import { HERE, hasAnswered, reasonOf, server, tellTrouble } from "./node.ts";
import { refuse, signInWhy, token } from "./token.ts";

export const live = signal<LiveModel>();

/** When the last frame came, by the browser's clock. */
const toldMs = signal<number>();

/** Whether the stream has broken, and no node has gone on with it yet. */
const isBroken = signal(false);

/** Frames come each second; one may be late. */
const QUIET_MS = 3_000;

/** How long frames have been overdue; undefined if what is shown is up to date. */
export const quietMs = computed(() => {
	if (toldMs.value === undefined || isPaused.value) return undefined;
	const ms = nowMs.value - toldMs.value;
	return isBroken.value || ms >= QUIET_MS ? Math.max(0, ms) : undefined;
});

/** The key under which the stream reports its troubles. */
const KEY = "live";

/** How far the clock of Redis is ahead of the browser's. */
let aheadMs = 0;

/** The time by the clock of Redis, as far as it is known; changes once a second. */
export const storeNowMs = (): number => nowMs.value + aheadMs;

export function followLive(): void {
	effect(() => {
		if (isHidden.value || signInWhy.value !== undefined) return;
		const over = new AbortController();
		void read(over.signal, token.value);
		return () => over.abort();
	});
}

async function read(
	over: AbortSignal,
	secret: string | undefined,
): Promise<void> {
	const frames = readLive({
		urls: () => [HERE, ...(live.peek()?.elsewhere ?? [])],
		...{ token: secret, signal: over, pause, fetch: streamed },
	});
	for await (const read of frames) {
		if ("error" in read) {
			const { error } = read;
			tellTrouble(KEY, { why: reasonOf(error), atMs: toldMs.peek() });
			isBroken.value = true;
			if (error instanceof Refused && error.problem.status === 401)
				refuse(error.problem.detail, secret);
		} else if (read.frame.kind !== "closing") {
			server.value = read.url;
			hasAnswered.value = true;
			toldMs.value = Date.now();
			isBroken.value = false;
			tellTrouble(KEY, undefined);
			if (!isPaused.peek()) show(read.frame);
		}
	}
}

function show(frame: Parameters<typeof fold>[1]): void {
	const next = fold(live.peek(), frame);
	if (next === undefined) return;
	const hereMs = Date.now();
	aheadMs = next.nowMs - hereMs;
	batch(() => {
		live.value = next;
		nowMs.value = hereMs;
	});
}

/** Not every browser reads a body as it comes in a loop. */
async function streamed(url: string, request: RequestInit) {
	const answer = await fetch(url, request);
	const { status, headers, body } = answer;
	return {
		...{ status, headers },
		text: () => answer.text(),
		body: body && { [Symbol.asyncIterator]: () => pieces(body.getReader()) },
	};
}

async function* pieces(
	reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		yield value;
	}
}
