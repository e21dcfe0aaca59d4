/** A short part of the fuzz (`npm run proof -- fuzz`), and that it can fail. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { fuzz } from "../fuzz/fuzz.ts";
import { APP, BASE } from "../fuzz/requests.ts";
import { Described } from "./http-described.ts";
import { startServer } from "./http-server.ts";

const SEED = 1;
const TIMES = 400;

test("requests that nobody should send are answered as described, never by an error of the node", async () => {
	const publicUrl = `https://example.com${BASE}`;
	const site = { publicUrl, corsOrigins: [APP] };
	await using server = await startServer("127.0.0.1", site);
	const described = new Described((await server.get("/openapi.json")).json);
	const port = Number(server.address.split(":")[1]);
	const plan = { port, seed: SEED, times: TIMES, described };
	const { outcomes, flaws } = await fuzz(plan);
	expect(flaws).toEqual([]);
	expect(server.errors).toEqual([]);
	const statuses = Object.keys(outcomes);
	expect(statuses).toEqual(
		expect.arrayContaining(["200", "202", "400", "404", "405", "415"]),
	);
});

test("a server that answers with 500, or in a way that is not described, is found out", async () => {
	await using server = await startServer();
	const described = new Described((await server.get("/openapi.json")).json);
	let answers = 0;
	const bad = createServer((_request, response) => {
		answers += 1;
		response.writeHead(answers % 2 ? 500 : 200, {
			"content-type": "application/json",
		});
		response.end("{}");
	});
	await new Promise<void>((resolve) =>
		bad.listen(0, "127.0.0.1", () => resolve()),
	);
	const { port } = bad.address() as AddressInfo;
	const { flaws } = await fuzz({ port, seed: SEED, times: 50, described });
	bad.close();
	expect(flaws.length).toBeGreaterThan(15);
});
