import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster, type ClusterNode, until } from "../cluster.ts";

const HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/work.ts", import.meta.url),
);
/** Flags of a node that accepts submissions, and leaves the work to others. */
const SERVES_NOTHING = ["--queues", "elsewhere"];

/** By then everybody has heard of a submission. */
const GOSSIP_MS = 50;

interface Item {
	readonly task_id: number;
	readonly task_data: string;
	readonly priority: number;
}
interface StatusAll {
	readonly tasks: readonly {
		readonly task_id: number | string;
		readonly status: string;
		readonly result: unknown;
	}[];
}

let cluster: Cluster;
let folder: string;
let lastId = 0;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-celery-"));
	cluster = await Cluster.start({
		nodes: [["--concurrency", "1"], SERVES_NOTHING, SERVES_NOTHING],
		all: ["--handlers", HANDLERS, "--process-task-ms", "1"],
	});
});
afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

const ORDERS = {
	rising: (i: number, count: number) => Math.floor((i * 11) / count),
	falling: (i: number, count: number) => 10 - Math.floor((i * 11) / count),
	// A fixed jumble, so that a failure can be repeated.
	random: (i: number) => (i * i * 7 + i * 3) % 11,
} as const;

function makeItems(order: keyof typeof ORDERS, count: number): Item[] {
	return Array.from({ length: count }, (_, i) => {
		lastId += 1;
		return {
			task_id: lastId,
			task_data: `Task ${lastId}`,
			priority: ORDERS[order](i, count),
		};
	});
}

/** Occupies the only slot of the cluster; resolves with what frees it. */
async function holdTheSlot(): Promise<{ id: string; release: () => void }> {
	lastId += 1;
	const id = `hold-${lastId}`;
	const file = join(folder, id);
	const task = { id, type: "hold", payload: { file }, priority: 255 };
	await cluster.node(1).post("/v1/tasks", task);
	await until(
		() => cluster.node(1).task(id),
		({ state }) => state === "STARTED",
	);
	return { id, release: () => writeFileSync(file, "") };
}

/** Higher priority first; of one priority, first come first served. */
function asDue(items: readonly Item[]): number[] {
	return items
		.toSorted((a, b) => b.priority - a.priority || a.task_id - b.task_id)
		.map(({ task_id }) => task_id);
}

/** In the order in which the node was given them: tokens rise. */
async function asRun(
	node: ClusterNode,
	items: readonly Item[],
): Promise<number[]> {
	const ended = await Promise.all(
		items.map(({ task_id }) => node.whenEnded(String(task_id))),
	);
	expect(ended.map(({ state }) => state)).toEqual(ended.map(() => "SUCCESS"));
	return ended
		.toSorted((a, b) => (a.token ?? 0) - (b.token ?? 0))
		.map(({ id }) => Number(id));
}

async function postOneByOne(items: readonly Item[]): Promise<void> {
	for (const [i, item] of items.entries()) {
		// On every node in turn.
		const { status, body } = await cluster
			.node(1 + (i % 3))
			.post("/add_task", item);
		expect([status, body]).toEqual([
			200,
			{ task_id: item.task_id, status: "PENDING", id: String(item.task_id) },
		]);
	}
}

async function postAsArray(items: readonly Item[]): Promise<void> {
	const { status, body } = await cluster.node(2).post("/add_task", items);
	expect([status, body]).toEqual([
		200,
		items.map(({ task_id }) => ({
			...{ task_id, status: "PENDING", id: String(task_id) },
		})),
	]);
}

describe.each([
	["one by one, on each node in turn", 10, postOneByOne],
	["one by one, on each node in turn", 40, postOneByOne],
	["as an array", 10, postAsArray],
	["as an array", 100, postAsArray],
])("tasks posted %s, %i of them", (_how, count, post) => {
	test.each(["rising", "falling", "random"] as const)(
		"in %s priority, run by priority, and first come first served within one",
		async (order) => {
			const items = makeItems(order, count);
			const { release } = await holdTheSlot();
			await post(items);
			release();
			expect(await asRun(cluster.node(3), items)).toEqual(asDue(items));
		},
	);
});

test("a slot that comes free takes at once what was posted elsewhere meanwhile", async () => {
	const gapsMs: number[] = [];
	for (let round = 0; round < 5; round++) {
		const [item] = makeItems("random", 1) as [Item];
		const { id, release } = await holdTheSlot();
		await cluster.node(2).post("/add_task", item);
		await pause(GOSSIP_MS);
		release();
		const { attempts } = await cluster.node(1).whenEnded(String(item.task_id));
		const { finishedAt } = await cluster.node(1).task(id);
		gapsMs.push(
			Date.parse(attempts[0]?.claimedAt ?? "") - Date.parse(finishedAt ?? ""),
		);
	}
	// If the sweep found it, it would wait for half a second on average.
	const [, , median] = gapsMs.sort((a, b) => a - b);
	expect(median).toBeLessThan(100);
});

test("any node shows the status of every task, from PENDING to its end", async () => {
	const items = makeItems("random", 3);
	const ids = items.map(({ task_id }) => task_id);
	const hold = await holdTheSlot();
	await cluster.node(1).post("/add_task", items);
	await cluster.node(2).post("/v1/tasks", { id: "failing", type: "fail" });
	const statuses = async () => {
		const { body } = await cluster.node(3).get<StatusAll>("/status/all");
		const wanted = [hold.id, ...ids, "failing"];
		return wanted.map((id) => body.tasks.find(({ task_id }) => task_id === id));
	};
	expect((await statuses()).map((task) => task?.status)).toEqual([
		"STARTED",
		...["PENDING", "PENDING", "PENDING", "PENDING"],
	]);
	hold.release();
	const ended = await until(statuses, (tasks) =>
		tasks.every((task) => /SUCCESS|FAILURE/.test(task?.status ?? "")),
	);
	expect(ended.map((task) => task?.status)).toEqual([
		...["SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS"],
		"FAILURE",
	]);
	const [{ task_id, priority }] = items as [Item];
	expect(ended[1]?.result).toMatch(
		new RegExp(
			`^Task ${task_id} processed successfully \\(Priority: ${priority}, Submitted at: .+\\)\\.$`,
		),
	);
	expect(ended.at(-1)?.result).toBe("as it was told to");
	const one = await cluster.node(2).get(`/status/${task_id}`);
	expect(one.body).toEqual(ended[1]);
});
