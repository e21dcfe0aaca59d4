/**
 * The HTTP side of a node on a free port, over an `Api` in memory; and plain
 * ways to call it, with and without a well-behaved client between. Whatever a
 * test asks for, the answer must be one that `/openapi.json` describes.
 */
import { connect } from "node:net";
import type { Access } from "../../node/answers/access.ts";
import {
	createHttp,
	type Http,
	type HttpOptions,
} from "../../node/http/server.ts";
import type { GivenTokens, Log } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { openAccess, RecordedAudit } from "../fakes/access.ts";
import { FakeApi } from "../fakes/api.ts";
import { FakeEvents } from "../fakes/events.ts";
import { FakeLive } from "../fakes/live.ts";
import { FakeOverview } from "../fakes/overview.ts";
import { Described } from "./http-described.ts";

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	// biome-ignore lint/suspicious/noExplicitAny: a test states the shape it wants
	readonly json: any;
}

export interface Server extends Http, AsyncDisposable {
	readonly api: FakeApi;
	readonly overview: FakeOverview;
	readonly access: Access;
	readonly audit: RecordedAudit;
	readonly events: FakeEvents;
	readonly live: FakeLive;
	/** What the node logged as its own errors. */
	readonly errors: object[];
	/** Sentences that it logged for its operator. */
	readonly told: string[];
	get(path: string, headers?: Record<string, string>): Promise<Answer>;
	post(
		path: string,
		body: unknown,
		headers?: Record<string, string>,
	): Promise<Answer>;
	/** With a body if there is one, JSON. */
	send(
		method: string,
		path: string,
		headers?: Record<string, string>,
		body?: unknown,
	): Promise<Answer>;
	/** Starts another one over the same `Api`, at the same address. */
	startAgain(): Promise<Http>;
	/** The status of one answer to bytes as they are. */
	raw(request: string): Promise<{ status: number; text: string }>;
}

/** Every server of a test describes itself alike. */
let described: Described | undefined;

/** Where it listens, the tokens that it is given, and how many requests it accepts of each. */
export interface Site
	extends Pick<HttpOptions, "publicUrl" | "corsOrigins" | "tls" | "filesMax"> {
	readonly given?: GivenTokens;
	readonly rate?: number;
}

export async function startServer(
	host = "127.0.0.1",
	{ given, rate, ...site }: Site = {},
): Promise<Server> {
	const api = new FakeApi();
	const overview = new FakeOverview();
	const [events, live] = [new FakeEvents(), new FakeLive()];
	const errors: object[] = [];
	const told: string[] = [];
	const access = await openAccess(given);
	const audit = new RecordedAudit();
	const parts = { overview, access, audit, events, live };
	const options: HttpOptions = {
		api: { ...parts, tasks: api, ends: api, cluster: api, meter: api },
		rate,
		host,
		port: 0,
		clock: systemClock,
		log: logInto(errors, told),
		version: "0.0.0",
		...site,
	};
	const http = await createHttp(options);
	const call = (path: string, init: RequestInit) =>
		ask(`http://${http.address}`, path, init);
	if (site.tls === undefined)
		described ??= new Described((await call("/openapi.json", {})).json);
	return {
		...http,
		...{ ...parts, api, errors, told },
		startAgain: () => createHttp({ ...options, port: portOf(http) }),
		get: (path, headers = {}) => call(path, { headers }),
		post: (path, body, headers = {}) =>
			call(path, {
				method: "POST",
				headers: { "content-type": "application/json", ...headers },
				body:
					typeof body === "string" || body instanceof Uint8Array
						? (body as BodyInit)
						: JSON.stringify(body),
			}),
		send: (method, path, headers = {}, body = undefined) =>
			call(path, {
				...{ method, headers },
				...(body !== undefined && {
					headers: { "content-type": "application/json", ...headers },
					body: JSON.stringify(body),
				}),
			}),
		raw: (request) => sendRaw(http.address, request),
		[Symbol.asyncDispose]: () => http.close(),
	};
}

function logInto(errors: object[], told: string[]): Log {
	const quiet = () => {};
	return {
		debug: quiet,
		info: quiet,
		warn: (_fields, sentence) => told.push(sentence),
		error: (fields, sentence) => {
			errors.push(fields);
			told.push(sentence);
		},
	};
}

function portOf({ address }: Http): number {
	return Number(new URL(`http://${address}`).port);
}

/** Each answer is held against the server's own description. */
async function ask(
	server: string,
	path: string,
	init: RequestInit,
): Promise<Answer> {
	const answer = await fetch(`${server}${path}`, init);
	const text = await answer.text();
	const isJson = /[/+]json/.test(answer.headers.get("content-type") ?? "");
	const json = isJson && text !== "" ? JSON.parse(text) : undefined;
	const { status, headers } = answer;
	const flaw = described?.flawOf({
		method: init.method ?? "GET",
		path,
		status,
		type: headers.get("content-type") ?? "",
		text,
	});
	if (flaw !== undefined) throw new Error(flaw);
	return { status, headers, text, json };
}

/** Resolves when the server closes the connection. */
function sendRaw(
	address: string,
	request: string,
): Promise<{ status: number; text: string }> {
	const { hostname, port } = new URL(`http://${address}`);
	return new Promise((resolve, reject) => {
		const socket = connect(Number(port), hostname);
		let text = "";
		socket.setEncoding("utf8");
		socket.on("connect", () => socket.write(request));
		socket.on("data", (data) => {
			text += data;
		});
		socket.on("error", reject);
		socket.on("close", () =>
			resolve({ status: Number(text.split(" ")[1]), text }),
		);
	});
}
