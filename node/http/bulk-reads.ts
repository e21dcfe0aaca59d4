/**
 * Bulk reads: answers that may be megabytes, a few at a time.
 *
 * A list costs its megabytes twice: on the one connection to the store, where
 * renewals of the lease must come through as well, and in memory until the
 * client has taken them. So a request takes a place before it reads, and gives
 * it back once its answer is out or its connection is gone, as request bodies
 * do (see body.ts). Others wait their turn, a few and not for long. Who holds a
 * place and takes nothing is cut off, and outlasted by those who wait.
 */
import type { FastifyReply } from "fastify";
import {
	BULK_READ_PATIENCE_MS,
	BULK_READS_MAX,
	BULK_READS_WAITING_MAX,
	CONNECTION_IDLE_MS,
} from "../../protocol/limits.ts";
import type { Problem } from "../../protocol/problem.ts";
import type { JsonText } from "../../protocol/task.ts";
import type { Clock } from "../ports.ts";
import { sendJson } from "./answer.ts";

export const bulkReadsFull: Problem = {
	code: "overloaded",
	detail:
		"The node answers as many requests for lists as it can; try again shortly, or another node.",
};

type Raw = FastifyReply["raw"];

/** Sends what was read, to a client that must go on taking it. */
export function sendBulk(reply: FastifyReply, text: JsonText): FastifyReply {
	// There is none while an earlier request of the connection is not yet answered.
	const { socket } = reply.raw;
	// Halved, since a socket that has something unsent is given its time twice.
	socket?.setTimeout(BULK_READ_PATIENCE_MS / 2);
	reply.raw.once("close", () => socket?.setTimeout(CONNECTION_IDLE_MS));
	return sendJson(reply, 200, text);
}

export class BulkReads {
	readonly #clock: Clock;
	#held = 0;
	/** In the order in which they came; each is told that it has a place. */
	readonly #waiting = new Set<() => void>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Whether there is a place for this answer, maybe after a while. It is given back by itself. */
	async enter({ raw }: FastifyReply): Promise<boolean> {
		if (raw.closed) return false;
		if (this.#held >= BULK_READS_MAX) return await this.#turn(raw);
		this.#hold(raw);
		return true;
	}

	#hold(raw: Raw): void {
		this.#held++;
		raw.once("close", () => {
			this.#held--;
			const [next] = this.#waiting;
			next?.();
		});
	}

	/** False where too many wait, it took too long, or nobody is there any more. */
	#turn(raw: Raw): Promise<boolean> {
		if (this.#waiting.size >= BULK_READS_WAITING_MAX) {
			return Promise.resolve(false);
		}
		return new Promise((resolve) => {
			const end = (hasPlace: boolean) => {
				this.#waiting.delete(called);
				tooLong.cancel();
				raw.off("close", gone);
				// At once, before another comes or this one goes.
				if (hasPlace) this.#hold(raw);
				resolve(hasPlace);
			};
			const called = () => end(true);
			const gone = () => end(false);
			const tooLong = this.#clock.after(BULK_READ_PATIENCE_MS, gone);
			this.#waiting.add(called);
			raw.once("close", gone);
		});
	}
}
