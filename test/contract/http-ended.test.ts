/**
 * What can be done with ended tasks: `POST /v1/tasks/:id/retry`, `DELETE /v1/tasks/:id`.
 */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

const RETRY = "/v1/tasks/a/retry";

async function withTask(state: "FAILURE" | "PENDING" | "SUCCESS") {
	const server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	if (state === "SUCCESS") server.api.end("a", "1");
	if (state === "FAILURE")
		server.api.change("a", { state, error: { code: "x", message: "y" } });
	return server;
}

test("the answer to a retry shows the task in its next round", async () => {
	await using server = await withTask("FAILURE");
	const { status, json } = await server.post(RETRY, { round: 1 });
	expect([status, json.state, json.round]).toEqual([200, "PENDING", 2]);
	expect(json).not.toHaveProperty("error");
	// Sent again, it is about the round that is over.
	const again = await server.post(RETRY, { round: 1 });
	expect([again.status, again.json.round]).toEqual([200, 2]);
});

test("a retry may be due later, and needs no body", async () => {
	await using server = await withTask("FAILURE");
	const later = await server.post(RETRY, { delay: "1h" });
	expect([later.status, later.json.state]).toEqual([200, "SCHEDULED"]);
	server.api.change("a", { state: "FAILURE" });
	const answer = await server.raw(
		`POST ${RETRY} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
	);
	expect(answer.status).toBe(200);
	expect(server.api.tasks.get("a")?.round).toBe(3);
});

test.each([
	["PENDING", "not_ended"],
	["SUCCESS", "already_ended"],
] as const)("a task that is %s stays as it is", async (state, code) => {
	await using server = await withTask(state);
	const { status, json } = await server.post(RETRY, {});
	expect([status, json.code]).toEqual([409, code]);
	expect(server.api.tasks.get("a")).toMatchObject({ state, round: 1 });
});

test.each<[string, unknown]>([
	["round", { round: 0 }],
	["delay", { delay: "400d" }],
	["delay", { delay: -1 }],
	["fresh", { fresh: true }],
])("a retry is refused by its wrong field: %s", async (field, body) => {
	await using server = await withTask("FAILURE");
	const { status, json } = await server.post(RETRY, body);
	expect([status, json.code, json.field]).toEqual([400, "invalid", field]);
	expect(server.api.tasks.get("a")?.round).toBe(1);
});

test("an ended task is deleted, and the answer shows it as it was", async () => {
	await using server = await withTask("SUCCESS");
	const { status, json } = await server.send("DELETE", "/v1/tasks/a");
	expect([status, json.state, json.result]).toEqual([200, "SUCCESS", 1]);
	expect(server.api.tasks.has("a")).toBe(false);
	const again = await server.send("DELETE", "/v1/tasks/a");
	expect([again.status, again.json.code]).toEqual([404, "not_found"]);
});

test("a task that has not ended is not deleted", async () => {
	await using server = await withTask("PENDING");
	const { status, json } = await server.send("DELETE", "/v1/tasks/a");
	expect([status, json.code]).toEqual([409, "not_ended"]);
	expect(server.api.tasks.has("a")).toBe(true);
});

test("a task that does not exist is neither retried nor deleted", async () => {
	await using server = await startServer();
	for (const id of ["b", "a%20b"]) {
		const retried = await server.post(`/v1/tasks/${id}/retry`, {});
		const deleted = await server.send("DELETE", `/v1/tasks/${id}`);
		expect([retried.status, deleted.status]).toEqual([404, 404]);
	}
});

test("a page of another origin may not delete", async () => {
	await using server = await withTask("SUCCESS");
	const headers = { origin: "http://elsewhere.example" };
	const { status } = await server.send("DELETE", "/v1/tasks/a", headers);
	expect(status).toBe(403);
	expect(server.api.tasks.has("a")).toBe(true);
});
