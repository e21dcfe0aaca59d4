/** Access tokens: created, listed and revoked over HTTP. */
import { expect, test } from "vitest";
import { as, bearer, closed } from "./http-closed.ts";
import { startServer } from "./http-server.ts";

test("a token is created, shown once, listed and revoked", async () => {
	await using server = await closed();
	const wish = {
		...{ name: "ci", role: "submit", expiresIn: "1h" },
		queues: ["images", "images"],
	};
	const made = await server.post("/v1/tokens", wish, as("operate"));
	expect(made.status).toBe(201);
	const { token, ...rest } = made.json;
	expect(token).toMatch(/^hs_submit_[0-9A-Za-z]{32}$/);
	expect(rest).toMatchObject({
		name: "ci",
		queues: ["images"],
		payloads: true,
	});
	const lastsMs = Date.parse(rest.expiresAt) - Date.parse(rest.createdAt);
	expect(lastsMs).toBe(3_600_000);
	const list = await server.get("/v1/tokens", as("operate"));
	expect(list.json.tokens).toEqual([rest]);
	expect(list.text).not.toContain(token);
	const task = { type: "t", queue: "images" };
	expect((await server.post("/v1/tasks", task, bearer(token))).status).toBe(
		202,
	);
	const revoke = () => server.send("DELETE", "/v1/tokens/ci", as("operate"));
	const revoked = await revoke();
	expect(revoked.json).toMatchObject({
		name: "ci",
		revokedAt: expect.any(String),
	});
	expect((await revoke()).json).toEqual(revoked.json);
	const refused = await server.post("/v1/tasks", task, bearer(token));
	expect([refused.status, refused.json.detail]).toEqual([
		...[401, expect.stringContaining("was revoked")],
	]);
	expect((await server.get("/v1/tokens", as("operate"))).json.tokens).toEqual(
		[],
	);
	const none = await server.send("DELETE", "/v1/tokens/dash", as("operate"));
	expect([none.status, none.json.code]).toEqual([404, "not_found"]);
});

test("the first token of a cluster has to be an operator's", async () => {
	await using server = await startServer();
	const first = await server.post("/v1/tokens", { name: "ci", role: "read" });
	expect([first.status, first.json.field]).toEqual([400, "role"]);
	const made = await server.post("/v1/tokens", {
		name: "ops",
		role: "operate",
	});
	expect(made.status).toBe(201);
	expect((await server.get("/v1/tasks")).status).toBe(401);
	const own = bearer(made.json.token);
	expect((await server.get("/v1/tasks", own)).status).toBe(200);
	const again = await server.post(
		"/v1/tokens",
		{ name: "ops", role: "read" },
		own,
	);
	expect([again.status, again.json.code]).toEqual([409, "name_taken"]);
});

test.each([
	[{ name: "a b", role: "read" }, "name"],
	[{ name: "token-file:1", role: "read" }, "name"],
	[{ role: "read" }, "name"],
	[{ name: "a", role: "open" }, "role"],
	[
		{
			name: "a",
			role: "read",
			expiresIn: "1h",
			expiresAt: "2027-01-01T00:00:00Z",
		},
		"expiresAt",
	],
	[{ name: "a", role: "read", expiresIn: 0 }, "expiresIn"],
	[{ name: "a", role: "read", expiresIn: "4000d" }, "expiresIn"],
	[{ name: "a", role: "read", expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
	[{ name: "a", role: "read", expiresAt: "2027-02-30T00:00:00Z" }, "expiresAt"],
	[{ name: "a", role: "read", queues: [] }, "queues"],
	[{ name: "a", role: "read", types: ["a/b"] }, "types"],
	[{ name: "a", role: "read", token: "hs" }, "token"],
])("%j is no token that can be made", async (wish, field) => {
	await using server = await closed();
	const answer = await server.post("/v1/tokens", wish, as("operate"));
	expect([answer.status, answer.json.code, answer.json.field]).toEqual([
		...[400, "invalid", field],
	]);
});
