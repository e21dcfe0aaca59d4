/**
 * A user's program on a client that was generated from the description of the
 * API. Strict types: it compiles only if the types say what the node does.
 *
 *   node program.ts URL
 *
 * Prints what it saw as one JSON text.
 */
import createClient from "openapi-fetch";
import type { components, paths } from "../node_modules/.generated/api.ts";

type Task = components["schemas"]["TaskAsSubmitted"];
type Item = components["schemas"]["ItemAnswer"];

const [baseUrl = ""] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl });

/** As little as a task may be: nothing else may be required. */
const task: Task = { type: "process_task", payload: { durationMs: 0 } };

const { data: taken, error: refusal } = await client.POST("/v1/tasks", {
	body: { ...task, priority: 7 },
});
if (taken === undefined) throw new Error(JSON.stringify(refusal));
if ("tasks" in taken) throw new Error("one task is answered as many");

const { data: many } = await client.POST("/v1/tasks", {
	body: [task, { ...task, id: "from-an-array" }],
});
if (many === undefined || !("tasks" in many)) {
	throw new Error("many tasks are answered as one");
}

const lines = await client.POST("/v1/tasks.ndjson", {
	body: [task, { ...task, id: "~" }]
		.map((each) => `${JSON.stringify(each)}\n`)
		.join(""),
	headers: { "content-type": "application/x-ndjson" },
	bodySerializer: (body) => body,
	parseAs: "text",
});
const items = (lines.data ?? "")
	.trimEnd()
	.split("\n")
	.map((line): Item => JSON.parse(line));

const { data: ended } = await client.GET("/v1/tasks/{id}", {
	params: { path: { id: taken.id }, query: { wait: "20s" } },
});
const { data: list } = await client.GET("/v1/tasks", {
	params: { query: { limit: 1 } },
});
const { data: cluster } = await client.GET("/v1/cluster");
const { data: nodes } = await client.GET("/v1/nodes");
const { data: ready } = await client.GET("/readyz");
const none = await client.GET("/v1/tasks/{id}", {
	params: { path: { id: "not-there" } },
});
const wrong = await client.POST("/v1/tasks", {
	body: { ...task, priority: 1_000 },
});

console.log(
	JSON.stringify({
		priority: ended?.priority,
		state: ended?.state,
		many: many.tasks.map(({ status }) => status),
		lines: items.map(({ status }) => status),
		hasMore: list?.cursor !== undefined,
		accepted: cluster?.totals.accepted,
		succeeded: cluster?.counts.SUCCESS,
		node: nodes?.nodes[0]?.name,
		ready: ready?.status,
		none: none.error?.code,
		wrong:
			wrong.error && "field" in wrong.error ? wrong.error.field : undefined,
	}),
);
