/** `GET /v1/live`: the stream, its kinds of page, and how it ends. */
import { expect, test } from "vitest";
import { EVENTS_RETRY_MS } from "../../protocol/limits.ts";
import { EXAMPLES } from "../../protocol/schema/examples.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { MessageReader } from "../../protocol/sse.ts";
import { startServer } from "./http-server.ts";

const FIRST = EXAMPLES.LiveFrame;
const NEXT: LiveFrame = {
	...{ kind: "next", asOf: "2026-11-29T12:00:03.100Z" },
	nowMs: Date.UTC(2026, 10, 29, 12, 0, 3, 100),
	nodes: [{ n: 0, running: 2 }],
};

function messagesIn(text: string) {
	return new MessageReader().push(text).map(({ data, ...rest }) => ({
		...rest,
		...(data !== undefined && { data: JSON.parse(data) }),
	}));
}

test("the first frame tells everything, the next ones what is new", async () => {
	await using server = await startServer();
	server.live.frames = [FIRST, NEXT];
	server.events.others = ["http://10.0.0.5:5000"];
	const { status, headers, text } = await server.get("/v1/live?page=cluster");
	expect([status, headers.get("content-type")]).toEqual([
		...[200, "text/event-stream"],
	]);
	const none = { event: undefined, id: undefined };
	expect(messagesIn(text)).toEqual([
		{ ...none, retryMs: EVENTS_RETRY_MS },
		{ ...none, event: "first", data: FIRST },
		{ ...none, event: "next", data: NEXT },
		{
			...{ ...none, event: "closing", retryMs: EVENTS_RETRY_MS },
			data: {
				...{ kind: "closing", reason: "stopping" },
				elsewhere: ["http://10.0.0.5:5000"],
			},
		},
	]);
});

test("a summary has nothing but the overall figures and the nodes", async () => {
	await using server = await startServer();
	server.live.frames = [FIRST];
	const { text } = await server.get("/v1/live?page=summary");
	const [, { data }] = messagesIn(text) as [unknown, { data: LiveFrame }];
	expect(Object.keys(data).sort()).toEqual(
		[
			...["kind", "asOf", "nowMs", "from", "cluster", "by", "byName"],
			...["store", "figures", "nodes", "deaths", "elsewhere"],
		].sort(),
	);
});

test.each([
	["?page=nonsense", "page"],
	["?after=1", "after"],
])("what is not right is refused: %s", async (query, field) => {
	await using server = await startServer();
	const answer = await server.get(`/v1/live${query}`);
	expect(answer.status).toBe(400);
	expect(answer.json).toMatchObject({ code: "invalid", field });
});

test("a node that feeds enough pages says so", async () => {
	await using server = await startServer();
	server.live.full = true;
	const { status, headers, json } = await server.get("/v1/live");
	expect([status, headers.get("retry-after"), json.code]).toEqual([
		...[503, "1", "overloaded"],
	]);
});

test("a HEAD request gets no frames", async () => {
	await using server = await startServer();
	const { status, text, headers } = await server.send("HEAD", "/v1/live");
	expect([status, text, headers.get("content-type")]).toEqual([
		...[200, "", "text/event-stream"],
	]);
});
