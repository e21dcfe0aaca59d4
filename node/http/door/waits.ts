/**
 * Requests that wait for a task to end: each is released when its client hangs up, and
 * all are when the node stops, so that none keeps the node from closing.
 */
import type { FastifyReply } from "fastify";

export class Waits {
	readonly #open = new Set<AbortController>();

	/** Runs `wait` with a signal that aborts when the request is no longer wanted. */
	async hold<T>(
		reply: FastifyReply,
		wait: (signal: AbortSignal) => Promise<T>,
	): Promise<T> {
		const controller = new AbortController();
		const hangUp = () => controller.abort();
		this.#open.add(controller);
		reply.raw.once("close", hangUp);
		// Its client may have hung up already, while it was being checked who asks.
		if (reply.raw.destroyed) hangUp();
		try {
			return await wait(controller.signal);
		} finally {
			reply.raw.off("close", hangUp);
			this.#open.delete(controller);
		}
	}

	/** Ends all waits: each is answered at once, with the task as it is. */
	endAll(): void {
		for (const controller of this.#open) controller.abort();
	}
}
