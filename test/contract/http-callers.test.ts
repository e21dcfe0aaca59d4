/**
 * Who may call a node: by which Host, from which page.
 */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { expect, test } from "vitest";
import { type Server, startServer } from "./http-server.ts";

const task = { type: "t" };

/** A request that no browser lets a page make. */
async function send(
	server: Server,
	method: string,
	path: string,
	headers: Record<string, string>,
): Promise<{ status: number | undefined; code: string }> {
	const url = `http://${server.address}${path}`;
	const request = httpRequest(url, { method, headers, agent: false });
	request.end(method === "POST" ? JSON.stringify(task) : undefined);
	const [answer] = await once(request, "response");
	let text = "";
	for await (const part of answer) text += part;
	return { status: answer.statusCode, code: JSON.parse(text).code };
}

test.each([
	"evil.example",
	"127.0.0.1.evil.example",
	"10.0.0.1:5000",
	"127.999.0.1",
	"127.0.0.01",
	"127.1",
	"127.0.0.2:5000",
	"2130706433",
	"0x7f000001",
	"0.0.0.0",
	"localhost.",
	"localhost:",
	"localhost:65536",
	"localhost:0",
	"localhost:5000:5000",
	"evil@localhost",
	"localhost@evil.example",
	"localhost,evil.example",
	"localhost/",
	"localhost#evil.example",
	"%6cocalhost",
	"[::1",
	"::1",
	"[::1%25lo]",
	"[0:0:0:0:0:0:0:1]",
	"[::ffff:127.0.0.1]",
	"ﬁlocalhost",
	"",
])("on loopback a Host that is another is refused: %j", async (host) => {
	await using server = await startServer();
	const { status, text } = await server.raw(
		`GET /v1/cluster HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
	);
	expect([status, text]).toEqual([
		421,
		expect.stringContaining('"code":"misdirected"'),
	]);
});

test.each(["127.0.0.1", "0.0.0.0"])(
	"a request that names two hosts is refused: %s",
	async (listened) => {
		await using server = await startServer(listened);
		const heads = [
			"GET /v1/cluster HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
			"GET /v1/cluster HTTP/1.1\r\nhost: localhost\r\nHOST: localhost\r\n",
			"GET /v1/cluster HTTP/1.0\r\nHost: localhost\r\nHost: localhost\r\n",
			"GET http://evil.example/v1/cluster HTTP/1.1\r\nHost: localhost\r\n",
			"GET http://evil@localhost/v1/cluster HTTP/1.1\r\nHost: localhost\r\n",
			"GET http://localhost:1/v1/cluster HTTP/1.1\r\nHost: localhost\r\n",
			"GET ftp://localhost/v1/cluster HTTP/1.1\r\nHost: localhost\r\n",
			"GET http://localhost/v1/cluster HTTP/1.0\r\n",
		];
		for (const head of heads) {
			const { status, text } = await server.raw(
				`${head}Connection: close\r\n\r\n`,
			);
			expect([head, status, text]).toEqual([
				head,
				400,
				expect.stringContaining('"field":"Host"'),
			]);
		}
	},
);

test("an address with a '#' is refused, and not taken for what comes before it", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "t" });
	for (const head of [
		"POST /v1/tasks/a#b/cancel HTTP/1.1",
		"DELETE /v1/tasks/a#b HTTP/1.1",
		"GET /v1/tasks?q=a#b HTTP/1.1",
	]) {
		const { status, text } = await server.raw(
			`${head}\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
		);
		expect([head, status]).toEqual([head, 400]);
		expect(text).toContain("write it as %23");
	}
	expect((await server.get("/v1/tasks/a")).json.state).toBe("PENDING");
});

