/** Which tasks restricted tokens reach, and what tokens see that may not see payloads. */
import { expect, test } from "vitest";
import { formatRoute } from "../../protocol/route.ts";
import { as, closed, tokenFor } from "./http-closed.ts";
import type { Answer } from "./http-server.ts";

const IMAGES = { queue: "images", type: "t", labels: [] };

test("a restricted token submits only to its own queues and types, item by item", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", {
		...{ role: "submit", queues: ["images", "films"], types: ["resize"] },
	});
	const post = (body: unknown) => server.post("/v1/tasks", body, own);
	const good = { type: "resize", queue: "images" };
	const other = { type: "resize", queue: "mail" };
	expect((await post(good)).status).toBe(202);
	const refused = await post(other);
	expect([refused.status, refused.json.code, refused.json.field]).toEqual([
		...[403, "forbidden", "queue"],
	]);
	expect(refused.json.detail).toContain('"images", "films"');
	const many = await post([good, other, { ...good, type: "cut" }]);
	expect(many.status).toBe(202);
	const { tasks } = many.json as { tasks: Answer["json"][] };
	expect(tasks.map(({ status }) => status)).toEqual([202, 403, 403]);
	expect(tasks[2].problem).toMatchObject({ code: "forbidden", field: "type" });
	expect((await post([other])).status).toBe(403);
	const celery = await server.post("/add_task", { task_id: 1 }, own);
	expect([celery.status, celery.json.code]).toEqual([403, "forbidden"]);
});

test("whether a restricted token reaches a task is asked without reading the task", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", {
		role: "operate",
		queues: ["images"],
	});
	const task = { id: "a", type: "t", queue: "images" };
	await server.post("/v1/tasks", task, as("submit"));
	let reads = 0;
	const { get } = server.api;
	server.api.get = async (id, place) => {
		reads += 1;
		return await get.call(server.api, id, place);
	};
	const changed = await server.send(
		...(["PATCH", "/v1/tasks/a", own, { priority: 1 }] as const),
	);
	expect(changed.status).toBe(200);
	expect((await server.post("/v1/tasks/a/cancel", {}, own)).status).toBe(200);
	expect(reads).toBe(0);
	expect((await server.get("/v1/tasks/a", own)).status).toBe(200);
	expect(reads).toBe(1);
});

test("a restricted token that waits for an id is not shown a task that others submit under it meanwhile", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", {
		role: "operate",
		queues: ["images"],
	});
	const task = { id: "a", type: "t", queue: "images" };
	await server.post("/v1/tasks", task, as("submit"));
	const { get } = server.api;
	// The task is deleted meanwhile, and its id is submitted to another queue.
	server.api.get = async (id, place) => {
		const found = await get.call(server.api, id, place);
		const record = found?.record && { ...found.record, route: "mail|t|" };
		return { ...found, record } as typeof found;
	};
	const { status, json } = await server.get("/v1/tasks/a", own);
	expect([status, json.code]).toEqual([404, "not_found"]);
	expect((await server.get("/v1/tasks/a", as("read"))).status).toBe(200);
});

test.each([
	["POST", "/v1/tasks/a/cancel", {}],
	["POST", "/v1/tasks/a/retry", {}],
	["PATCH", "/v1/tasks/a", { priority: 1 }],
	["DELETE", "/v1/tasks/a", undefined],
])(
	"%s %s does nothing to a task that others have under the id by then, and tells nothing of it",
	async (method, path, body) => {
		await using server = await closed();
		const own = await tokenFor(server, "ci", {
			role: "operate",
			queues: ["images"],
		});
		const task = { id: "a", type: "t", queue: "mail", payload: "a secret" };
		await server.post("/v1/tasks", task, as("submit"));
		if (/retry$/.test(path) || method === "DELETE")
			server.api.change("a", { state: "FAILURE" });
		const before = server.api.tasks.get("a");
		// When it was asked, it was another.
		server.api.routeOf = async () => formatRoute(IMAGES);
		const { status, text } = await server.send(method, path, own, body);
		expect([status, text.includes("a secret")]).toEqual([404, false]);
		expect(server.api.tasks.get("a")).toBe(before);
	},
);

