/**
 * The door of whatever takes tasks over HTTP as Hearsay does: `POST /v1/tasks`
 * answers 202 with the id, `GET /v1/tasks/:id?wait=` answers when it has ended.
 * Hearsay, BullMQ behind a route, and the bare route are so spoken to by the
 * same client, one that costs the load generator little.
 */
import { type Child, startProgram } from "./children.ts";
import {
	type Door,
	type Ground,
	IN_FLIGHT,
	type TaskType,
} from "./contender.ts";
import { HttpConnections } from "./http-connections.ts";
import { freePort } from "./port.ts";

const PATH = "/v1/tasks";
const WAIT = "30s";
/** Of their own, so that no wait keeps a submission from a connection. */
const WAITS_MAX = 256;

export class HttpDoor implements Door {
	readonly #server: Child;
	readonly #port: number;
	readonly #connections: HttpConnections;
	#waits: HttpConnections | undefined;

	/** Whoever serves at the port, and ends with this. */
	constructor(server: Child, port: number) {
		this.#server = server;
		this.#port = port;
		this.#connections = new HttpConnections(port, IN_FLIGHT);
	}

	async submit(type: TaskType, payload: object): Promise<void> {
		await this.#submit(type, payload);
	}

	async call(type: TaskType, payload: object): Promise<void> {
		this.#waits ??= new HttpConnections(this.#port, WAITS_MAX);
		const { id } = JSON.parse(await this.#submit(type, payload));
		const answer = await this.#waits.get(`${PATH}/${id}?wait=${WAIT}`);
		const { state } = JSON.parse(answer.body) as { state?: string };
		if (state !== "SUCCESS") {
			throw new Error(`a wait was answered with ${answer.body}`);
		}
	}

	/** NDJSON: many tasks in one body. The answer's own body. */
	submitLines(lines: readonly string[]): Promise<string> {
		return this.#post(lines.join("\n"), "application/x-ndjson");
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#connections.close();
		this.#waits?.close();
		await this.#server.stop();
	}

	#submit(type: TaskType, payload: object): Promise<string> {
		return this.#post(JSON.stringify({ type, payload }), "application/json");
	}

	async #post(text: string, type: string): Promise<string> {
		const { status, body } = await this.#connections.post(PATH, text, type);
		if (status !== 202) {
			throw new Error(`a submission was answered ${status}: ${body}`);
		}
		return body;
	}
}

/** The door of a program that gets its port and Redis's. */
export async function openRoute(
	name: string,
	file: string,
	{ redis }: Ground,
): Promise<HttpDoor> {
	const port = await freePort();
	const server = await startProgram(name, file, [port, redis.port]);
	return new HttpDoor(server, port);
}
