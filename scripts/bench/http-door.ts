/**
 * The door of whatever takes tasks over HTTP as Hearsay does: `POST /v1/tasks` answers
 * 202 with the id, and `GET /v1/tasks/:id?wait=` answers when the task has ended. So the
 * same client, one that costs the load generator little, speaks to Hearsay, to BullMQ
 * behind a route, and to the bare route.
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
/** Connections for waits alone, so that no wait keeps a submission from a connection. */
const WAITS_MAX = 256;

export class HttpDoor implements Door {
	readonly #server: Child;
	readonly #port: number;
	readonly #connections: HttpConnections;
	#waits: HttpConnections | undefined;

	/** The server at the port, which ends with this door. */
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

	/** Submits NDJSON: many tasks in one body. Returns the answer's body. */
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

/** Opens the door of a program that gets its own port and Redis's. */
export async function openRoute(
	name: string,
	file: string,
	{ redis }: Ground,
): Promise<HttpDoor> {
	const port = await freePort();
	const server = await startProgram(name, file, [port, redis.port]);
	return new HttpDoor(server, port);
}