test.each(["cancel", "retry", "patch", "remove"] as const)(
	"what a node answers to %s of a task that others have by then is not told",
	async (what) => {
		await using server = await closed();
		const own = await tokenFor(server, "ci", {
			role: "operate",
			queues: ["images"],
		});
		const mine = { id: "a", type: "t", queue: "images", payload: "a secret" };
		await server.post("/v1/tasks", mine, as("submit"));
		const record = server.api.tasks.get("a");
		if (record === undefined) throw new Error("it was not taken");
		const route = formatRoute({ ...IMAGES, queue: "mail" });
		const task = { ...record, route };
		server.api.cancel = async () => ({ code: "done", task });
		server.api.retry = async () => ({ code: "done", task });
		server.api.patch = async () => ({ code: "changed", task });
		server.api.remove = async () => ({ code: "done", task });
		const path = "/v1/tasks/a";
		const { status, text, headers } = await {
			cancel: () => server.post(`${path}/cancel`, {}, own),
			retry: () => server.post(`${path}/retry`, {}, own),
			patch: () => server.send("PATCH", path, own, { priority: 1 }),
			remove: () => server.send("DELETE", path, own),
		}[what]();
		expect([status, text.includes("a secret")]).toEqual([404, false]);
		expect(headers.get("location")).toBeNull();
	},
);

test("a task that others have by the time that a restricted token is told it was there already is not told", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", {
		role: "submit",
		queues: ["images"],
	});
	const task = { id: "a", type: "t", queue: "images", payload: 1 };
	await server.post("/v1/tasks", task, own);
	const route = formatRoute({ ...IMAGES, queue: "mail" });
	const { submit } = server.api;
	server.api.submit = async (tasks) => {
		const outcomes = await submit.call(server.api, tasks);
		server.api.change("a", { route, payload: '"a secret"' });
		return outcomes;
	};
	const { status, json, text } = await server.post("/v1/tasks", task, own);
	expect([status, json.code]).toEqual([409, "conflict"]);
	expect(text).not.toContain("a secret");
});

test("for a restricted token the tasks of others do not exist", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", {
		role: "operate",
		queues: ["images"],
	});
	for (const queue of ["images", "mail"])
		await server.post(
			"/v1/tasks",
			{ id: queue, type: "t", queue },
			as("submit"),
		);
	const calls = [
		["GET", ""],
		["POST", "/cancel"],
		["POST", "/retry"],
		["PATCH", "", { priority: 1 }],
		["DELETE", ""],
	] as const;
	for (const [method, rest, body] of calls) {
		const ask = (id: string) =>
			server.send(method, `/v1/tasks/${id}${rest}`, own, body);
		expect((await ask("mail")).status, `${method} ${rest}`).toBe(404);
		expect((await ask("images")).status, `${method} ${rest}`).not.toBe(404);
	}
	expect((await server.get("/status/mail", own)).status).toBe(404);
	expect((await server.get("/status/images", own)).status).toBe(200);
	await server.get("/v1/tasks", own);
	expect(server.api.wishes.at(-1)?.query).toEqual({ queue: "images" });
	await server.get("/status/all", own);
	expect(server.api.wishes.at(-1)?.query).toEqual({ queue: "images" });
	const mail = await server.get("/v1/tasks?queue=mail", own);
	expect([mail.status, mail.json.field]).toEqual([403, "queue"]);
	await server.post("/v1/tasks/cancel", { all: true }, own);
	expect(server.api.bulks.at(-1)?.query).toEqual({ queue: "images" });
	const bulk = { filter: { queue: "mail" } };
	const refused = await server.post("/v1/tasks/delete", bulk, own);
	expect([refused.status, refused.json.field]).toEqual([403, "filter.queue"]);
});

test("a token of several queues says which of them it lists", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", { role: "read", types: ["a", "b"] });
	expect((await server.get("/v1/tasks", own)).status).toBe(403);
	expect((await server.get("/v1/tasks?type=a", own)).status).toBe(200);
	expect((await server.get("/v1/tasks?type=c", own)).status).toBe(403);
	expect((await server.get("/status/all", own)).status).toBe(403);
});

