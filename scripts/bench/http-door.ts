/**
 * The door of whatever takes tasks over HTTP as Hearsay does: `POST /v1/tasks`
 * answers 202 with the id, `GET /v1/tasks/:id?wait=` answers when it has ended.
 * Hearsay, BullMQ behind a route, and the bare route are so spoken to by the
 * same client.
 */
import type { Door, TaskType } from "./contender.ts";
import { IN_FLIGHT } from "./contender.ts";
import { HttpConnections } from "./http-connections.ts";

const PATH = "/v1/tasks";
const WAIT = "30s";
/** Of their own, so that no wait keeps a submission from a connection. */
const WAITS_MAX = 256;

export class HttpDoor implements Door {
	readonly #name: string;
	readonly #port: number;
	readonly #connections: HttpConnections;
	#waits: HttpConnections | undefined;

	constructor(name: string, port: number) {
		this.#name = name;
		this.#port = port;
		this.#connections = new HttpConnections(port, IN_FLIGHT);
	}

	async submit(type: TaskType, payload: object): Promise<void> {
		await this.#submit(type, payload);
	}

	/** Submits a task, then waits for its result; throws where it has none. */
	async call(type: TaskType, payload: object): Promise<void> {
		this.#waits ??= new HttpConnections(this.#port, WAITS_MAX);
		const { id } = JSON.parse(await this.#submit(type, payload));
		const answer = await this.#waits.get(`${PATH}/${id}?wait=${WAIT}`);
		const { state } = JSON.parse(answer.body) as { state?: string };
		if (state !== "SUCCESS") {
			throw new Error(`${this.#name} answered a wait with ${answer.body}`);
		}
	}

	/** NDJSON: many tasks in one body. The answer's own body. */
	submitLines(lines: readonly string[]): Promise<string> {
		return this.#post(lines.join("\n"), "application/x-ndjson");
	}

	async read<T>(path: string): Promise<T> {
		const { status, body } = await this.#connections.get(path);
		if (status !== 200) {
			throw new Error(`${this.#name} answered ${status}: ${body}`);
		}
		return JSON.parse(body) as T;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#connections.close();
		this.#waits?.close();
	}

	#submit(type: TaskType, payload: object): Promise<string> {
		return this.#post(JSON.stringify({ type, payload }), "application/json");
	}

	async #post(text: string, type: string): Promise<string> {
		const { status, body } = await this.#connections.post(PATH, text, type);
		if (status !== 202) {
			throw new Error(`${this.#name} answered ${status}: ${body}`);
		}
		return body;
	}
}