test("on loopback a target of another host is refused, and one of the node's own is served", async () => {
	await using server = await startServer();
	const statusOf = async (host: string) => {
		const { status } = await server.raw(
			`GET http://${host}/v1/cluster HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
		);
		return status;
	};
	expect(await statusOf("evil.example")).toBe(421);
	expect(await statusOf("localhost:5000")).toBe(200);
});

test("a node is served by the loopback address that it listens on", async () => {
	await using server = await startServer("127.0.0.7");
	const statusOf = async (host: string) =>
		(await send(server, "GET", "/v1/cluster", { host })).status;
	expect(await statusOf(server.address)).toBe(200);
	expect(await statusOf("localhost")).toBe(200);
	expect(await statusOf("127.0.0.8")).toBe(421);
});

test.each([
	"localhost",
	"LOCALHOST:80",
	"127.0.0.1:9999",
	"[::1]:5000",
	"[::1]",
])("on loopback a Host that is this machine is served: %s", async (host) => {
	await using server = await startServer();
	const answer = await send(server, "GET", "/v1/cluster", { host });
	expect(answer.status).toBe(200);
});

test.each([
	["by HTTP/1.0 without a Host", "HTTP/1.0", ""],
	["by another name", "HTTP/1.1", "Host: lb.example\r\nConnection: close\r\n"],
])("a node tells its health if asked %s", async (_how, version, headers) => {
	await using server = await startServer();
	for (const path of ["/healthz", "/readyz"]) {
		const request = `GET ${path} ${version}\r\n${headers}\r\n`;
		expect((await server.raw(request)).status).toBe(200);
	}
	const { status } = await server.raw(
		`GET /v1/cluster ${version}\r\n${headers}\r\n`,
	);
	expect(status).toBe(421);
});

test.each(["127.0.0.1", "0.0.0.0"])(
	"a request by HTTP/1.1 without a Host is told so: %s",
	async (host) => {
		await using server = await startServer(host);
		const { status, text } = await server.raw(
			"GET /v1/cluster HTTP/1.1\r\nConnection: close\r\n\r\n",
		);
		expect(status).toBe(400);
		expect(text).toContain('"field":"Host"');
	},
);

test("beyond loopback a node may go by any name", async () => {
	await using server = await startServer("0.0.0.0");
	const headers = { host: "hearsay.example" };
	const answer = await send(server, "GET", "/v1/cluster", headers);
	expect(answer.status).toBe(200);
});

test("a page of another origin cannot submit, the node's own can", async () => {
	await using server = await startServer();
	const port = server.address.split(":")[1];
	const submit = (origin: string) =>
		send(server, "POST", "/v1/tasks", {
			origin,
			"content-type": "application/json",
		});
	const refused = { status: 403, code: "forbidden_origin" };
	expect(await submit("http://evil.example")).toEqual(refused);
	expect(await submit(`http://localhost:${Number(port) + 1}`)).toEqual(refused);
	expect(await submit("null")).toEqual(refused);
	expect((await submit(`http://127.0.0.1:${port}`)).status).toBe(202);
});

test("a node's own pages are those of its Host, of its public URL, and of any name of loopback", async () => {
	const publicUrl = "https://tasks.example.com/hearsay";
	await using server = await startServer("127.0.0.1", { publicUrl });
	const port = server.address.split(":")[1];
	const submit = async (host: string, origin: string, from?: string) => {
		const headers = {
			...{ host, origin, "content-type": "application/json" },
			...(from && { "sec-fetch-site": from }),
		};
		return (await send(server, "POST", "/v1/tasks", headers)).status;
	};
	const names = ["localhost", "127.0.0.1", "[::1]"].map((n) => `${n}:${port}`);
	for (const host of names)
		for (const name of names)
			for (const from of [undefined, "cross-site"]) {
				// For a browser it is the same site; it says otherwise if another site led here.
				const isOdd = host === name && from !== undefined;
				const found = [host, name, from];
				expect([...found, await submit(host, `http://${name}`, from)]).toEqual([
					...found,
					isOdd ? 403 : 202,
				]);
			}
	expect(await submit("localhost:1", "http://localhost:2")).toBe(403);
	expect(await submit("localhost:1", "https://127.0.0.1:1")).toBe(403);
	expect(await submit("localhost:1", "http://localhost:1@evil")).toBe(403);
	// A proxy may pass on its own name, or the node's.
	const ours = "https://tasks.example.com";
	expect(await submit("tasks.example.com", ours, "same-origin")).toBe(202);
	expect(await submit(`127.0.0.1:${port}`, ours)).toBe(202);
	expect(await submit(`127.0.0.1:${port}`, ours, "cross-site")).toBe(403);
	expect(await submit("tasks.example.com", `${ours}:444`)).toBe(403);
	expect(await submit("other.example.com", ours)).toBe(421);
});

test("a request that another site made a browser send changes nothing, whether its origin is named or not", async () => {
	await using server = await startServer();
	const ask = async (method: string, from: string) => {
		const headers = { "sec-fetch-site": from, "content-type": "text/plain" };
		return await send(server, method, "/v1/tasks", headers);
	};
	expect(await ask("POST", "cross-site")).toEqual({
		...{ status: 403, code: "forbidden_origin" },
	});
	expect((await ask("GET", "cross-site")).status).toBe(200);
	for (const from of ["same-origin", "none"])
		expect((await ask("POST", from)).status).not.toBe(403);
});

test("no answer may be sniffed, framed or cached", async () => {
	await using server = await startServer();
	for (const path of ["/v1/cluster", "/nope", "/", "/v1/tasks/%zz"]) {
		const { headers } = await server.get(path);
		expect(headers.get("x-content-type-options")).toBe("nosniff");
		expect(headers.get("cache-control")).toBe("no-store");
		expect(headers.get("content-security-policy")).toMatch(
			/default-src 'none'.*frame-ancestors 'none'/,
		);
	}
});