test("a read of the whole cluster is shared, and each token gets its part of it", async () => {
	await using server = await closed();
	const own = await tokenFor(server, "ci", {
		role: "operate",
		queues: ["images"],
	});
	for (const queue of ["images", "mail"])
		await server.post("/v1/tasks", { type: "t", queue }, as("submit"));
	server.overview.depths = ["images", "mail"].map((queue) => ({
		...{ route: `${queue}|t|`, count: 1, oldestId: "a", oldestMs: 1 },
		...{ started: 0, scheduled: 0 },
	}));
	const queuesOf = async (path: string, headers: Record<string, string>) => {
		const { json } = await server.get(path, headers);
		const rows: { queue: string }[] = json.backlog ?? json.queues;
		return rows.map(({ queue }) => queue).sort();
	};
	for (const path of ["/v1/cluster", "/v1/queues"]) {
		const [all, some] = await Promise.all([
			queuesOf(path, as("read")),
			queuesOf(path, own),
		]);
		expect([all, some], path).toEqual([["images", "mail"], ["images"]]);
	}
	expect((await server.get("/v1/failures", own)).status).toBe(403);
	expect((await server.get("/v1/nodes", own)).status).toBe(200);
	for (const [method, path] of [
		["GET", "/v1/tokens"],
		["DELETE", "/v1/tokens/ci"],
		["POST", "/v1/nodes/node-a/drain"],
	] as const) {
		const { status, json } = await server.send(method, path, own);
		expect([status, json.code], path).toEqual([403, "forbidden"]);
	}
});

test("a read token sees no payload, result or error unless it may see payloads", async () => {
	await using server = await closed();
	const seeing = await tokenFor(server, "dash", {
		role: "read",
		payloads: true,
	});
	const task = { id: "a", type: "t", payload: { secret: "apple" } };
	await server.post("/v1/tasks", task, as("submit"));
	server.api.end("a", '"secret pear"');
	await server.post("/v1/tasks", { ...task, id: "b" }, as("submit"));
	const error = { code: "failed", message: "secret plum", stack: "secret" };
	const attempt = {
		...{ token: 7, round: 1, nodeId: "node-a", epoch: 1, claimedMs: 1 },
		...{ end: "failure" as const, error },
	} as const;
	server.api.change("b", { state: "FAILURE", error, attempts: [attempt] });
	const reads = [
		...["/v1/tasks/a", "/v1/tasks/b", "/v1/tasks?full=true"],
		...["/v1/tasks", "/status/all", "/status/a", "/status/b"],
	];
	for (const path of reads) {
		const blind = await server.get(path, as("read"));
		expect(blind.status, path).toBe(200);
		expect(blind.text, path).not.toContain("secret");
		const { text } = await server.get(path, seeing);
		expect(text.includes("secret"), path).toBe(true);
		expect((await server.get(path, as("submit"))).text).toBe(text);
	}
	expect((await server.get("/v1/tasks/b", as("read"))).json.error.code).toBe(
		"failed",
	);
	const query = async (q: string, headers: Record<string, string>) => {
		const { status } = await server.get(`/v1/tasks?q=${q}`, headers);
		return [status, status === 200 && server.api.wishes.at(-1)?.query];
	};
	expect(await query("apple", as("read"))).toEqual([
		200,
		{ q: "apple", idsOnly: true },
	]);
	expect(await query("an+apple", as("read"))).toEqual([403, false]);
	expect(await query("an+apple", seeing)).toEqual([200, { q: "an apple" }]);
});

test("a token that may not see errors is told of failures by type and code", async () => {
	await using server = await closed();
	const one = { type: "t", code: "failed", newestId: "a", newestMs: 1 };
	server.overview.groups = [
		{ ...one, firstLine: "secret 1", count: 2 },
		{ ...one, firstLine: "secret 2", count: 3, newestId: "b", newestMs: 2 },
		{ ...one, type: "u", firstLine: "secret 1", count: 1 },
	];
	const blind = await server.get("/v1/failures", as("read"));
	expect(blind.json.failures).toMatchObject([
		{ type: "t", firstLine: "", count: 5, newest: { id: "b" } },
		{ type: "u", firstLine: "", count: 1 },
	]);
	const own = await tokenFor(server, "u", { role: "submit", types: ["u"] });
	const { json } = await server.get("/v1/failures", own);
	expect(json.failures).toMatchObject([{ type: "u", firstLine: "secret 1" }]);
});
