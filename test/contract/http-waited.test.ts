/** What becomes of a request that waits while its token is revoked, or given other rights. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import {
	ITEMS_CHUNK,
	UNSENT_BYTES_MAX,
	UNSENT_MIDDLE_BYTES,
} from "../../protocol/limits.ts";
import { as, closed, tokenFor } from "./http-closed.ts";
import type { Answer, Server } from "./http-server.ts";

const INVALID = 'Bearer realm="hearsay", error="invalid_token"';

/** Of the answer to many submissions. */
interface Item {
	readonly problem?: { readonly code: string };
}

function itemsOf({ json, text }: Answer): readonly Item[] {
	if (json === undefined)
		return text
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
	return Array.isArray(json) ? json : json.tasks;
}

const revoke = (server: Server) =>
	server.send("DELETE", "/v1/tokens/ci", as("operate"));

test("who is refused after a wait is told as much as who is refused before it", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "read", payloads: true });
	const told = async (id: string, change: () => unknown) => {
		await server.post("/v1/tasks", { id, type: "t" }, as("submit"));
		const waiting = server.get(`/v1/tasks/${id}?wait=20s`, own);
		await server.api.waiting(1);
		await change();
		server.api.end(id, '"done"');
		const { status, headers } = await waiting;
		const names = ["content-type", "retry-after", "www-authenticate"];
		return [status, ...names.map((name) => headers.get(name))];
	};
	const { whose } = server.access;
	const other = () => {
		server.access.whose = () => {
			return { ok: true, asker: { name: "ci", role: "read" } };
		};
	};
	const type = "application/problem+json";
	expect(await told("a", other)).toEqual([503, type, "1", null]);
	server.access.whose = whose;
	const answer = await told("b", () => revoke(server));
	expect(answer).toEqual([401, type, null, INVALID]);
});

test("a wait that ends without an end of its task says nothing of when to ask again to who is refused", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "read" });
	await server.post("/v1/tasks", { id: "a", type: "t" }, as("submit"));
	const [begun, over] = [
		Promise.withResolvers<void>(),
		Promise.withResolvers<void>(),
	];
	server.api.awaitEnd = async (id, _ms, _signal, place) => {
		begun.resolve();
		await over.promise;
		return await server.api.get(id, place);
	};
	const waiting = server.get("/v1/tasks/a?wait=1s", own);
	await begun.promise;
	await revoke(server);
	over.resolve();
	const { status, headers } = await waiting;
	expect([status, headers.get("retry-after")]).toEqual([401, null]);
});

test("who may change nothing more once its body is here is told so as before it came", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "operate" });
	const { whose } = server.access;
	let asked = 0;
	server.access.whose = (secret) => {
		asked += 1;
		return asked === 1
			? whose.call(server.access, secret)
			: { ok: false, why: "revoked" };
	};
	const { status, headers } = await server.post("/v1/tasks", {}, own);
	expect([status, headers.get("www-authenticate")]).toEqual([401, INVALID]);
});

test("what is done to many tasks is not begun by who may not do it any more once its turn has come", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "operate" });
	const [held, begun] = [
		Promise.withResolvers<void>(),
		Promise.withResolvers<void>(),
	];
	const { bulk } = server.api;
	server.api.bulk = async (...asked) => {
		begun.resolve();
		await held.promise;
		return await bulk.call(server.api, ...asked);
	};
	const all = { all: true };
	const first = server.post("/v1/tasks/delete", all, as("operate"));
	await begun.promise;
	const { whose } = server.access;
	const waits = Promise.withResolvers<void>();
	let asked = 0;
	// When it comes, and once its body is here: in the same instant it begins to wait.
	server.access.whose = (secret) => {
		asked += 1;
		if (asked === 2) waits.resolve();
		return whose.call(server.access, secret);
	};
	const second = server.post("/v1/tasks/delete", all, own);
	await waits.promise;
	await revoke(server);
	held.resolve();
	expect((await first).status).toBe(200);
	const { status, headers } = await second;
	expect([status, headers.get("www-authenticate")]).toEqual([401, INVALID]);
	expect(server.api.bulks).toHaveLength(1);
});

