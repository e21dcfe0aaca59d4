/**
 * The crowd: more connections than a node serves.
 *
 * A client that floods a node with connections is told when to come back, like everybody
 * whom a node refuses: a connection that closes without a word looks like a dead node. So
 * some more than HTTP_CONNECTIONS_MAX are accepted; each gets its refusal and is closed.
 * The server bounds their number, HTTP_SURPLUS_MAX.
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
		// For a request over TLS, the socket is the one that decrypts it.
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
