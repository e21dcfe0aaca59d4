import { afterAll, beforeAll, expect, test } from "vitest";
import { PAYLOAD_BYTES_MAX, PRIORITY_MAX } from "../../protocol/limits.ts";
import type { ItemAnswer } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode } from "../cluster.ts";

let cluster: Cluster;
let node: ClusterNode;
let pid: number | undefined;

beforeAll(async () => {
	cluster = await Cluster.start({ nodes: [[]] });
	node = cluster.node(1);
	pid = (await node.peers())[0]?.pid;
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Problem {
	readonly code: string;
	readonly field?: string;
	readonly detail: string;
}

/** All tasks that the cluster has ever accepted. */
async function accepted(): Promise<number> {
	return (await node.cluster()).totals.accepted;
}

const tooLarge = "x".repeat(PAYLOAD_BYTES_MAX);

const refused: [what: string, body: unknown, status: number, field?: string][] =
	[
		["an unknown field", { type: "noop", colour: "red" }, 400, "colour"],
		["no type", { payload: 1 }, 400, "type"],
		["a type that is a number", { type: 7 }, 400, "type"],
		["an id with bad characters", { type: "noop", id: "a b" }, 400, "id"],
		["an id that is a number", { type: "noop", id: 7 }, 400, "id"],
		["a priority below", { type: "noop", priority: -1 }, 400, "priority"],
		[
			"a priority above",
			{ type: "noop", priority: PRIORITY_MAX + 1 },
			400,
			"priority",
		],
		["a priority as text", { type: "noop", priority: "9" }, 400, "priority"],
		[
			"a payload too large",
			{ type: "noop", payload: tooLarge },
			413,
			"payload",
		],
		["a text instead of a task", '"noop"', 400],
		["broken JSON", '{"type":"noop"', 400],
		["an empty body", "", 400],
	];

test.each(refused)(
	"%s is refused, and nothing of it is stored",
	async (_what, body, status, field) => {
		const before = await accepted();
		const answer = await node.post<Problem>("/v1/tasks", body);
		expect(answer.status).toBe(status);
		expect(answer.headers.get("content-type")).toMatch(
			/^application\/problem\+json/,
		);
		expect(answer.body.field).toBe(field);
		expect(answer.body.detail).toMatch(/\S/);
		expect(answer.body).not.toHaveProperty("stack");
		expect(await accepted()).toBe(before);
	},
);

const refusedItems: [
	what: string,
	body: unknown,
	status: number,
	field?: string,
][] = [
	["a text instead of a task", '"Task 1"', 400],
	["too much data", { task_id: 1, task_data: tooLarge }, 413, "payload"],
	["broken JSON", '{"task_id": 1,', 400],
];

test.each(refusedItems)(
	"/add_task refuses %s, and stores nothing of it",
	async (_what, body, status, field) => {
		const before = await accepted();
		const answer = await node.post<Problem>("/add_task", body);
		expect(answer.status).toBe(status);
		expect(answer.body.field).toBe(field);
		expect(await accepted()).toBe(before);
	},
);

const good = { type: "noop" };
const mixed = [
	{ id: "good-1", ...good },
	{ id: "bad-1", ...good, priority: PRIORITY_MAX + 1 },
	{ id: "bad-2", ...good, payload: tooLarge },
	{ id: "good-2", ...good },
];

test("the good tasks of an array run, and each bad one is named in its place", async () => {
	const before = await accepted();
	const { status, body } = await node.post<{
		tasks: ItemAnswer[];
	}>("/v1/tasks", mixed);
	expect(status).toBe(202);
	expect(body.tasks).toMatchObject([
		{ id: "good-1", status: 202 },
		{ id: "bad-1", status: 400, problem: { field: "priority" } },
		{ id: "bad-2", status: 413, problem: { field: "payload" } },
		{ id: "good-2", status: 202 },
	]);
	expect(await accepted()).toBe(before + 2);
	expect((await node.whenEnded("good-2")).state).toBe("SUCCESS");
	expect((await node.get("/v1/tasks/bad-1")).status).toBe(404);
});

test("a bad line of NDJSON is named in its place, and the good ones run", async () => {
	const before = await accepted();
	const lines = [
		JSON.stringify({ id: "line-1", ...good }),
		'{"id":"line-2","type":',
		JSON.stringify({ id: "line 3", ...good }),
		JSON.stringify({ id: "line-4", ...good }),
	].join("\n");
	const { status, body } = await node.post<string>("/v1/tasks", lines, {
		"content-type": "application/x-ndjson",
	});
	expect(status).toBe(202);
	const answers = body
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line) as ItemAnswer);
	expect(answers).toMatchObject([
		{ id: "line-1", status: 202 },
		{ status: 400, problem: { code: "invalid_json" } },
		{ status: 400, problem: { field: "id" } },
		{ id: "line-4", status: 202 },
	]);
	expect(await accepted()).toBe(before + 2);
	expect((await node.whenEnded("line-4")).state).toBe("SUCCESS");
});

test("after all that the node is ready, and still the same process", async () => {
	expect((await node.get("/readyz")).status).toBe(200);
	const [self] = await node.peers();
	expect(self?.pid).toBe(pid);
});
