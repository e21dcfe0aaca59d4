/** `GET /v1/events`: the stream, what may be asked of it, and how it ends. */
import { expect, test } from "vitest";
import type { Told } from "../../node/ports.ts";
import { formatEventId, formatPlace } from "../../protocol/event-id.ts";
import { EVENT_WORDS_MAX, EVENTS_RETRY_MS } from "../../protocol/limits.ts";
import { MessageReader } from "../../protocol/sse.ts";
import { until } from "../cluster.ts";
import { startServer } from "./http-server.ts";

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const AT = "2026-01-02T03:04:05.678Z";
const PLACE = { generation: 7, bytes: 1_000, ms: AT_MS, read: 0 };
const UP_TO = { ...PLACE, bytes: 2_000 };
const ID = formatEventId([PLACE, { ...PLACE, read: 2 }]);

function toldOf(event: Extract<Told, { event: unknown }>["event"]): Told {
	return { id: ID, shard: 0, atMs: AT_MS, event };
}

const started = toldOf({
	about: {
		...{ kind: "task.started", route: "images|resize|gpu", tags: ["x"] },
		...{ round: 1, session: "peer:3", attempt: 2, state: "STARTED" },
	},
	...{ id: "one", token: 99 },
});

const OTHERS: readonly Told[] = [
	{
		id: ID,
		view: { kind: "store.away", atMs: AT_MS, by: "me", why: "gone" },
	},
	{
		id: ID,
		missing: {
			...{ shard: 1, how: "lost", sinceMs: AT_MS, untilMs: AT_MS + 1 },
			...{ after: PLACE, upTo: UP_TO },
		},
	},
];

test("events are sent as they happen, each as a message with its id", async () => {
	await using server = await startServer();
	server.events.tell({ told: [], id: ID });
	server.events.tell({ told: [started], id: ID });
	server.events.tell({ id: ID, told: OTHERS });
	server.events.end("stopping");
	server.events.others = ["http://10.0.0.5:5000"];
	const { status, headers, text } = await server.get("/v1/events");
	expect([status, headers.get("content-type")]).toEqual([
		...[200, "text/event-stream"],
	]);
	const messages = new MessageReader().push(text).map(({ data, ...rest }) => ({
		...rest,
		...(data !== undefined && { data: JSON.parse(data) }),
	}));
	const event = undefined;
	expect(messages).toEqual([
		{ event, id: undefined, retryMs: EVENTS_RETRY_MS },
		{ event, id: ID },
		{
			...{ event: "task.started", id: ID },
			data: {
				...{ kind: "task.started", at: AT, shard: 0, task: "one" },
				...{ queue: "images", type: "resize", labels: ["gpu"], tags: ["x"] },
				...{ state: "STARTED", round: 1, attempt: 2, token: 99, node: "peer" },
			},
		},
		{
			...{ event: "store.away", id: ID },
			data: { kind: "store.away", at: AT, by: "me", why: "gone" },
		},
		{
			...{ event: "reset", id: ID },
			data: {
				...{ kind: "reset", shard: 1, reason: "lost", since: AT },
				until: "2026-01-02T03:04:05.679Z",
				...{ after: formatPlace(PLACE), upTo: formatPlace(UP_TO) },
			},
		},
		{
			...{ event: "closing", id: undefined, retryMs: EVENTS_RETRY_MS },
			data: {
				...{ kind: "closing", reason: "stopping" },
				nodes: ["http://10.0.0.5:5000"],
			},
		},
	]);
});

test("a reader goes on from the id in its header rather than that in its address", async () => {
	await using server = await startServer();
	server.events.end("slow");
	const other = formatEventId([PLACE]);
	await server.get(`/v1/events?after=${other}`);
	await server.get(`/v1/events?after=${other}`, { "last-event-id": ID });
	await server.get("/v1/events", { "last-event-id": "" });
	expect(server.events.wishes.map(({ after }) => after)).toEqual([
		...[[PLACE], [PLACE, { ...PLACE, read: 2 }], undefined],
	]);
});

test("a reader may ask for some events only", async () => {
	await using server = await startServer();
	server.events.end("slow");
	await server.get(
		"/v1/events?kind=task.ended&kind=audit&type=a&queue=b&tag=c&tag=d&task=e&node=f",
	);
	expect(server.events.wishes[0]?.query).toEqual({
		...{ kinds: ["task.ended", "audit"], types: ["a"], queues: ["b"] },
		...{ tags: ["c", "d"], tasks: ["e"], nodes: ["f"] },
	});
});

test.each([
	["?after=nonsense", {}, "after"],
	["?after=", {}, "after"],
	["?after=zzzzzzzzz.zzzzzzzzzzz.zzzzzzzzz", {}, "after"],
	["", { "last-event-id": "1.2" }, "Last-Event-ID"],
	["?kind=task.exploded", {}, "kind"],
	["?since=1h", {}, "since"],
	[`?task=a${"&task=a".repeat(EVENT_WORDS_MAX)}`, {}, "task"],
])("what is not right is refused: %s %j", async (query, headers, field) => {
	await using server = await startServer();
	const answer = await server.get(`/v1/events${query}`, headers);
	expect(answer.status).toBe(400);
	expect(answer.json).toMatchObject({ code: "invalid", field });
});

test("a node that has enough readers says so", async () => {
	await using server = await startServer();
	server.events.full = true;
	const { status, headers, json } = await server.get("/v1/events");
	expect([status, headers.get("retry-after"), json.code]).toEqual([
		...[503, "1", "overloaded"],
	]);
});

test("a HEAD request gets no events", async () => {
	await using server = await startServer();
	const { status, text, headers } = await server.send("HEAD", "/v1/events");
	expect([status, text, headers.get("content-type")]).toEqual([
		...[200, "", "text/event-stream"],
	]);
	expect(server.events.wishes).toEqual([]);
});

test("a reader that hangs up is let go", async () => {
	await using server = await startServer();
	const gone = new AbortController();
	const url = `http://${server.address}/v1/events`;
	const answer = await fetch(url, { signal: gone.signal });
	expect([answer.status, server.events.open]).toEqual([200, 1]);
	gone.abort();
	await until(
		async () => server.events.open,
		(open) => open === 0,
	);
});

test("a reader that hangs up before there is anything to tell is let go", async () => {
	await using server = await startServer();
	const store = Promise.withResolvers<void>();
	server.events.ready = store.promise;
	const gone = new AbortController();
	const url = `http://${server.address}/v1/events`;
	const asked = fetch(url, { signal: gone.signal }).catch(() => "hung up");
	await until(
		async () => server.events.wishes.length,
		(wishes) => wishes === 1,
	);
	gone.abort();
	expect(await asked).toBe("hung up");
	// By the time that what comes after it is handled, it has been handled, too.
	expect((await server.get("/healthz")).status).toBe(200);
	store.resolve();
	await until(
		async () => [server.events.begun, server.events.open],
		([begun, open]) => begun === 1 && open === 0,
	);
});

test("a node that stops ends its streams, and does not wait for their readers", async () => {
	const server = await startServer();
	const answer = await fetch(`http://${server.address}/v1/events`);
	const text = answer.text();
	// One that waited would cut them off in the end.
	await server.close();
	expect(await text).toBe(`retry: ${EVENTS_RETRY_MS}\n\n`);
	expect(server.events.open).toBe(0);
});
