/**
 * The crowd: more connections than a node serves.
 *
 * A client that floods a node with connections is told when to come back, like everybody
 * whom a node refuses: a connection that closes without a word looks like a dead node. So
 * some more than HTTP_CONNECTIONS_MAX are accepted; each gets its refusal and is closed.
 * The server bounds their number, HTTP_SURPLUS_MAX.
 *
 * A connection is a file, of which the system may let a process have few. If connections
 * took them all, task code that opens one would fail; so there are fewer of both then.
 */
import type { Server } from "node:http";
import { Server as SecureServer } from "node:https";
import type { Socket } from "node:net";
import {
	HTTP_CONNECTIONS_MAX,
	HTTP_FILES_SHARE,
	HTTP_SURPLUS_MAX,
} from "../../../protocol/limits.ts";
import type { Log } from "../../ports.ts";

export class Crowd {
	#open = 0;
	readonly #surplus = new WeakSet<Socket>();
	readonly #max: number;
	readonly #allMax: number;

	/** `filesMax`: how many files the process may have open; undefined if nobody knows. */
	constructor(filesMax = Number.POSITIVE_INFINITY) {
		const all = HTTP_CONNECTIONS_MAX + HTTP_SURPLUS_MAX;
		this.#allMax = Math.min(all, Math.floor(filesMax * HTTP_FILES_SHARE));
		this.#max = Math.floor((this.#allMax * HTTP_CONNECTIONS_MAX) / all);
	}

	/** Warns the operator if the node takes fewer connections than it could. */
	tell(log: Pick<Log, "warn">): void {
		if (this.#max === HTTP_CONNECTIONS_MAX) return;
		log.warn(
			{ connectionsMax: this.#max, ofUsually: HTTP_CONNECTIONS_MAX },
			"this process may have few files open, and so takes few connections; raise its limit (ulimit -n)",
		);
	}

	watch(server: Server): void {
		server.maxConnections = this.#allMax;
		// For a request over TLS, the socket is the one that decrypts it.
		const event =
			server instanceof SecureServer ? "secureConnection" : "connection";
		server.on(event, (socket: Socket) => {
			this.#open += 1;
			if (this.#open > this.#max) this.#surplus.add(socket);
			socket.once("close", () => {
				this.#open -= 1;
			});
		});
	}

	/** Whether the connection came when there were enough, and there still are. */
	isSurplus(socket: Socket): boolean {
		return this.#open > this.#max && this.#surplus.has(socket);
	}
}
