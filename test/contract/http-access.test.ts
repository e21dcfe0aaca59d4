/** Who may ask a node for what, as its HTTP side enforces it. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import type { Operation } from "../../protocol/operation.ts";
import { FILES, OPERATIONS } from "../../protocol/operations.ts";
import { as, bearer, closed, ROLES, TOKENS, tokenFor } from "./http-closed.ts";
import type { Answer } from "./http-server.ts";

const told = ({ status, json, headers }: Answer) => [
	status,
	json?.code,
	headers.get("www-authenticate"),
];

const operations = Object.entries<Operation>(OPERATIONS);

test.each(operations)(
	"operation %s lets in who has its role, or a higher one, and nobody else",
	async (_id, { method, path, role }) => {
		await using server = await closed();
		// Otherwise its answer would not end.
		server.events.end("stopping");
		const address = path.replace(/\{\w+\}/, "none");
		const ask = (headers: Record<string, string> = {}) =>
			server.send(method, address, headers);
		const nobody = await ask();
		if (role === "open") return expect(nobody.status).toBe(200);
		expect(told(nobody)).toEqual([
			...[401, "unauthenticated", 'Bearer realm="hearsay"'],
		]);
		for (const own of ROLES) {
			const { status, json, headers } = await ask(as(own));
			const isEnough = ROLES.indexOf(own) >= ROLES.indexOf(role);
			expect([401, 403]).not.toContain(isEnough ? status : 0);
			if (isEnough) continue;
			expect([status, json.code]).toEqual([403, "forbidden"]);
			expect(json.detail).toContain(`"${role}"`);
			expect(headers.get("www-authenticate")).toBe(
				`Bearer realm="hearsay", error="insufficient_scope", scope="${role}"`,
			);
		}
	},
);

test("what tells nothing of the cluster needs no token", async () => {
	await using server = await closed();
	for (const path of Object.values(FILES)) {
		const { status } = await server.get(
			path.replace("{chapter}", "start").replace("{picture}", "death.png"),
		);
		expect(status, path).toBe(200);
	}
});

test.each([
	["Basic dXNlcjpwYXNz", "Authorization: Bearer"],
	["Bearer", "Authorization: Bearer"],
	["Bearer two words", "Authorization: Bearer"],
	[`Bearer hs_read_${"x".repeat(32)}`, "no access token"],
	[`Bearer hs_read_${"r".repeat(31)}`, "no access token"],
	["Bearer x", "no access token"],
])("%s is no token", async (authorization, words) => {
	await using server = await closed();
	const answer = await server.get("/v1/tasks", { authorization });
	expect(told(answer)).toEqual([
		...[401, "unauthenticated"],
		'Bearer realm="hearsay", error="invalid_token"',
	]);
	expect(answer.json.detail).toContain(words);
});

test("a HEAD request needs the same token as a GET", async () => {
	await using server = await closed();
	for (const path of ["/v1/tasks", "/v1/tasks/", "/v1/tasks/a"]) {
		const { status } = await server.send("HEAD", path);
		expect(status, path).toBe(401);
	}
	const { status } = await server.send("HEAD", "/v1/tasks", as("read"));
	expect(status).toBe(200);
});

test("a client that waits is told nothing once its token is revoked", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "read" });
	await server.post("/v1/tasks", { id: "a", type: "t" }, as("submit"));
	const waiting = server.get("/v1/tasks/a?wait=20s", own);
	await server.api.waiting(1);
	await server.send("DELETE", "/v1/tokens/ci", as("operate"));
	server.api.end("a", '"done"');
	expect((await waiting).status).toBe(401);
});

test.each([
	["a task that is waited for", "/v1/tasks/a?wait=20s"],
	["a list", "/v1/tasks?full=true"],
])(
	"a token that may no longer see payloads when %s is answered sees none",
	async (_what, path) => {
		await using server = await closed();
		const own = await tokenFor(server, "ci", { role: "read", payloads: true });
		const task = { id: "a", type: "t", payload: "a secret" };
		await server.post("/v1/tasks", task, as("submit"));
		expect((await server.get("/v1/tasks/a", own)).text).toContain("a secret");
		const held = Promise.withResolvers<void>();
		server.api.listsHeld = held.promise;
		const asked = Promise.withResolvers<void>();
		const { whose } = server.access;
		server.access.whose = (secret) => {
			asked.resolve();
			return whose.call(server.access, secret);
		};
		const waiting = server.get(path, own);
		await asked.promise;
		server.access.whose = () => {
			return { ok: true, asker: { name: "ci", role: "read" } };
		};
		held.resolve();
		if (path.includes("wait")) {
			await server.api.waiting(1);
			server.api.end("a", '"done"');
		}
		const { status, json, text } = await waiting;
		expect([status, json.code]).toEqual([503, "overloaded"]);
		expect(text).not.toContain("a secret");
	},
);

test("a request whose token loses the right while its body arrives does nothing", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "operate" });
	const headers = Object.entries(own).map(([name, value]) => {
		return `${name}: ${value}\r\n`;
	});
	const socket = connect(Number(server.address.split(":")[1]), "127.0.0.1");
	const [begun, answered] = [
		Promise.withResolvers<void>(),
		once(socket, "data"),
	];
	const { whose } = server.access;
	server.access.whose = (secret) => {
		begun.resolve();
		return whose.call(server.access, secret);
	};
	socket.write(
		`POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers.join("")}Content-Length: 12\r\n\r\n`,
	);
	await begun.promise;
	server.access.whose = whose;
	await server.send("DELETE", "/v1/tokens/ci", as("operate"));
	socket.write('{"type":"t"}');
	const [answer] = await answered;
	expect(String(answer)).toMatch(/^HTTP\/1.1 401 /);
	expect(server.api.tasks.size).toBe(0);
	socket.destroy();
});

test("a reader of events is told no more once its token is revoked", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "read" });
	const url = `http://${server.address}/v1/events`;
	const answer = await fetch(url, { headers: own });
	await server.send("DELETE", "/v1/tokens/ci", as("operate"));
	server.events.tell({
		id: "1.0.0",
		told: [{ id: "1.0.0", view: { kind: "store.back", atMs: 1, by: "me" } }],
	});
	const text = await answer.text();
	expect(text).not.toContain("store.back");
	expect(text).toContain('"reason":"refused"');
	expect(server.events.open).toBe(0);
});

test("the scheme before a token may be written in any case", async () => {
	await using server = await closed();
	const authorization = `bearer  ${TOKENS.read}`;
	expect((await server.get("/v1/tasks", { authorization })).status).toBe(200);
});

test("a client that may not submit is refused before its body has come", async () => {
	await using server = await closed();
	const port = Number(server.address.split(":")[1]);
	const socket = connect(port, "127.0.0.1");
	const answered = Promise.withResolvers<string>();
	socket.setEncoding("utf8").once("data", answered.resolve);
	socket.write(
		"POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n[",
	);
	expect(await answered.promise).toMatch(/^HTTP\/1.1 401 /);
	socket.destroy();
});

test("a node that cannot tell whether a token is good says so, and when to try again", async () => {
	await using server = await closed();
	const unsure = await server.get(
		"/v1/tasks",
		bearer(`hs_read_${"x".repeat(32)}`),
	);
	expect(unsure.status).toBe(401);
	// The store's answers are hours old.
	const { access } = server;
	access.whose = () => ({ ok: false, why: "unsure" });
	const answer = await server.get("/v1/tasks", as("read"));
	expect(told(answer)).toEqual([503, "store_unavailable", null]);
	expect(answer.headers.get("retry-after")).toBe("1");
});

test("a token that sends too many requests is told to wait, and others are not", async () => {
	await using server = await closed(3);
	const ask = async (role: keyof typeof TOKENS) =>
		await server.get("/v1/tasks", as(role));
	const answers = await Promise.all(
		Array.from({ length: 8 }, () => ask("read")),
	);
	const refused = answers.filter(({ status }) => status === 429);
	expect(refused.length).toBeGreaterThanOrEqual(3);
	expect(refused[0]?.json.code).toBe("rate_limited");
	expect(refused[0]?.headers.get("retry-after")).toBe("1");
	expect((await ask("submit")).status).toBe(200);
	expect((await server.get("/readyz")).status).toBe(200);
});

test("everything but reads and submissions is audited, whatever its outcome", async () => {
	await using server = await closed();
	const { records } = server.audit;
	await server.post("/v1/tasks", { id: "a", type: "t" }, as("submit"));
	await server.get("/v1/tasks/a", as("read"));
	await server.post("/v1/tasks/a/cancel", {});
	expect(records).toEqual([]);
	await server.post("/v1/tasks/a/cancel", {}, as("submit"));
	await server.post("/v1/tasks/none/cancel", {}, as("submit"));
	await server.send("DELETE", "/v1/tasks/a", as("read"));
	await server.post("/v1/tokens", { name: "ci", role: "read" }, as("operate"));
	await server.post(
		"/v1/tasks/delete",
		{ filter: { queue: "q" } },
		as("operate"),
	);
	await server.post(
		"/v1/tasks/delete",
		{ filter: { queue: "q" }, dryRun: true },
		as("operate"),
	);
	server.api.failure = new StoreError("unreachable", "away");
	await server.post("/v1/tasks/a/retry", {}, as("submit"));
	await expect.poll(() => records.length).toBe(7);
	const told = records.map(({ by, operation, target, outcome, status }) =>
		[by, operation, target, outcome, status].join(" "),
	);
	expect(told).toEqual([
		"token-file:2 cancelTask a done 200",
		"token-file:2 cancelTask none refused 404",
		"token-file:1 deleteTask a refused 403",
		"token-file:3 createToken ci done 201",
		'token-file:3 deleteTasks {"queue":"q"} done 200',
		'token-file:3 deleteTasks {"dryRun":true,"queue":"q"} done 200',
		"token-file:2 retryTask a failed 503",
	]);
	expect(new Set(records.map(({ from }) => from))).toEqual(
		new Set(["127.0.0.1"]),
	);
});

test("no answer and no log holds a token, and the store has only its hash", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "read" });
	const secret = own.authorization.slice("Bearer ".length);
	const answers = [
		...["/v1/tokens", "/v1/cluster", "/v1/nodes", "/openapi.json", "/docs"],
		...["/", "/v1/tasks", "/readyz", `/v1/tasks/${secret}`],
	];
	for (const path of answers) {
		const { text } = await server.get(path, as("operate"));
		for (const each of [secret, ...Object.values(TOKENS)])
			expect(text, path).not.toContain(each);
	}
	await server.send("DELETE", `/v1/tokens/${secret}`, as("operate"));
	server.api.failure = new Error("broken");
	await server.get(`/v1/tasks/${secret}`, as("operate"));
	await expect
		.poll(() => server.audit.records.at(-1)?.target)
		.toBe("hs_read_…");
	expect(server.errors).toHaveLength(1);
	const [known] = await server.access.list();
	expect(known?.hash).toBe(createHash("sha256").update(secret).digest("hex"));
	expect(JSON.stringify([server.errors, server.audit.records])).not.toContain(
		secret,
	);
});
