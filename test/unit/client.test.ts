import { expect, test } from "vitest";
import {
	Client,
	type Fetch,
	NoAnswer,
	Refused,
} from "../../protocol/client/client.ts";
import { pagesOf } from "../../protocol/client/pages.ts";
import { readinessOf } from "../../protocol/client/readiness.ts";
import { submit } from "../../protocol/client/submission.ts";
import { EXAMPLES } from "../../protocol/schema/examples.ts";

type Asked = Parameters<Fetch>[1] & { readonly url: string };

const JSON_TYPE = "application/json; charset=utf-8";
const PROBLEM = "application/problem+json";

/** A client of a node that gives these answers, in turn. */
function clientOf(
	...answers: readonly (readonly [number, string, unknown] | Error)[]
) {
	const asked: Asked[] = [];
	const rest = [...answers];
	const fetch: Fetch = async (url, request) => {
		asked.push({ url, ...request });
		const next = rest.shift();
		if (next === undefined) throw new Error("nobody was to ask so often");
		if (next instanceof Error) throw next;
		const [status, type, body] = next;
		return {
			status,
			headers: { get: (name) => (name === "content-type" ? type : null) },
			text: async () =>
				typeof body === "string" ? body : JSON.stringify(body),
		};
	};
	const patience = () => new AbortController().signal;
	const client = new Client({ url: "http://node", fetch, patience });
	return { client, asked };
}

const { TaskAsRead: task, Problem: problem, BatchAnswer: batch } = EXAMPLES;

function failure(code: string): Error {
	const cause = Object.assign(new Error(`connect ${code}`), { code });
	return new TypeError("fetch failed", { cause });
}

test("client: a request goes where the operation says", async () => {
	const { client, asked } = clientOf(
		[200, JSON_TYPE, task],
		[202, JSON_TYPE, { id: "n", state: "draining" }],
	);
	await client.ask("getTask", {
		places: { id: "a/b ~" },
		query: { wait: "30s" },
	});
	await client.ask("drainNode", { places: { id: "node-1" } });
	expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
		"GET http://node/v1/tasks/a%2Fb%20~?wait=30s",
		"POST http://node/v1/nodes/node-1/drain",
	]);
	expect(asked.map(({ headers, body }) => [headers, body])).toEqual([
		[{}, undefined],
		[{}, undefined],
	]);
});

test("client: a question without its parts does not compile", () => {
	const ask = (client: Client) => [
		// @ts-expect-error A task is read by its id.
		client.ask("getTask"),
		// @ts-expect-error There is no such operation.
		client.ask("getTasks"),
		// @ts-expect-error A task has a type.
		client.ask("submitTasks", { body: { id: "a" } }),
		// @ts-expect-error The list takes no such parameter.
		client.ask("listTasks", { query: { colour: "red" } }),
		client.ask("listTasks"),
	];
	expect(ask).toBeTypeOf("function");
});

test("client: lines go out and come in as values", async () => {
	const [first, second] = batch.tasks;
	const lines = `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`;
	const { client, asked } = clientOf([202, "application/x-ndjson", lines]);
	const body = [{ type: "a" }, { type: "b" }];
	expect(await client.value("submitTaskLines", { body })).toEqual(batch.tasks);
	expect(asked[0]).toMatchObject({
		url: "http://node/v1/tasks.ndjson",
		headers: { "content-type": "application/x-ndjson" },
		body: '{"type":"a"}\n{"type":"b"}\n',
	});
});

test("client: a refusal is a value, or an error if the answer is needed", async () => {
	const refused = [404, PROBLEM, problem] as const;
	const { client } = clientOf(refused, refused);
	const question = { places: { id: "a" } };
	expect(await client.ask("getTask", question)).toEqual({ ok: false, problem });
	const error = await client.value("getTask", question).catch((error) => error);
	expect(error).toBeInstanceOf(Refused);
	expect(error.problem.code).toBe("not_found");
	expect(error.message).toContain(problem.detail);
});

test("client: if many are refused one by one, each says why", async () => {
	const { client } = clientOf([400, JSON_TYPE, batch]);
	const answer = await client.ask("submitTasks", { body: [] });
	const text = JSON.stringify(batch);
	expect(answer).toEqual({ ok: true, status: 400, value: batch, text });
});

