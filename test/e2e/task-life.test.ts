/** What a task may ask for, on three real nodes: to be due later, to expire, to be retried, to be cancelled. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Component } from "../../protocol/schema/components.ts";
import type { TaskAsAccepted, TaskAsRead } from "../../protocol/schema.ts";
import { until } from "../cluster.ts";
import { endsOf, WorkBench } from "./work-bench.ts";

const bench = WorkBench.forFile("task-life");
bench.endsCalm();
bench.withCluster(() => ({
	nodes: [[], [], []],
	all: ["--concurrency", "20"],
}));

const sinceMs = (from: string | undefined, to: string | undefined) =>
	Date.parse(to ?? "") - Date.parse(from ?? "");

// The proof of lateness shows how late they are: here others may keep the machine busy.
test("tasks start when they are due, and not before, even if the node that accepted them is killed", async () => {
	const [first, second] = [bench.cluster.node(1), bench.cluster.node(2)];
	const tasks = Array.from({ length: 60 }, (_, i) => ({
		...{ id: `due-${i}`, type: "noop", delay: 800 + 10 * i },
	}));
	const { body } = await first.post<Component<"BatchAnswer">>(
		"/v1/tasks",
		tasks,
	);
	for (const { state } of body.tasks) expect(state).toBe("SCHEDULED");
	await first.kill();
	const ended = await Promise.all(tasks.map(({ id }) => second.whenEnded(id)));
	for (const { state, dueAt, startedAt, attempts } of ended) {
		expect(state).toBe("SUCCESS");
		expect(sinceMs(dueAt, attempts[0]?.claimedAt)).toBeGreaterThanOrEqual(0);
		expect(sinceMs(dueAt, startedAt)).toBeGreaterThanOrEqual(0);
	}
	await bench.cluster.revive();
});

test("a task that nobody serves expires when its time has come, and says so", async () => {
	const node = bench.cluster.node(1);
	await node.post("/v1/tasks", {
		...{ id: "expires", type: "nobody-serves-it", expiresIn: 300 },
	});
	const { state, error, expiresAt, finishedAt } =
		await node.whenEnded("expires");
	expect([state, error?.code]).toEqual(["EXPIRED", "expired"]);
	expect(sinceMs(expiresAt, finishedAt)).toBeGreaterThanOrEqual(0);
});

test("a task that nobody serves says what is missing, to whoever submits it, reads it or looks for stuck queues", async () => {
	const node = bench.cluster.node(1);
	const task = { id: "stuck", type: "nobody-serves-it" };
	const { body } = await node.post<TaskAsAccepted>("/v1/tasks", task);
	expect(body).toMatchObject({ state: "PENDING", unserved: true });
	const missing = 'the type "nobody-serves-it"';
	const { waiting } = await bench.cluster.node(3).task("stuck");
	expect(waiting).toEqual({ for: "unserved", ahead: 0, missing });
	const { body: list } = await bench.cluster
		.node(2)
		.get<Component<"QueueList">>("/v1/queues");
	expect(list.queues[0]).toMatchObject({
		...{ type: task.type, counts: { PENDING: 1 }, oldest: { id: "stuck" } },
		...{ servedBy: { nodes: 0 }, unserved: true, missing },
	});
	await node.post("/v1/tasks/stuck/cancel", {});
});

test("no node runs more tasks of a type at once than its handler says, and other tasks go on meanwhile", async () => {
	const [one, other] = [bench.cluster.node(1), bench.cluster.node(2)];
	const [file, log] = [bench.file("go"), bench.file("seldom")];
	const seldom = Array.from({ length: 7 }, (_, i) => ({
		...{ id: `seldom-${i}`, type: "seldom", payload: { file, log } },
	}));
	await one.post("/v1/tasks", seldom);
	const read = () => Promise.all(seldom.map(({ id }) => other.task(id)));
	const held = await until(
		read,
		(tasks) => tasks.filter(({ state }) => state === "STARTED").length === 3,
	);
	expect(new Set(held.map(({ node }) => node)).size).toBe(4);
	const waiting = held.find(({ state }) => state === "PENDING");
	expect(waiting?.waiting).toMatchObject({ for: "slot" });
	const peers = await other.peers();
	for (const { concurrency } of peers)
		expect(concurrency).toEqual({ seldom: 1 });
	const { body } = await other.get<Component<"QueueList">>("/v1/queues");
	expect(body.queues).toMatchObject([
		{ type: "seldom", counts: { PENDING: 4 }, servedBy: { concurrency: 3 } },
	]);
	await one.post("/v1/tasks", { id: "beside", type: "noop" });
	expect(await other.whenEnded("beside")).toMatchObject({ state: "SUCCESS" });
	expect(
		(await read()).filter(({ state }) => state === "STARTED"),
	).toHaveLength(3);
	writeFileSync(file, "");
	const ended = await Promise.all(seldom.map(({ id }) => one.whenEnded(id)));
	for (const { attempt, state } of ended)
		expect([attempt, state]).toEqual([1, "SUCCESS"]);
	const running = new Map<string, number>();
	for (const line of readFileSync(log, "utf8").trimEnd().split("\n")) {
		const [what, pid = ""] = line.split(" ");
		const now = (running.get(pid) ?? 0) + (what === "begin" ? 1 : -1);
		running.set(pid, now);
		expect(now, line).toBeLessThanOrEqual(1);
	}
});

test("a task that fails is retried as often as it asks, and keeps each error", async () => {
	const node = bench.cluster.node(2);
	const backoff = { delay: 50, jitter: 0 };
	await node.post("/v1/tasks", {
		id: "fails",
		type: "fail",
		retries: 2,
		backoff,
	});
	const task = await node.whenEnded("fails");
	expect(task).toMatchObject({ state: "FAILURE", attempt: 3, failures: 2 });
	expect(endsOf(task)).toEqual(["failure", "failure", "failure"]);
	expect(task.attempts.map(({ error }) => error?.message)).toEqual([
		...["as it was told to", "as it was told to", undefined],
	]);
	const { body } = await node.get<Component<"FailureList">>("/v1/failures");
	expect(body.failures).toMatchObject([
		{ type: "fail", firstLine: "as it was told to", newest: { id: "fails" } },
	]);
	const [one, two, three] = task.attempts.map(({ claimedAt }) =>
		Date.parse(claimedAt),
	);
	expect((two ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(50);
	expect((three ?? 0) - (two ?? 0)).toBeGreaterThanOrEqual(100);
});

test("a failed task is retried through another node, and then deleted through a third", async () => {
	const [one, two, three] = [1, 2, 3].map((n) => bench.cluster.node(n));
	if (!one || !two || !three) throw new Error("there are three nodes");
	await one.post("/v1/tasks", { id: "again", type: "fail" });
	await one.whenEnded("again");
	const { status, body } = await two.post<TaskAsRead>(
		...(["/v1/tasks/again/retry", { round: 1 }] as const),
	);
	expect([status, body.round]).toEqual([200, 2]);
	const task = await three.whenEnded("again");
	expect(task).toMatchObject({ state: "FAILURE", round: 2, attempt: 2 });
	expect(task.attempts).toMatchObject([
		{ round: 1, error: { message: "as it was told to" } },
		{ round: 2 },
	]);
	const late = await one.post<TaskAsRead>("/v1/tasks/again/retry", {
		round: 1,
	});
	expect([late.status, late.body.round]).toEqual([200, 2]);
	const gone = await fetch(`${three.url}/v1/tasks/again`, { method: "DELETE" });
	expect(gone.status).toBe(200);
	expect((await fetch(`${one.url}/v1/tasks/again`)).status).toBe(404);
});

test("a task that runs is stopped from another node", async () => {
	const [id = ""] = await bench.postHeld(bench.cluster.node(1), 1);
	const { node: holder } = await bench.cluster.node(1).task(id);
	const other = bench.cluster.nodes.find((node) => node.id !== holder);
	if (other === undefined) throw new Error("there are three nodes");
	const { status, body } = await other.post<TaskAsRead>(
		`/v1/tasks/${id}/cancel`,
		{ reason: "not needed" },
	);
	expect([status, body.state]).toEqual([202, "STARTED"]);
	const task = await other.whenEnded(id);
	expect(task).toMatchObject({
		...{ state: "CANCELLED", cancel: { reason: "not needed" } },
		attempts: [{ end: "cancelled" }],
	});
});

test("a running task that does not listen is ended by force; with force asked for at once its result is refused", async () => {
	const node = bench.cluster.node(3);
	const [file, end] = [bench.file("beats"), bench.file("never")];
	await node.post("/v1/tasks", {
		id: "deaf",
		type: "beat",
		payload: { file, end },
	});
	await until(
		() => node.task("deaf"),
		({ state }) => state === "STARTED",
	);
	const { status, body } = await node.post<TaskAsRead>(
		"/v1/tasks/deaf/cancel",
		{
			force: true,
		},
	);
	expect([status, body.state]).toEqual([200, "CANCELLED"]);
	await until(
		() => node.peers(),
		(nodes) => nodes.every(({ running }) => running === 0),
	);
	expect((await node.task("deaf")).state).toBe("CANCELLED");
});

test("failures of a period are retried in bulk over ten minutes through another node, then cancelled and deleted in bulk", async () => {
	const [one, other] = [bench.cluster.node(1), bench.cluster.node(2)];
	const tags = ["bulk:1"];
	const tasks = ["b1", "b2", "b3"].map((id) => ({ id, type: "fail", tags }));
	await one.post("/v1/tasks", [...tasks, { id: "b4", type: "noop", tags }]);
	const ended = await Promise.all(
		["b1", "b2", "b3", "b4"].map((id) => other.whenEnded(id)),
	);
	const created = ended.map(({ createdAt }) => createdAt).sort();
	const { body: found } = await other.get<{ tasks: TaskAsRead[] }>(
		"/v1/tasks?tag=bulk:1&state=failure",
	);
	expect(found.tasks.map(({ id }) => id).sort()).toEqual(["b1", "b2", "b3"]);
	const filter = { state: "FAILURE", tag: "bulk:1", since: created[0] };
	const retry = { filter, spread: "10m" };
	const all = { matched: 3, changed: 3, skipped: 0 };
	const retried = await other.post("/v1/tasks/retry", retry);
	expect(retried).toMatchObject({ status: 200, body: all });
	const again = await other.task("b1");
	expect(again).toMatchObject({ state: "SCHEDULED", round: 2 });
	expect(Date.parse(again.dueAt ?? "") - Date.now()).toBeLessThan(600_000);
	const tagged = { filter: { tag: "bulk:1" } };
	const cancelled = await one.post("/v1/tasks/cancel", tagged);
	expect(cancelled).toMatchObject({ status: 200, body: all });
	const deleted = await one.post("/v1/tasks/delete", tagged);
	expect(deleted.body).toMatchObject({ ...all, matched: 4, changed: 4 });
	const { body: left } = await one.get("/v1/tasks?tag=bulk:1");
	expect(left).toMatchObject({ tasks: [] });
});
