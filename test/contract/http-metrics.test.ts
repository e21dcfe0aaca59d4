/**
 * `/metrics`: what the node reports, and what its HTTP side counts, in Prometheus's
 * format.
 */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

test("a node reports its figures, and how many requests each operation had, by status", async () => {
	await using server = await startServer();
	server.api.readings = [{ name: "hearsay_store_up", value: 1 }];
	await server.post("/v1/tasks", { id: "a", type: "t" });
	await server.post("/v1/tasks", { id: "a", type: "t", nonsense: 1 });
	await server.get("/v1/tasks/a");
	await server.get("/v1/tasks/b");
	await server.get("/");
	await server.get("/nothing-here");
	await server.send("PUT", "/v1/tasks");
	const { status, headers, text } = await server.get("/metrics");
	expect(status).toBe(200);
	expect(headers.get("content-type")).toBe(
		"text/plain; version=0.0.4; charset=utf-8",
	);
	const lines = text.split("\n");
	for (const line of [
		"hearsay_store_up 1",
		'hearsay_http_requests_total{route="submitTasks",code="202"} 1',
		'hearsay_http_requests_total{route="submitTasks",code="400"} 1',
		'hearsay_http_requests_total{route="getTask",code="200"} 1',
		'hearsay_http_requests_total{route="getTask",code="404"} 1',
		'hearsay_http_requests_total{route="none",code="404"} 1',
		'hearsay_http_requests_total{route="none",code="405"} 1',
	])
		expect(lines).toContain(line);
	// The test's own server has asked for the description, too.
	expect(text).toMatch(
		/^hearsay_http_requests_total\{route="files",code="200"\} [12]$/m,
	);
	expect(text).toMatch(/^hearsay_http_request_seconds_count [78]$/m);
});
