/**
 * What a page is drawn from, as a client reads it: frame after frame, for ever, from the node
 * that served it and, if that does not answer, from another. Every node begins with a frame
 * that says all there is, so nothing has to be kept to go on.
 */
import { LIVE_QUIET_MS } from "../limits.ts";
import type { LiveFrame } from "../schema/live.ts";
import type { ProblemAsRead } from "../schema.ts";
import { MessageReader } from "../sse.ts";
import { NoAnswer, PROBLEM_TYPE, Refused } from "./client.ts";
import type { StreamingFetch } from "./events.ts";

export interface LiveOptions {
	/** The addresses of nodes, beginning with the one to ask first; asked for before each round. */
	readonly urls: () => readonly string[];
	readonly fetch: StreamingFetch;
	/** The access token that goes with each request. */
	readonly token: string | undefined;
	/** The signal that ends the reading. */
	readonly signal: AbortSignal;
	/** Waits for so long, or until the signal. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A frame, or why none came from this node. */
export type LiveRead =
	| { readonly url: string; readonly frame: LiveFrame }
	| { readonly url: string; readonly error: Refused | NoAnswer };

/** The first pause between rounds in which no node has answered; it doubles up to the other. */
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 2_000;

/** Reads frames until the signal, or until a node has said that what is asked for is not allowed. */
export async function* readLive(
	options: LiveOptions,
): AsyncGenerator<LiveRead, void> {
	const { signal, pause } = options;
	let rounds = 0;
	while (!signal.aborted) {
		for (const url of options.urls()) {
			if (signal.aborted) return;
			let isAnswering = false;
			for await (const read of readFrom(url, options)) {
				if (signal.aborted) return;
				yield read;
				if ("frame" in read) isAnswering = true;
				else if (read.error instanceof Refused && isFinal(read.error)) return;
			}
			// It has answered, and no longer does. Begin with the first again, as that may be back.
			if (isAnswering) {
				rounds = 0;
				break;
			}
		}
		if (signal.aborted) return;
		await pause(Math.min(PAUSE_MS_MIN * 2 ** rounds, PAUSE_MS_MAX), signal);
		rounds += 1;
	}
}

/** Whether another node would say the same. */
function isFinal({ problem }: Refused): boolean {
	return problem.status === 401 || problem.status === 403;
}

/** Reads one answer of one node, and why it ended. */
async function* readFrom(
	url: string,
	options: LiveOptions,
): AsyncGenerator<LiveRead> {
	const { token, signal, pause } = options;
	const quiet = new Quiet(pause, signal);
	try {
		const answer = await options.fetch(`${url}/v1/live`, {
			method: "GET",
			headers: {
				...(token !== undefined && { authorization: `Bearer ${token}` }),
			},
			signal: quiet.signal,
		});
		const type = answer.headers.get("content-type")?.split(";")[0];
		if (type === PROBLEM_TYPE) {
			const problem = JSON.parse(await answer.text()) as ProblemAsRead;
			yield { url, error: new Refused(`live at ${url}`, problem) };
			return;
		}
		if (answer.status !== 200 || answer.body === null)
			throw new Error(`status ${answer.status}`);
		const reader = new MessageReader();
		const decoder = new TextDecoder();
		for await (const bytes of answer.body) {
			quiet.heard();
			for (const { data } of reader.push(
				decoder.decode(bytes, { stream: true }),
			))
				if (data !== undefined)
					yield { url, frame: JSON.parse(data) as LiveFrame };
		}
		throw new Error("the stream has ended");
	} catch (error) {
		if (!signal.aborted)
			yield { url, error: new NoAnswer(`GET ${url}/v1/live`, error as Error) };
	} finally {
		quiet.end();
	}
}

/** Ends a connection over which nothing comes: frames come each second. */
class Quiet {
	#heard = true;
	readonly #over = new AbortController();
	readonly signal: AbortSignal;

	constructor(pause: LiveOptions["pause"], signal: AbortSignal) {
		this.signal = AbortSignal.any([signal, this.#over.signal]);
		void this.#look(pause);
	}

	heard(): void {
		this.#heard = true;
	}

	end(): void {
		this.#over.abort();
	}

	async #look(pause: LiveOptions["pause"]): Promise<void> {
		while (this.#heard && !this.signal.aborted) {
			this.#heard = false;
			await pause(LIVE_QUIET_MS, this.signal);
		}
		this.end();
	}
}
