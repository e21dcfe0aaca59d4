/**
 * The crowd: more connections than a node serves.
 *
 * Who floods a node with connections is told when to come again, like everybody whom a
 * node refuses: a connection that closes without a word looks like a node that is dead.
 * Some more than HTTP_CONNECTIONS_MAX are let in for that; each hears its refusal and is
 * closed. Their number is bounded by the server, HTTP_SURPLUS_MAX.
 */
import type { Server } from "node:http";
import { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import {
	HTTP_CONNECTIONS_MAX,
	HTTP_SURPLUS_MAX,
} from "../../../protocol/limits.ts";

export class Crowd {
	#open = 0;
	readonly #surplus = new WeakSet<Socket>();

	watch(server: Server): void {
		server.maxConnections = HTTP_CONNECTIONS_MAX + HTTP_SURPLUS_MAX;
		// The socket of a request over TLS is the one that deciphers it.
		const event =
			server instanceof SecureServer ? "secureConnection" : "connection";
		server.on(event, (socket: Socket) => {
			this.#open += 1;
			if (this.#open > HTTP_CONNECTIONS_MAX) this.#surplus.add(socket);
			socket.once("close", () => {
				this.#open -= 1;
			});
		});
	}

	/** Whether the connection came when there were enough, and there still are. */
	isSurplus(socket: Socket): boolean {
		return this.#open > HTTP_CONNECTIONS_MAX && this.#surplus.has(socket);
	}
}
