/**
 * Requests that nobody should send: drawn from the operations, each with something wrong in
 * its body, its types, its address, its method, its headers or its very HTTP. Some come out
 * sound: those are answered as described, too.
 */
import type { Operation, Parameter } from "../../protocol/operation.ts";
import { FILES, OPERATIONS } from "../../protocol/operations.ts";
import { drawBody } from "./bodies.ts";
import { type Draws, TEXTS } from "./draws.ts";

export interface Drawn {
	readonly method: string;
	/** As it is asked for. */
	readonly target: string;
	readonly bytes: Buffer;
	/** It is no HTTP, so there need not be an answer. */
	readonly isBroken: boolean;
	/** It may ask to wait. */
	readonly waits: boolean;
}

/** Of a node that was told `--public-url` and `--cors-origin`; to one that was not, they are nothing. */
export const BASE = "/hearsay";
export const APP = "https://app.example.com";

const METHODS = [
	...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"],
	...["PROPFIND", "MKCOL", "M-SEARCH", "PURGE", "LINK", "QUERY"],
];

const OPERATION_LIST: readonly Operation[] =
	Object.values<Operation>(OPERATIONS);
const FILE_LIST: readonly Operation[] = Object.values(FILES).map(
	(path): Operation => ({
		...{ method: "GET", path, tag: "Health", role: "open" },
		...{ summary: "", description: "", answers: {}, problems: [] },
	}),
);

/** `tokens`: those that may stand in `Authorization`. */
export function drawRequest(draws: Draws, tokens: readonly string[]): Drawn {
	const operation = draws.mostly(
		draws.one(OPERATION_LIST),
		[draws.one(FILE_LIST)],
		0.05,
	);
	const method = draws.mostly(operation.method, METHODS, 0.1);
	const target = drawTarget(draws, operation);
	const body = drawBody(draws, operation);
	const headers = drawHeaders(draws, body, tokens);
	const head = [`${method} ${target} HTTP/1.1`, ...headers, "", ""].join(
		"\r\n",
	);
	const sound = Buffer.concat([
		Buffer.from(head, "latin1"),
		body ?? Buffer.alloc(0),
	]);
	const isBroken = draws.chance(0.12);
	return {
		...{ method, target, isBroken },
		bytes: isBroken ? breakHttp(draws, sound) : sound,
		waits: target.includes("wait"),
	};
}

function drawTarget(draws: Draws, operation: Operation): string {
	const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name) => {
		const usual = String(operation.places?.[name]?.example ?? "start");
		const text = draws.mostly(usual, TEXTS, 0.4);
		return draws.chance(0.9) ? encode(text) : latin(text);
	});
	const query = drawQuery(draws, operation.query);
	const whole = query === "" ? path : `${path}?${query}`;
	if (draws.chance(0.92)) return whole;
	return draws.one([
		BASE + whole,
		`${BASE}${BASE}${whole}`,
		BASE + whole.slice(1),
		`${path}/`,
		`/${path}`,
		`${path}/../healthz`,
		path.replaceAll("/", "%2F"),
		path.replace(/[a-z]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
		path.toUpperCase(),
		`${path}%zz`,
		`${path}%c0%af`,
		`${path}?${"a=b&".repeat(2_000)}`,
		`http://localhost${whole}`,
		`http://evil.example${whole}`,
		"*",
		`/${"a".repeat(20_000)}`,
	]);
}

function drawQuery(draws: Draws, query: Operation["query"]): string {
	const known =
		query === undefined || query === "any"
			? []
			: Object.entries<Parameter>(query);
	if (known.length === 0 && draws.chance(0.8)) return "";
	const pairs: string[] = [];
	for (let left = draws.below(4); left > 0; left--) {
		const [name, parameter] =
			known.length > 0 && draws.chance(0.9)
				? draws.one(known)
				: [draws.one(TEXTS), undefined];
		const usual = [parameter?.example ?? "a"].flat()[0];
		const value = encode(draws.mostly(String(usual), TEXTS, 0.5));
		pairs.push(
			draws.one([
				...Array(6).fill(`${encode(name)}=${value}`),
				`${encode(name)}=${value}&${encode(name)}=${value}`,
				`${encode(name)}[]=${value}`,
				`${encode(name)}`,
				`=${value}`,
				`${encode(name)}=%zz`,
			]),
		);
	}
	return pairs.join("&");
}

