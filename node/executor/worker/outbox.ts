/**
 * What the thread says to the node, in bursts: what is said within one turn of
 * the event loop goes out as one message, in order.
 */
import type { MessagePort } from "node:worker_threads";
import { packFromWorker } from "../burst.ts";
import type { FromWorker } from "../messages.ts";

export class Outbox {
	readonly #port: MessagePort;
	#burst: FromWorker[] = [];

	constructor(port: MessagePort) {
		this.#port = port;
	}

	say(message: FromWorker): void {
		this.#burst.push(message);
		if (this.#burst.length === 1) setImmediate(() => this.#send());
	}

	/** For a thread that is about to end and has no further turn. */
	sayNow(message: FromWorker): void {
		this.#burst.push(message);
		this.#send();
	}

	#send(): void {
		if (this.#burst.length === 0) return;
		const burst = this.#burst;
		this.#burst = [];
		this.#port.postMessage(packFromWorker(burst));
	}
}
