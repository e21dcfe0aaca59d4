/** Pages of other origins: who is let in, and what a browser is told. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { type Server, startServer } from "./http-server.ts";

const APP = "https://app.example.com";
const NODE = "https://10.0.0.7:5000";
const TOKEN = { authorization: "Bearer hs_read_x" };

/** A preflight, as a browser sends it before a request that is not simple. */
async function preflight(
	server: Server,
	origin: string,
	path = "/v1/tasks/t",
	headers = "content-type",
) {
	const answer = await server.send("OPTIONS", path, {
		...{ origin, "access-control-request-method": "PATCH" },
		"access-control-request-headers": headers,
	});
	const told = (name: string) =>
		answer.headers.get(`access-control-allow-${name}`);
	return { answer, told, status: answer.status, allowed: told("origin") };
}

async function read(server: Server, headers: Record<string, string>) {
	const answer = await server.get("/v1/cluster", headers);
	return answer.headers.get("access-control-allow-origin");
}

test("without --cors-origin, no page of another origin is told that it may do anything", async () => {
	await using server = await startServer();
	const { status, allowed } = await preflight(server, APP);
	expect([status, allowed]).toEqual([403, null]);
	expect(await read(server, { origin: APP, ...TOKEN })).toBeNull();
	const answer = await server.get("/v1/cluster", { origin: APP });
	expect(answer.headers.get("vary")).toBe("Origin");
});

test("pages of the origins in --cors-origin may do everything, and no others", async () => {
	await using server = await startServer("127.0.0.1", { corsOrigins: [APP] });
	const { status, told } = await preflight(server, APP);
	expect(status).toBe(204);
	expect(told("origin")).toBe(APP);
	expect(told("methods")).toBe("GET, HEAD, PATCH, DELETE");
	expect(told("headers")).toMatch(/authorization, content-type/);
	expect(told("credentials")).toBeNull();
	const site = { origin: APP, "sec-fetch-site": "cross-site" };
	const taken = await server.post("/v1/tasks", { type: "t" }, site);
	expect(taken.status).toBe(202);
	expect(taken.headers.get("access-control-allow-origin")).toBe(APP);
	expect(taken.headers.get("access-control-expose-headers")).toBe(
		"allow, link-template, location, retry-after, www-authenticate",
	);
	// Refusals can be read, too.
	expect((await server.get("/nope", { origin: APP })).headers.get("vary")).toBe(
		"Origin",
	);
	for (const origin of [
		`${APP}:444`,
		`${APP}/`,
		"null",
		"https://example.com",
	]) {
		const { allowed } = await preflight(server, origin);
		expect([origin, allowed]).toEqual([origin, null]);
		expect(await read(server, { origin })).toBeNull();
	}
});

test("an OPTIONS request that is no preflight, or for an unknown address, is answered as always", async () => {
	await using server = await startServer("127.0.0.1", { corsOrigins: [APP] });
	const options = await server.send("OPTIONS", "/v1/tasks", { origin: APP });
	expect(options.status).toBe(405);
	const { status, allowed } = await preflight(server, APP, "/nope");
	expect([status, allowed]).toEqual([404, APP]);
});

test("pages of other live nodes, and of the public URL, are let in if they bring a token", async () => {
	const publicUrl = `${APP}/hearsay`;
	await using server = await startServer("127.0.0.1", { publicUrl });
	expect(await read(server, { origin: APP, ...TOKEN })).toBe(APP);
	expect(await read(server, { origin: APP })).toBeNull();
	server.api.origins = () => [NODE];
	const asks = await preflight(server, NODE, "/v1/tasks/t", "authorization");
	expect([asks.status, asks.allowed]).toEqual([204, NODE]);
	expect((await preflight(server, NODE)).allowed).toBeNull();
	expect(await read(server, { origin: NODE, ...TOKEN })).toBe(NODE);
	expect(await read(server, { origin: NODE })).toBeNull();
	const site = { origin: NODE, "sec-fetch-site": "cross-site" };
	// localhost and 127.0.0.1 are one node; and the proxy's pages are the cluster's.
	server.api.origins = () => [NODE, "http://127.0.0.1:5001"];
	for (const origin of ["http://localhost:5001", "http://[::1]:5001"])
		expect(await read(server, { origin, ...TOKEN })).toBe(origin);
	const near = "http://localhost:5002";
	expect(await read(server, { origin: near, ...TOKEN })).toBeNull();
	const submit = (headers: object) =>
		server.post("/v1/tasks", { type: "t" }, { ...site, ...headers });
	expect((await submit(TOKEN)).status).toBe(202);
	expect((await submit({})).status).toBe(403);
	const asking = { "access-control-request-headers": "authorization" };
	expect((await submit(asking)).status).toBe(403);
	expect((await submit({ authorization: "Basic eDp5" })).status).toBe(403);
});

test("a refusal can be read by a page that is let in, whatever part of the node refuses", async () => {
	const server = await startServer("127.0.0.1", { corsOrigins: [APP] });
	const allowed = async (path: string, origin = APP) => {
		const { status, headers } = await server.get(path, { origin });
		return [status, headers.get("access-control-allow-origin")];
	};
	// The router, before it knows an operation.
	expect(await allowed("/v1/tasks/%zz")).toEqual([400, APP]);
	expect(await allowed("/v1/tasks/%zz", "https://example.com")).toEqual([
		...[400, null],
	]);
	const misdirected = await server.raw(
		`GET /v1/tasks HTTP/1.1\r\nHost: other.example\r\nOrigin: ${APP}\r\nConnection: close\r\n\r\n`,
	);
	expect(misdirected.status).toBe(421);
	expect(misdirected.text).toContain(`access-control-allow-origin: ${APP}`);
	// What is no request names no origin.
	const broken = await server.raw(
		`GET /v1/tasks HTTP/1.1\r\nHost: localhost\r\nOrigin: ${APP}\r\nX\r\n\r\n`,
	);
	expect(broken.status).toBe(400);
	expect(broken.text).not.toContain("access-control");

	// A node that stops, to a request that had begun to arrive.
	const [host = "", port] = server.address.split(":");
	const late = connect(Number(port), host).setEncoding("utf8");
	late.write(`GET /v1/tasks HTTP/1.1\r\nHost: localhost\r\nOrigin: ${APP}\r\n`);
	await server.get("/healthz");
	const closed = server.close();
	late.write("\r\n");
	const [text] = await once(late, "data");
	expect(String(text)).toMatch(/^HTTP\/1.1 503 .*"code":"stopping"/s);
	expect(String(text)).toContain(`access-control-allow-origin: ${APP}`);
	await closed;
});
