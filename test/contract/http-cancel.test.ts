/** `POST /v1/tasks/:id/cancel`: what it answers, and what it refuses. */
import { expect, test } from "vitest";
import { as, closed, tokenFor } from "./http-closed.ts";
import { startServer } from "./http-server.ts";

const ADDRESS = "/v1/tasks/a/cancel";

test("the answer shows a task that waited as it is now, with who cancelled it and why", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const { status, json } = await server.post(ADDRESS, { reason: "no need" });
	expect(status).toBe(200);
	expect(json).toMatchObject({
		...{ id: "a", state: "CANCELLED" },
		cancel: { by: "node-a", reason: "no need" },
	});
	expect((await server.post(ADDRESS, {})).status).toBe(200);
});

test("cancelling a running task is answered with 202", async () => {
	await using server = await startServer();
	server.api.starts = true;
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const { status, json } = await server.post(ADDRESS, {
		force: true,
		round: 1,
	});
	expect([status, json.state]).toEqual([202, "STARTED"]);
	expect(server.api.cancels).toEqual([{ force: true, round: 1, reason: "" }]);
});

test("a cancelled task names the token that asked", async () => {
	await using server = await closed();
	const ann = await tokenFor(server, "ann", { role: "submit" });
	await server.post("/v1/tasks", { id: "a", type: "t" }, ann);
	await server.post("/v1/tasks", { id: "b", type: "t" }, ann);
	await server.post(ADDRESS, {}, ann);
	await server.post(
		"/v1/tasks/cancel",
		{ filter: { type: "t" } },
		as("operate"),
	);
	expect(server.api.cancels.map(({ asker }) => asker)).toEqual(["ann"]);
	const { asker } = server.api.bulks.at(-1) ?? {};
	expect(asker).toBe("token-file:3");
});

test("a cancel needs no body", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const answer = await server.raw(
		`POST ${ADDRESS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
	);
	expect(answer.status).toBe(200);
	expect(server.api.cancels).toEqual([
		{ force: false, round: undefined, reason: "" },
	]);
});

test("a task that has ended in another way stays as it is", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	server.api.end("a", "1");
	const { status, json } = await server.post(ADDRESS, {});
	expect([status, json.code]).toEqual([409, "already_ended"]);
	expect(json.detail).toBe(
		"The task has ended as SUCCESS already, and stays so.",
	);
});

test.each(["b", "a%20b"])("an unknown task is not found: %s", async (id) => {
	await using server = await startServer();
	const { status, json } = await server.post(`/v1/tasks/${id}/cancel`, {});
	expect([status, json.code]).toEqual([404, "not_found"]);
});

test.each<[string | undefined, unknown]>([
	["round", { round: 0 }],
	["round", { round: "1" }],
	["reason", { reason: "x".repeat(501) }],
	["force", { force: 1 }],
	["why", { why: "?" }],
	[undefined, []],
])("a cancel is refused by its wrong field: %s", async (field, body) => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	const { status, json } = await server.post(ADDRESS, body);
	expect([status, json.code, json.field]).toEqual([400, "invalid", field]);
	expect(server.api.tasks.get("a")?.state).toBe("PENDING");
});
