/**
 * The metadata service of EC2, version 2: each question carries a token that was asked for
 * with PUT, so that no program on the machine that merely fetches URLs is answered. A
 * token is used until it is refused.
 */
import { type IncomingMessage, request } from "node:http";
import {
	METADATA_BYTES_MAX,
	METADATA_SESSION_S,
	METADATA_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { Clock, MachineMetadata } from "../ports.ts";

/** The address of the service on every machine of EC2. */
export const METADATA_ENDPOINT = "http://169.254.169.254";

interface Answer {
	readonly status: number;
	readonly text: string;
}

export class InstanceMetadata implements MachineMetadata {
	readonly #endpoint: string;
	readonly #clock: Clock;
	/** The token, under way or answered; undefined if there is none, or it was refused. */
	#token: Promise<string> | undefined;

	constructor(endpoint: string, clock: Clock) {
		this.#endpoint = endpoint.replace(/\/+$/, "");
		this.#clock = clock;
	}

	async get(path: string): Promise<string | undefined> {
		const first = await this.#getWithToken(path);
		const answer =
			first.status === 401 ? await this.#getWithToken(path) : first;
		if (answer.status === 404) return undefined;
		if (answer.status === 200) return answer.text;
		throw new Error(`it answers ${answer.status} to GET ${path}`);
	}

	async #getWithToken(path: string): Promise<Answer> {
		this.#token ??= this.#newToken();
		const token = this.#token;
		try {
			const answer = await this.#ask("GET", path, {
				"X-aws-ec2-metadata-token": await token,
			});
			if (answer.status === 401) this.#drop(token);
			return answer;
		} catch (error) {
			this.#drop(token);
			throw error;
		}
	}

	#drop(token: Promise<string>): void {
		if (this.#token === token) this.#token = undefined;
	}

	async #newToken(): Promise<string> {
		const { status, text } = await this.#ask("PUT", "/latest/api/token", {
			"X-aws-ec2-metadata-token-ttl-seconds": String(METADATA_SESSION_S),
		});
		if (status === 200 && /^[\x21-\x7e]+$/.test(text)) return text;
		throw new Error(`it gives no token, but the status ${status}`);
	}

	async #ask(
		method: "GET" | "PUT",
		path: string,
		headers: Readonly<Record<string, string>>,
	): Promise<Answer> {
		const { promise, resolve, reject } = Promise.withResolvers<Answer>();
		const asking = request(`${this.#endpoint}${path}`, {
			...{ method, agent: false },
			headers: { ...headers, ...(method === "PUT" && { "Content-Length": 0 }) },
		});
		const timer = this.#clock.after(METADATA_TIMEOUT_MS, () =>
			asking.destroy(
				new Error(`it has not answered within ${METADATA_TIMEOUT_MS} ms`),
			),
		);
		asking.once("error", reject);
		asking.once("response", (response) => {
			readText(response).then(
				(text) => resolve({ status: response.statusCode ?? 0, text }),
				reject,
			);
		});
		asking.end();
		try {
			return await promise;
		} finally {
			timer.cancel();
			asking.destroy();
		}
	}
}

async function readText(response: IncomingMessage): Promise<string> {
	let text = "";
	for await (const chunk of response.setEncoding("utf8")) {
		text += chunk;
		if (text.length > METADATA_BYTES_MAX)
			throw new Error(`it answers more than ${METADATA_BYTES_MAX} bytes`);
	}
	return text;
}
