/**
 * The one stream that the page is drawn from, and the node that it comes from. It rests while
 * nobody can see the page; while the page is paused, what was told last stays.
 *
 * The node that served the page is asked first, and again whenever the stream breaks; then the
 * others that it has named, as far as the browser lets it (see `state/node.ts`).
 */
import { batch, effect, signal } from "@preact/signals";
import { Refused } from "../../protocol/client/client.ts";
import { readLive } from "../../protocol/client/live.ts";
import { fold, type LiveModel } from "../words/live-model.ts";
import { isHidden, isPaused, nowMs, pause } from "./clock.ts";
import { HERE, hasAnswered, reasonOf, server, tellTrouble } from "./node.ts";
import { refuse, signInWhy, token } from "./token.ts";

export const live = signal<LiveModel>();

/** When a frame came last, by the browser's clock. */
export const toldMs = signal<number>();

/** Under which the stream's troubles are told. */
const KEY = "live";

/** What the clock of Redis shows beyond the browser's. */
let aheadMs = 0;

/** By the clock of Redis, as far as it was told; changes once a second. */
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
	try {
		for await (const frame of frames) {
			toldMs.value = Date.now();
			if (!isPaused.peek()) show(frame);
		}
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		const { status, detail } = error.problem;
		if (status === 401) refuse(detail);
		else tellTrouble(KEY, { why: detail, atMs: toldMs.peek() });
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

/**
 * Asks a node, before any other the one that served the page: it may have started again, or a
 * balancer have found another behind its address. Not every browser reads a body as it comes in
 * a loop.
 */
async function streamed(url: string, request: RequestInit) {
	const { base, answer } = await firstAnswer(url, request);
	const { status, headers, body } = answer;
	if (status === 200) {
		server.value = base;
		hasAnswered.value = true;
		tellTrouble(KEY, undefined);
	}
	return {
		...{ status, headers },
		text: () => answer.text(),
		body: body && pieces(body.getReader()),
	};
}

async function firstAnswer(url: string, request: RequestInit) {
	const [, base = "", path = ""] = /^(.*?)(\/v1\/.*)$/s.exec(url) ?? [];
	let trouble: unknown;
	for (const each of new Set([HERE, base])) {
		try {
			const answer = await fetch(each + path, request);
			if (answer.status < 500) return { base: each, answer };
			trouble = new Refused(url, await answer.clone().json());
			if (each === base) return { base: each, answer };
		} catch (error) {
			trouble = error;
		} finally {
			// Who left it has no trouble with it.
			if (trouble && !request.signal?.aborted)
				tellTrouble(KEY, { why: reasonOf(trouble), atMs: toldMs.peek() });
		}
	}
	throw trouble;
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
