/**
 * HTTP in trouble: a store that is away, errors of our own, bad addresses, bad bodies.
 */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import { BODY_BYTES_MAX } from "../../protocol/limits.ts";
import { startServer } from "./http-server.ts";

const task = { type: "t" };

// --- The store, and the node itself

test.each([
	["unreachable", "store_unavailable", "store_unavailable"],
	// A read has changed nothing in any case.
	["unknown", "outcome_unknown", "store_unavailable"],
	["full", "store_full", "store_full"],
] as const)(
	"a store that is %s is a 503 that says when to try again",
	async (kind, codeOfPost, codeOfGet) => {
		await using server = await startServer();
		server.api.failure = new StoreError(kind, "secret detail");
		const posts = [
			await server.post("/v1/tasks", task),
			await server.post("/add_task", { task_id: 1, task_data: "" }),
		];
		const gets = [
			await server.get("/v1/tasks/a"),
			await server.get("/v1/tasks/a?wait=1s"),
			await server.get("/v1/tasks"),
			await server.get("/v1/cluster"),
			await server.get("/v1/nodes/node-a/deaths"),
			await server.get("/status/all"),
		];
		for (const answer of [...posts, ...gets]) {
			const code = posts.includes(answer) ? codeOfPost : codeOfGet;
			expect([answer.status, answer.json.code]).toEqual([503, code]);
			expect(answer.headers.get("retry-after")).toBe("1");
			expect(answer.text).not.toMatch(/secret|reachable/);
		}
	},
);

test("an internal error is logged, and not shown", async () => {
	await using server = await startServer();
	server.api.failure = new Error("secret detail");
	const tried = [
		await server.post("/v1/tasks", task),
		await server.post("/v1/tasks", [task]),
	];
	for (const answer of tried) {
		expect([answer.status, answer.json.code]).toEqual([500, "internal"]);
		expect(answer.text).not.toMatch(/secret|stack|\.ts/);
	}
	expect(server.errors).toMatchObject([
		{ err: server.api.failure, method: "POST", url: "/v1/tasks" },
		{ err: server.api.failure },
	]);
});

// --- Addresses, methods, types

test("an unknown address answers 404, whatever is sent to it", async () => {
	await using server = await startServer();
	for (const path of ["/nope", "/v1", "/v1/tasks/a/b", "/../etc/passwd"]) {
		const answer = await server.get(path);
		expect([answer.status, answer.json.code]).toEqual([404, "not_found"]);
	}
	const posted = await server.post("/nope", "x", { "content-type": "x/y" });
	expect(posted.status).toBe(404);
});

test("an address that is not well-formed is refused", async () => {
	await using server = await startServer();
	const answer = await server.get("/v1/tasks/%zz");
	expect([answer.status, answer.json.code]).toEqual([400, "invalid"]);
});

test("a method that an address does not take answers 405 with those it takes", async () => {
	await using server = await startServer();
	const url = `http://${server.address}/v1/tasks`;
	const answer = await fetch(url, { method: "DELETE" });
	expect(answer.status).toBe(405);
	expect(answer.headers.get("allow")).toBe("POST, GET, HEAD");
	expect(await answer.json()).toMatchObject({ code: "method_not_allowed" });
	const put = await fetch(`${url}/a`, {
		method: "PUT",
		body: "no type of ours",
	});
	expect(put.status).toBe(405);
	const head = await fetch(url, { method: "HEAD" });
	expect(head.status).toBe(200);
});