test("what is done to many tasks in steps is told before each whether it may go on", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "operate" });
	const answers: boolean[] = [];
	server.api.bulk = async (_wish, _signal, mayGoOn) => {
		answers.push(mayGoOn());
		await revoke(server);
		answers.push(mayGoOn());
		return { matched: 0, changed: 0, skipped: 0, cursor: "next" };
	};
	const { status, json } = await server.post(
		...(["/v1/tasks/delete", { all: true }, own] as const),
	);
	expect(answers).toEqual([true, false]);
	expect([status, json.cursor]).toEqual([200, "next"]);
});

test.each([
	["/v1/tasks", Array(ITEMS_CHUNK + 2).fill({ type: "t" })],
	["/add_task", Array(ITEMS_CHUNK + 2).fill({ task_id: 1 })],
	["/v1/tasks.ndjson", '{"type":"t"}\n'.repeat(ITEMS_CHUNK + 2)],
])(
	"of many tasks at %s those are not taken that come to their turn once the token is revoked",
	async (path, body) => {
		await using server = await closed();
		const own = await tokenFor(server, "ci", { role: "submit" });
		server.api.onSubmit = () => {
			server.access.whose = () => ({ ok: false, why: "revoked" });
		};
		const answer = await server.post(path, body, own);
		expect(server.api.tasks.size).toBe(ITEMS_CHUNK);
		expect(answer.headers.get("www-authenticate")).toBe(INVALID);
		const items = itemsOf(answer);
		expect(items).toHaveLength(ITEMS_CHUNK + 2);
		const problems = items.flatMap(({ problem }) => problem?.code ?? []);
		expect(problems).toEqual(["unauthenticated", "unauthenticated"]);
	},
);

test("a task that the store was too slow for is not tried again for who may not submit any more", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "submit" });
	let calls = 0;
	server.api.onSubmit = () => {
		calls += 1;
		server.access.whose = () => ({ ok: false, why: "revoked" });
	};
	server.api.failure = new StoreError("unknown", "no answer");
	const many = Array(ITEMS_CHUNK + 1).fill({ type: "t" });
	const { status, json } = await server.post("/v1/tasks", many, own);
	expect([status, calls]).toEqual([503, 1]);
	const codes = json.tasks.map(({ problem }: Item) => problem?.code);
	expect(new Set(codes.slice(0, -1))).toEqual(new Set(["outcome_unknown"]));
	expect(codes.at(-1)).toBe("unauthenticated");
});

test("a task that is there already is not shown to who may not submit any more", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "submit" });
	const task = { id: "a", type: "t", payload: "a secret" };
	expect((await server.post("/v1/tasks", task, own)).status).toBe(202);
	server.api.onSubmit = () => {
		server.access.whose = () => ({ ok: false, why: "revoked" });
	};
	const { status, text } = await server.post("/v1/tasks", task, own);
	expect([status, text.includes("a secret")]).toEqual([401, false]);
});

test("a list that is made and waits for room is not sent to whose token is revoked meanwhile", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "read", payloads: true });
	const add = async (id: string, bytes: number) => {
		await server.post("/v1/tasks", { id, type: "t" }, as("submit"));
		server.api.change(id, { payload: JSON.stringify("x".repeat(bytes)) });
	};
	await add("long", UNSENT_BYTES_MAX);
	const reader = connect(Number(server.address.split(":")[1]), "127.0.0.1");
	reader.on("error", () => {}); // It may be cut off when the server closes.
	const { authorization } = as("operate");
	reader.write(
		`GET /v1/tasks/long HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`,
	);
	await once(reader, "readable");
	server.api.tasks.delete("long");
	await add("secret", UNSENT_MIDDLE_BYTES);
	const { whose } = server.access;
	const made = Promise.withResolvers<void>();
	let asked = 0;
	// When it comes, and once the list is made: in the same instant it begins to wait.
	server.access.whose = (secret) => {
		asked += 1;
		if (asked === 2) made.resolve();
		return whose.call(server.access, secret);
	};
	const waiting = server.get("/v1/tasks?full=true", own);
	await made.promise;
	await revoke(server);
	reader.destroy();
	const { status, headers, json } = await waiting;
	expect([status, json.code]).toEqual([401, "unauthenticated"]);
	expect(headers.get("www-authenticate")).toBe(INVALID);
});