function drawHeaders(
	draws: Draws,
	body: Buffer | undefined,
	tokens: readonly string[],
): string[] {
	const type = draws.mostly("application/json", [
		...[
			"application/x-ndjson",
			"text/plain",
			"application/json; charset=utf-16",
		],
		...["", "application/JSON", "multipart/form-data", "application/json, a/b"],
	]);
	const headers = [
		`Host: ${draws.mostly("localhost", ["127.0.0.1", "LOCALHOST:1", "evil.example"], 0.03)}`,
		"Connection: close",
		...(body === undefined
			? []
			: [`Content-Type: ${type}`, `Content-Length: ${body.length}`]),
		...(draws.chance(0.5) ? [`Authorization: ${draws.one(tokens)}`] : []),
	];
	for (let left = draws.below(3); left > 0; left--) {
		const text = latin(draws.one(TEXTS)).replaceAll(/[\0\r\n]/g, "");
		headers.push(
			draws.one([
				`Idempotency-Key: ${text}`,
				`Idempotency-Key: k${draws.below(100)}`,
				`traceparent: ${text}`,
				`Last-Event-ID: ${text}`,
				`Origin: ${draws.one(["null", "http://localhost", "https://evil.example", APP, text])}`,
				`Sec-Fetch-Site: ${draws.one(["cross-site", "same-origin", text])}`,
				`Access-Control-Request-Method: ${text}`,
				`Origin: ${APP}\r\nAccess-Control-Request-Method: POST`,
				`Accept: ${text}`,
				`Accept-Encoding: ${text}`,
				`Content-Encoding: gzip`,
				`Expect: ${draws.one(["100-continue", text])}`,
				`Range: bytes=0-1`,
				`If-None-Match: *`,
				`Upgrade: ${draws.one(["websocket", "h2c", text])}`,
				`X-Forwarded-Host: evil.example`,
				`X-HTTP-Method-Override: DELETE`,
				`Cookie: ${text}`,
				`X-${draws.text(8)}: ${text}`,
			]),
		);
	}
	return headers;
}

/** A request with its HTTP broken: what a parser, not a route, has to refuse. */
function breakHttp(draws: Draws, sound: Buffer): Buffer {
	const text = sound.toString("latin1");
	const at = draws.below(text.length + 1);
	const edit = draws.one<() => string>([
		() => text.slice(0, at),
		() =>
			text.replace("HTTP/1.1", draws.one(["HTTP/1.0", "HTTP/9.9", "", "JUNK"])),
		() =>
			text.replace(/Host: .*\r\n/, draws.one(["", "Host: a\r\nHost: b\r\n"])),
		() => text.replace("Connection: close", "Transfer-Encoding: chunked"),
		() =>
			text.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
		() => text.replace(/Content-Length: \d+/, "Content-Length: -1"),
		() => text.replace(/Content-Length: \d+/, "Content-Length: 5, 6"),
		() => text.replace(/Content-Length: (\d+)/, "Content-Length: 1$1"),
		() => text.replace(/Content-Length: \d+/, "$&\r\n$&"),
		() => text.replaceAll("\r\n", draws.one(["\n", "\r"])),
		() => text.replace(": ", ":\u0000"),
		() => text.replace(": ", " : "),
		() => text.replace("\r\n", "\r\nno colon here\r\n"),
		() => text.replace("\r\n", `\r\nX-Long: ${"a".repeat(17_000)}\r\n`),
		() => text.replace("\r\n", `\r\n${"X-Many: a\r\n".repeat(2_500)}`),
		() => text.replace(" ", "  "),
		() => `${text.slice(0, at)}\u0000${text.slice(at)}`,
		() => `\r\n\r\n${text}`,
		() => `${text}GET / HTTP/1.1\r\n\r\n`,
		() => `\u0016\u0003\u0001${text}`,
		() => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	]);
	return Buffer.from(edit(), "latin1");
}

/** As an address has it; what is no Unicode as it comes. */
function encode(text: string): string {
	return text.isWellFormed() ? encodeURIComponent(text) : "%ed%a0%80";
}

/** What is left of a text in a head, which has bytes. */
function latin(text: string): string {
	return Buffer.from(text, "utf8")
		.toString("latin1")
		.replaceAll(/[\0-\x20]/g, "+");
}