test.each([
	["nobody listens", failure("ECONNREFUSED"), "ECONNREFUSED", false],
	["the connection breaks", failure("ECONNRESET"), "ECONNRESET", true],
	[
		"no answer comes in time",
		new DOMException("The operation timed out", "TimeoutError"),
		"TimeoutError",
		true,
	],
	["something else answers", [502, "text/html", "oh"], "NotHearsay", true],
	["something else answers JSON", [200, JSON_TYPE, "oh"], "NotHearsay", true],
	["something else answers 404", [404, JSON_TYPE, {}], "NotHearsay", true],
	["what answers has no type", [200, "", "{}"], "NotHearsay", true],
] as const)("client: %s", async (_what, answer, why, mayBeDone) => {
	const { client } = clientOf(answer);
	const error = await client.ask("listNodes").catch((error) => error);
	expect(error).toBeInstanceOf(NoAnswer);
	expect(error).toMatchObject({ why, mayBeDone });
});

test("client: the caller's own signal replaces the client's", async () => {
	const { client, asked } = clientOf([200, JSON_TYPE, { nodes: [] }]);
	const patience = AbortSignal.abort();
	await client.ask("listNodes", { patience });
	expect(asked[0]?.signal).toBe(patience);
});

test("client: what a sender may conclude from an answer, and from none", async () => {
	const one = [{ type: "a" }];
	const unsure = { ...problem, code: "outcome_unknown", status: 503 };
	for (const [answer, outcome] of [
		[[202, JSON_TYPE, EXAMPLES.TaskAsAccepted], { outcome: "ok" }],
		[[200, JSON_TYPE, task], { outcome: "ok" }],
		[
			[409, PROBLEM, { ...problem, code: "conflict" }],
			{ outcome: "refused", why: "conflict" },
		],
		[[503, PROBLEM, unsure], { outcome: "unknown", why: "outcome_unknown" }],
		[failure("ECONNREFUSED"), { outcome: "refused", why: "ECONNREFUSED" }],
		[failure("ECONNRESET"), { outcome: "unknown", why: "ECONNRESET" }],
	] as const) {
		expect(await submit(clientOf(answer).client, one)).toEqual([outcome]);
	}
	const two = [...one, ...one];
	const { client } = clientOf([202, JSON_TYPE, batch]);
	expect(await submit(client, two)).toEqual([
		{ outcome: "ok" },
		{ outcome: "refused", why: "invalid" },
	]);
	const short = clientOf([202, JSON_TYPE, { tasks: [] }]).client;
	await expect(submit(short, two)).rejects.toThrow("0 answers to 2 tasks");
});

test("client: a list is read page by page, to its end", async () => {
	const { client, asked } = clientOf(
		[200, JSON_TYPE, { tasks: [task], cursor: "7.0" }],
		[200, JSON_TYPE, { tasks: [] }],
	);
	const seen: number[] = [];
	for await (const { tasks } of pagesOf(client, { limit: 1 }))
		seen.push(tasks.length);
	expect(seen).toEqual([1, 0]);
	expect(asked.map(({ url }) => url)).toEqual([
		"http://node/v1/tasks?limit=1",
		"http://node/v1/tasks?limit=1&cursor=7.0",
	]);
});

test("client: a parameter that may be repeated is sent each time", async () => {
	const { client, asked } = clientOf([200, JSON_TYPE, { tasks: [] }]);
	const query = { tag: ["a", "b&c"], full: true };
	await client.value("listTasks", { query });
	expect(asked[0]?.url).toBe("http://node/v1/tasks?tag=a&tag=b%26c&full=true");
});

test("client: a node is ready, says why not, or is not there", async () => {
	const notReady = { ...problem, code: "not_ready", detail: "Redis is away." };
	const { client } = clientOf(
		[200, JSON_TYPE, { status: "ready" }],
		[503, PROBLEM, notReady],
		failure("ECONNREFUSED"),
	);
	expect(await readinessOf(client)).toEqual({ ready: true });
	expect(await readinessOf(client)).toEqual({
		ready: false,
		reason: "Redis is away.",
	});
	expect(await readinessOf(client)).toEqual({
		ready: false,
		reason: "connect ECONNREFUSED",
	});
});
