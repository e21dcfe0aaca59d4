/**
 * What the thread says to the node, in bursts: everything said within one turn of the
 * event loop leaves as one message, in order.
 */
import type { MessagePort } from "node:worker_threads";
import type { JsonText } from "../../../protocol/task.ts";
import { type BurstFromWorker, pushSuccess } from "../burst.ts";
import type { FromWorker } from "../messages.ts";
import { bareList, post, soon } from "./native.ts";

export class Outbox {
	readonly #port: MessagePort;
	#burst: BurstFromWorker = bareList();

	constructor(port: MessagePort) {
		this.#port = port;
	}

	say(message: FromWorker): void {
		const burst = this.#outgoing();
		burst[burst.length] = message;
	}

	saySuccess(number: number, result: JsonText, ranMs: number): void {
		pushSuccess(this.#outgoing(), number, result, ranMs);
	}

	/** Says something at once, for a thread that is about to end and has no further turn. */
	sayNow(message: FromWorker): void {
		this.#burst[this.#burst.length] = message;
		this.#send();
	}

	#outgoing(): BurstFromWorker {
		if (this.#burst.length === 0) soon(() => this.#send());
		return this.#burst;
	}

	#send(): void {
		if (this.#burst.length === 0) return;
		const burst = this.#burst;
		this.#burst = bareList();
		post(this.#port, burst);
	}
}
