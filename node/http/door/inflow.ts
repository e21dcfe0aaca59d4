/**
 * Inflow: what all connections together may send.
 *
 * Each connection has a flow (see flow.ts), which keeps what is too much for one. What is
 * too much for all is bounded here: the open requests, the kept bytes, and the time that
 * beginning requests may take in one turn of the event loop, on which leases are renewed,
 * too. When that time is over, the connections wait for the next turn in a queue, and
 * each begins one request at a time.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import {
	HTTP_TURN_MS,
	INFLOW_BYTES_MAX,
	REQUESTS_OPEN_ALL_MAX,
} from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";
import { Flow, type Share } from "./flow.ts";

const NEVER = Number.POSITIVE_INFINITY;

export class Inflow implements Share {
	open = 0;
	bytes = 0;
	readonly #clock: Clock;
	readonly #flows = new WeakMap<Socket, Flow>();
	/** Connections that wait, in the order in which they take their turns. */
	readonly #waiting = new Set<Flow>();
	/** When this turn's time is over; set by its first request. */
	#endsMs = NEVER;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	watch(server: Server): void {
		// Over TLS, bytes belong to a request once they are decrypted.
		const event =
			server instanceof SecureServer ? "secureConnection" : "connection";
		server.on(event, (socket: Socket) => {
			this.#flows.set(socket, new Flow(socket, this));
		});
		server.on("request", (request: IncomingMessage, response) => {
			this.#flows.get(request.socket)?.begun(request, response);
		});
		// By itself Node answers expectations that it does not know, and nobody counts these
		// answers.
		server.on("checkExpectation", (request, response: ServerResponse) => {
			server.emit("request", request, response);
		});
	}

	flowOf(socket: Socket): Flow | undefined {
		return this.#flows.get(socket);
	}

	get mayBeginMore(): boolean {
		return this.open < REQUESTS_OPEN_ALL_MAX;
	}

	get isFull(): boolean {
		return this.bytes > INFLOW_BYTES_MAX;
	}

	get hasTime(): boolean {
		if (this.#waiting.size > 0) return false;
		return this.#isInTime();
	}

	later(flow: Flow): void {
		this.#waiting.add(flow);
		this.#isInTime(); // A turn ends in any case.
	}

	gone(flow: Flow): void {
		this.#waiting.delete(flow);
	}

	#isInTime(): boolean {
		const nowMs = this.#clock.monoMs();
		if (this.#endsMs !== NEVER) return nowMs < this.#endsMs;
		this.#endsMs = nowMs + HTTP_TURN_MS;
		this.#clock.soon(() => this.#turn());
		return true;
	}

	/** Each waiting connection begins one request, again and again while there is time. */
	#turn(): void {
		this.#endsMs = NEVER;
		if (this.#waiting.size === 0) return;
		for (const flow of this.#waiting) {
			if (!this.#isInTime()) break;
			this.#waiting.delete(flow);
			flow.step();
		}
	}
}
