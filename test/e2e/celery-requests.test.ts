/**
 * What users of the Celery system that Hearsay replaces send: files of tasks whose numbers each
 * begin again at 1, one task a request or as one array, one file after the other, and then all
 * of them again. Every request is a task, and runs by priority.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, until } from "../cluster.ts";

const HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/work.ts", import.meta.url),
);
const SERVES_NOTHING = ["--queues", "elsewhere"];

/** The priorities of each file's tasks; the last file's are a fixed jumble. */
const FILES = [
	[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
	[9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
	[5, 2, 6, 0, 1, 8, 1, 5, 9, 0],
	Array.from({ length: 100 }, (_, i) => (i * i * 7 + i * 3) % 11),
].map((priorities) =>
	priorities.map((priority, i) => ({
		...{ task_id: i + 1, task_data: `Task ${i + 1}`, priority },
	})),
);
type Item = (typeof FILES)[number][number];

interface Taken {
	readonly task_id: number;
	readonly status: string;
	readonly id: string;
}
interface Row {
	readonly task_id: unknown;
	readonly status: string;
	readonly result: string | null;
}

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-requests-"));
	cluster = await Cluster.start({
		nodes: [["--concurrency", "1"], SERVES_NOTHING, SERVES_NOTHING],
		all: ["--handlers", HANDLERS, "--process-task-ms", "1"],
	});
});
afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

async function rows(): Promise<readonly Row[]> {
	const { body } = await cluster
		.node(3)
		.get<{ readonly tasks: readonly Row[] }>("/status/all");
	return body.tasks.filter(({ task_id }) => task_id !== "hold");
}

/** Occupies the only slot; returns what frees it. */
async function holdTheSlot(): Promise<() => void> {
	const file = join(folder, "hold");
	const hold = { id: "hold", type: "hold", payload: { file }, priority: 255 };
	await cluster.node(1).post("/v1/tasks", hold);
	await until(
		() => cluster.node(1).task("hold"),
		({ state }) => state === "STARTED",
	);
	return () => writeFileSync(file, "");
}

async function post(items: readonly Item[], as: "array" | "single") {
	if (as === "array") {
		const { status, body } = await cluster
			.node(2)
			.post<Taken[]>("/add_task", items);
		expect(status).toBe(200);
		return body;
	}
	const taken: Taken[] = [];
	for (const [i, item] of items.entries()) {
		const { status, body } = await cluster
			.node(1 + (i % 3))
			.post<Taken>("/add_task", item);
		expect(status).toBe(200);
		taken.push(body);
	}
	return taken;
}

/** All tasks but the one that held the slot, in the order in which they were given to the node. */
async function asRun(): Promise<TaskAsRead[]> {
	const tasks: TaskAsRead[] = [];
	let more = "";
	do {
		const { body } = await cluster
			.node(3)
			.get<{ tasks: TaskAsRead[]; cursor?: string }>(
				`/v1/tasks?limit=500${more}`,
			);
		tasks.push(...body.tasks.filter(({ id }) => id !== "hold"));
		more = body.cursor === undefined ? "" : `&cursor=${body.cursor}`;
	} while (more !== "");
	return tasks.sort((a, b) => (a.token ?? 0) - (b.token ?? 0));
}

test("every request of every file is a task, however often it is sent, and runs by priority", async () => {
	const release = await holdTheSlot();
	const sent: Item[] = [];
	const taken: Taken[] = [];
	for (const as of ["single", "array", "single", "array"] as const)
		for (const items of FILES) {
			taken.push(...(await post(items, as)));
			sent.push(...items);
		}
	const times = new Map<number, number>();
	const ids = sent.map(({ task_id }) => {
		const time = (times.get(task_id) ?? 0) + 1;
		times.set(task_id, time);
		return time === 1 ? `${task_id}` : `${task_id}~${time}`;
	});
	expect(taken).toEqual(
		sent.map(({ task_id }, i) => ({
			...{ task_id, status: "PENDING", id: ids[i] },
		})),
	);
	expect(await rows()).toEqual(
		sent.map(({ task_id }) => ({ task_id, status: "PENDING", result: null })),
	);
	release();

	const ended = await until(rows, (all) =>
		all.every(({ status }) => status === "SUCCESS"),
	);
	expect(ended.map(({ task_id }) => task_id)).toEqual(
		sent.map(({ task_id }) => task_id),
	);
	for (const [i, { task_id, priority }] of sent.entries())
		expect(ended[i]?.result).toContain(
			`Task ${task_id} processed successfully (Priority: ${priority},`,
		);
	const due = [...sent.entries()].sort(
		([i, a], [j, b]) => b.priority - a.priority || i - j,
	);
	expect((await asRun()).map(({ id }) => id)).toEqual(due.map(([i]) => ids[i]));
	const newest = await cluster.node(2).get<Row>("/status/1");
	expect(newest.body).toEqual(ended[sent.findLastIndex(isFirst)]);
});

function isFirst({ task_id }: Item): boolean {
	return task_id === 1;
}
