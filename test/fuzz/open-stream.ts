/** A stream that somebody reads while others ask for what nobody should: it goes on, and each message is as described. */
import { MessageReader, writeMessage } from "../../protocol/sse.ts";
import type { Described } from "../contract/http-described.ts";

const FLAWS_MAX = 5;

export class OpenStream implements AsyncDisposable {
	messages = 0;
	/** What was wrong with it, the first few. */
	readonly flaws: string[] = [];
	readonly #path: string;
	readonly #described: Described;
	readonly #left = new AbortController();
	#over: Promise<void> = Promise.resolve();

	/** Resolves when the node has begun to answer. */
	static async open(
		url: string,
		path: string,
		described: Described,
		headers: Record<string, string> = {},
	): Promise<OpenStream> {
		const stream = new OpenStream(path, described);
		const { signal } = stream.#left;
		const answer = await fetch(url + path, { headers, signal });
		if (answer.status !== 200 || answer.body === null)
			throw new Error(`${path} answers ${answer.status}`);
		stream.#over = stream.#read(answer.body);
		return stream;
	}

	private constructor(path: string, described: Described) {
		this.#path = path;
		this.#described = described;
	}

	async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
		const reader = new MessageReader();
		const decoder = new TextDecoder();
		try {
			for await (const bytes of body)
				for (const { data } of reader.push(
					decoder.decode(bytes, { stream: true }),
				))
					this.#check(data);
			this.#flawed("it has ended");
		} catch (error) {
			if (!this.#left.signal.aborted) this.#flawed(`it broke off: ${error}`);
		}
	}

	#check(data: string | undefined): void {
		if (data === undefined) return;
		this.messages += 1;
		const flaw = this.#described.flawOf({
			...{ method: "GET", path: this.#path, status: 200 },
			...{ type: "text/event-stream", text: writeMessage({ data }) },
		});
		if (flaw !== undefined) this.#flawed(flaw);
	}

	#flawed(what: string): void {
		if (this.flaws.length < FLAWS_MAX)
			this.flaws.push(`${this.#path}: ${what}`);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#left.abort();
		await this.#over;
	}
}