test.each(["TRACE", "PROPFIND", "PUT", "OPTIONS"])(
	"a method that no address takes answers 405 at a known address: %s",
	async (method) => {
		await using server = await startServer();
		const told = async (path: string) => {
			const { status, text } = await server.raw(
				`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
			);
			return `${status} ${text.match(/^allow: .*$/m)}`;
		};
		expect(await told("/v1/tasks?a=b/c")).toBe("405 allow: POST, GET, HEAD");
		expect(await told("/v1/tasks/a/")).toBe(
			"405 allow: GET, HEAD, PATCH, DELETE",
		);
		expect(await told("/")).toBe("405 allow: GET, HEAD");
		expect(await told("/v1/nodes/n/drain")).toBe("405 allow: POST");
		expect(await told("/v1/nodes//drain")).toBe("404 null");
	},
);

test("an address with a slash at its end is the one without it", async () => {
	await using server = await startServer();
	expect((await server.post("/v1/tasks/", task)).status).toBe(202);
	expect((await server.get("/v1/tasks/")).json.tasks).toHaveLength(1);
	expect((await server.get("/healthz/")).status).toBe(200);
});

test.each(["text/plain", "application/x-www-form-urlencoded", "nonsense", ""])(
	"a body of a type that is not accepted answers 415: %j",
	async (type) => {
		await using server = await startServer();
		const headers = { "content-type": type };
		const answer = await server.post("/v1/tasks", '{"type":"t"}', headers);
		expect(answer.status).toBe(415);
		expect(answer.json).toMatchObject({ field: "Content-Type" });
	},
);

test("a compressed body is refused as such, and one with identity encoding is accepted", async () => {
	await using server = await startServer();
	const answer = await server.post("/v1/tasks", gzipSync('{"type":"t"}'), {
		"content-encoding": "gzip",
	});
	expect(answer.status).toBe(415);
	expect(answer.json).toMatchObject({ field: "Content-Encoding" });
	const plain = { "content-encoding": "identity" };
	expect((await server.post("/v1/tasks", task, plain)).status).toBe(202);
});

test("a type with a character set, in upper or lower case, is accepted", async () => {
	await using server = await startServer();
	const json = { "content-type": "Application/JSON; charset=UTF-8" };
	const lines = { "content-type": "Application/X-NDJSON; charset=UTF-8" };
	expect((await server.post("/v1/tasks", task, json)).status).toBe(202);
	const answer = await server.post("/v1/tasks", task, lines);
	expect(answer.headers.get("content-type")).toMatch(/x-ndjson/);
});

// --- Bodies

const unsound: [what: string, body: string | Uint8Array, field?: string][] = [
	["nothing", ""],
	["half an object", '{"type":"t"'],
	["text behind the end", '{"type":"t"}{}'],
	["bytes that are not UTF-8", Buffer.from('{"type":"\xff"}', "latin1")],
	["a name twice", '{"type":"t","priority":1,"priority":9}', "priority"],
	["a name twice in an item", '[{"a":1},{"b":{"c":1,"c":2}}]', "[1].b.c"],
	["__proto__", '{"type":"t","payload":{"__proto__":{}}}', "payload.__proto__"],
	[
		"constructor.prototype",
		'{"type":"t","payload":[{"constructor":{"prototype":{}}}]}',
		"payload[0].constructor",
	],
	[
		"a whole number that would be changed",
		'{"type":"t","payload":{"account":9007199254740993}}',
		"payload.account",
	],
	["a number without end", '{"type":"t","payload":1e999}', "payload"],
	["brackets without end", `{"type":"t","payload":${"[".repeat(1e6)}`],
	["deep nesting", `${"[".repeat(65)}${"]".repeat(65)}`],
];

test.each(unsound)("JSON is refused for %s", async (_what, body, field) => {
	await using server = await startServer();
	const answer = await server.post("/v1/tasks", body);
	expect([answer.status, answer.json.code]).toEqual([400, "invalid_json"]);
	expect(answer.json.field).toBe(field);
	expect(server.api.tasks.size).toBe(0);
	expect((await server.post("/v1/tasks", task)).status).toBe(202);
});

test("a body over the limit answers 413, announced or not", async () => {
	await using server = await startServer();
	const body = Buffer.alloc(BODY_BYTES_MAX + 1, " ");
	const answer = await server.post("/v1/tasks", body);
	expect([answer.status, answer.json.code]).toEqual([413, "too_large"]);
	const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
	const { status } = await server.raw(
		`POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
	);
	expect(status).toBe(413);
});

test("a refused body in chunks does not hold up the connection", async () => {
	await using server = await startServer();
	const body = " ".repeat(1_000_000);
	const { text } = await server.raw(
		`POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: x/y\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
	);
	expect(text.match(/HTTP\/1.1 \d+/g)).toEqual([
		"HTTP/1.1 415",
		"HTTP/1.1 200",
	]);
});
