/** The description of the API: complete, and as linters and generators want it. */
import { expect, test } from "vitest";
import type { Operation } from "../../protocol/operation.ts";
import { OPERATIONS } from "../../protocol/operations.ts";
import { PROBLEMS } from "../../protocol/problem.ts";
import { startServer } from "./http-server.ts";

test("the API describes every operation, and each is served", async () => {
	await using server = await startServer();
	// Otherwise it would not end.
	server.events.end("stopping");
	const { json, text } = await server.get("/openapi.json");
	expect(json.openapi).toBe("3.1.0");
	for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
		expect(json.components.schemas).toHaveProperty(name ?? "");
	}
	const told = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, { operationId }]) => [
			operationId,
			`${method.toUpperCase()} ${path}`,
		]),
	);
	const wanted = Object.entries<Operation>(OPERATIONS).map(
		([id, { method, path }]) => [id, `${method} ${path}`],
	);
	expect(Object.fromEntries(told)).toEqual(Object.fromEntries(wanted));
	expect(told).toHaveLength(wanted.length);
	for (const { method, path } of Object.values<Operation>(OPERATIONS)) {
		const address = path.replace(/\{\w+\}/, "none");
		const answer = await (method === "GET"
			? server.get(address)
			: server.send(method, address));
		expect(answer.status).not.toBe(405);
		expect(answer.json?.detail ?? "").not.toMatch(/nothing at this address/);
	}
});

test("every list and view says as of when it is true", async () => {
	await using server = await startServer();
	const views = Object.entries<Operation>(OPERATIONS).filter(
		([id, { method, path, answers }]) =>
			method === "GET" &&
			path.startsWith("/v1/") &&
			typeof answers[200]?.shape === "string" &&
			id !== "getTask",
	);
	expect(views.length).toBeGreaterThanOrEqual(8);
	const { json } = await server.get("/openapi.json");
	for (const [id, { path, answers }] of views) {
		const { properties } = json.components.schemas[`${answers[200]?.shape}`];
		expect([id, properties.asOf?.format]).toEqual([id, "date-time"]);
		const read = await server.get(path.replace("{id}", "a"));
		if (read.status === 200)
			expect([id, read.json.asOf]).toEqual([
				...[id, expect.stringMatching(/\.\d{3}Z$/)],
			]);
	}
});

test("NDJSON is accepted at an address of its own, in the same way as beside JSON", async () => {
	await using server = await startServer();
	const lines = { "content-type": "application/x-ndjson" };
	const answers = [];
	for (const path of ["/v1/tasks", "/v1/tasks.ndjson"]) {
		const body = '{"id":"a","type":"t"}\n{"type":7}\n';
		const { status, text, headers } = await server.post(path, body, lines);
		expect(headers.get("content-type")).toMatch(/^application\/x-ndjson/);
		answers.push({ status, lines: text.trimEnd().split("\n").length });
	}
	expect(answers).toEqual(Array(2).fill({ status: 202, lines: 2 }));
	const wrong = await server.post("/v1/tasks.ndjson?wait=1", "{}", lines);
	expect(wrong.json).toMatchObject({ code: "invalid", field: "wait" });
	const other = await server.get("/v1/tasks.ndjson");
	expect([other.status, other.headers.get("allow")]).toEqual([405, "POST"]);
});

test("each refusal is described under its status, with its meaning", async () => {
	await using server = await startServer();
	const { json } = await server.get("/openapi.json");
	for (const methods of Object.values<object>(json.paths)) {
		for (const { responses } of Object.values(methods)) {
			for (const [status, { description }] of Object.entries<{
				description: string;
			}>(responses)) {
				for (const [, code = ""] of description.matchAll(/`(\w+)`: /g)) {
					const [its] = PROBLEMS[code as keyof typeof PROBLEMS];
					expect(its).toBe(Number(status));
				}
			}
		}
	}
	expect(json.paths["/v1/tasks/{id}"].get.responses).toHaveProperty("404");
	expect(json.paths["/v1/tasks"].post.responses[503].headers).toHaveProperty(
		"Retry-After",
	);
});

test("the description says who made the API, where it is served and which token it needs", async () => {
	await using server = await startServer();
	const { json } = await server.get("/openapi.json");
	const { info, servers, tags, components, paths } = json;
	expect(info).toMatchObject({
		description: expect.any(String),
		contact: { name: expect.any(String) },
		license: { identifier: "MIT" },
	});
	expect(servers).toEqual([{ url: "/", description: expect.any(String) }]);
	expect(components.securitySchemes.token.scheme).toBe("bearer");
	for (const methods of Object.values<object>(paths)) {
		for (const each of Object.values(methods)) {
			expect(each.summary).toEqual(expect.any(String));
			expect(each.description).toMatch(/\.$/);
			expect(tags.map(({ name }: { name: string }) => name)).toContain(
				each.tags[0],
			);
			const { "x-hearsay-role": role, security } = each;
			expect(security).toEqual(role === "open" ? [] : [{ token: [] }]);
			const refusals = ["401", "403", "429"].filter(
				(status) => status in each.responses,
			);
			expect(refusals).toEqual(role === "open" ? [] : ["401", "403", "429"]);
			if (role === "open") continue;
			const [unknown, , limited] = refusals.map(
				(status) => each.responses[status],
			);
			expect(unknown.headers).toHaveProperty("WWW-Authenticate");
			expect(limited.headers).toHaveProperty("Retry-After");
		}
	}
});
