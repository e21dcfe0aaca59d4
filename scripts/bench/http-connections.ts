/**
 * An HTTP/1.1 client that costs little: keep-alive connections with one request in flight
 * on each, written for a load generator that shares its cores with the server it
 * measures. It knows only what it needs: answers with a `Content-Length`, over sockets
 * that stay open.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { nowMs } from "./clock.ts";

/**
 * A connection that was not used for this long is not used again. Servers close idle
 * connections (all that are measured, after 72 s or more), and a request sent at that
 * moment is lost.
 */
const KEPT_MS = 30_000;

export interface Answer {
	readonly status: number;
	readonly body: string;
}

class Connection {
	readonly #socket: Socket;
	#received = "";
	#usedMs = nowMs();
	#waiting: PromiseWithResolvers<Answer> | undefined;

	private constructor(socket: Socket) {
		this.#socket = socket;
		socket.setNoDelay(true);
		// One character per byte, so that lengths are those of the header.
		socket.setEncoding("latin1");
		socket.on("data", (text: string) => this.#receive(text));
		socket.on("close", () => this.#fail("the server closed a connection"));
		socket.on("error", (cause) => this.#fail("a connection broke", cause));
	}

	static async open(port: number): Promise<Connection> {
		const socket = connect(port, "127.0.0.1");
		await once(socket, "connect");
		return new Connection(socket);
	}

	get isUsable(): boolean {
		return !this.#socket.destroyed && nowMs() - this.#usedMs < KEPT_MS;
	}

	async send(request: string): Promise<Answer> {
		if (this.#socket.destroyed) throw new Error("the connection is closed");
		this.#waiting = Promise.withResolvers();
		this.#socket.write(request);
		return this.#waiting.promise;
	}

	close(): void {
		this.#socket.destroy();
	}

	#receive(text: string): void {
		this.#received = this.#received === "" ? text : this.#received + text;
		const bodyAt = this.#received.indexOf("\r\n\r\n") + 4;
		if (bodyAt < 4) return;
		const length = /\r\ncontent-length: *(\d+)/i.exec(this.#received)?.[1];
		if (length === undefined) {
			this.#fail("an answer came without Content-Length");
			return;
		}
		if (this.#received.length < bodyAt + Number(length)) return;
		const answer = {
			status: Number(this.#received.slice(9, 12)),
			body: this.#received.slice(bodyAt),
		};
		this.#received = "";
		this.#usedMs = nowMs();
		this.#waiting?.resolve(answer);
	}

	#fail(message: string, cause?: Error): void {
		this.#waiting?.reject(new Error(message, { cause }));
	}
}

/**
 * A limited number of connections, each opened when it is first needed: the server closes
 * one that waits long for its first request, perhaps just as that is sent.
 */
export class HttpConnections {
	readonly #port: number;
	readonly #max: number;
	readonly #all = new Set<Connection>();
	readonly #idle: Connection[] = [];
	readonly #turns: ((connection: Connection) => void)[] = [];
	#opened = 0;

	constructor(port: number, max: number) {
		this.#port = port;
		this.#max = max;
	}

	get(path: string): Promise<Answer> {
		return this.#exchange(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
	}

	post(path: string, body: string, type: string): Promise<Answer> {
		return this.#exchange(
			`POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
		);
	}

	async #exchange(request: string): Promise<Answer> {
		const connection = await this.#take();
		const answer = await connection.send(request);
		const next = this.#turns.shift();
		if (next === undefined) this.#idle.push(connection);
		else next(connection);
		return answer;
	}

	/** Takes a connection, for which it waits if all are in use. */
	async #take(): Promise<Connection> {
		const idle = this.#idle.shift();
		if (idle?.isUsable) return idle;
		if (idle === undefined && this.#opened === this.#max)
			return await new Promise((turn) => this.#turns.push(turn));
		if (idle === undefined) this.#opened += 1;
		else {
			idle.close();
			this.#all.delete(idle);
		}
		const connection = await Connection.open(this.#port);
		this.#all.add(connection);
		return connection;
	}

	close(): void {
		for (const connection of this.#all) connection.close();
	}
}
