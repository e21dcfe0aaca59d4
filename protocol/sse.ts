/** Server-sent events as text: how a message is written, and how a stream of them is read. */

export interface Message {
	readonly event?: string | undefined;
	/** The id that a reader sends back when it reconnects. */
	readonly id?: string | undefined;
	/** The data, in one line. Readers do not see a message without data, but keep its id. */
	readonly data?: string | undefined;
	/** How long a reader that loses the connection waits before it reconnects. */
	readonly retryMs?: number | undefined;
}

export function writeMessage({ event, id, data, retryMs }: Message): string {
	return [
		...(event === undefined ? [] : [`event: ${event}\n`]),
		...(id === undefined ? [] : [`id: ${id}\n`]),
		...(retryMs === undefined ? [] : [`retry: ${retryMs}\n`]),
		...(data === undefined ? [] : [`data: ${data}\n`]),
		"\n",
	].join("");
}

/** Takes a stream apart, piece by piece, wherever it was cut. */
export class MessageReader {
	#rest = "";
	#fields: Record<string, string> = {};

	/** The messages that are complete by now. */
	push(piece: string): Message[] {
		const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
		this.#rest = lines.pop() ?? "";
		const messages: Message[] = [];
		for (const line of lines) {
			if (line !== "") this.#field(line);
			else if (Object.keys(this.#fields).length > 0) {
				messages.push(this.#take());
			}
		}
		return messages;
	}

	#field(line: string): void {
		const at = line.indexOf(":");
		const name = at < 0 ? line : line.slice(0, at);
		// What begins with a colon is a comment.
		if (name === "") return;
		const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
		const before = name === "data" ? this.#fields[name] : undefined;
		this.#fields[name] = before === undefined ? value : `${before}\n${value}`;
	}

	#take(): Message {
		const { event, id, data, retry } = this.#fields;
		this.#fields = {};
		const retryMs = Number(retry);
		return {
			...{ event, id, data },
			...(retry !== undefined && Number.isSafeInteger(retryMs) && { retryMs }),
		};
	}
}
