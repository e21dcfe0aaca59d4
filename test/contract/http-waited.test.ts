/** What becomes of a request that waits while its token is revoked, or given other rights. */
import { expect, test } from "vitest";
import { as, closed, tokenFor } from "./http-closed.ts";
import type { Server } from "./http-server.ts";

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
	const asked = 'Bearer realm="hearsay", error="invalid_token"';
	const answer = await told("b", () => revoke(server));
	expect(answer).toEqual([401, type, null, asked]);
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
	expect([status, headers.get("www-authenticate")]).toEqual([
		...[401, 'Bearer realm="hearsay", error="invalid_token"'],
	]);
});
