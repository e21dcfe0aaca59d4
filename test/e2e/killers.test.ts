/**
 * A task whose code kills the process that runs it, among sound ones, on nodes that are
 * started again whenever they die, as by a service manager.
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, until } from "../cluster.ts";

const HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/isolated.ts", import.meta.url),
);
const HEALTHY = 14;
const ATTEMPTS_MAX = 4;
const NODES_LOST_MAX = 3;
const PATIENCE_MS = 60_000;

/** Starts each node again as soon as it has died, and counts the deaths. */
function lookAfter({ nodes }: Cluster) {
	const starts: Promise<void>[] = [];
	let deaths = 0;
	let over = false;
	for (const node of nodes) {
		const again = (): void => {
			if (over) return;
			deaths += 1;
			// It may die before it says that it serves: that is a death like any other, of which
			// its end tells.
			starts.push(node.start().catch(() => {}));
			void node.ended.then(again);
		};
		void node.ended.then(again);
	}
	return {
		deaths: () => deaths,
		/** Resolves once no node is being started any more. */
		async stop() {
			over = true;
			await Promise.all(starts);
		},
	};
}

/** Reads a task from whichever node answers. */
async function read({ nodes }: Cluster, id: string): Promise<TaskAsRead> {
	for (const node of nodes) {
		try {
			return await node.task(id);
		} catch {
			// That one is dead; the next one may not be.
		}
	}
	return { state: "unknown" } as unknown as TaskAsRead;
}

/** Submits again under the same ids if the node dies before it answers, as one of the tasks may kill it. */
async function send({ nodes }: Cluster, tasks: unknown): Promise<void> {
	const [node] = nodes;
	await until(
		async () => {
			try {
				return (await node?.post("/v1/tasks", tasks))?.status;
			} catch {
				return undefined;
			}
		},
		(status) => status === 202,
	);
}

test.each([
	["three nodes", 3, "1"],
	["one node, in several shards", 1, "4"],
])(
	"a task that kills its process fails as crashed, and all others succeed, on %s",
	async (_, count, shards) => {
		await using cluster = await Cluster.start({
			nodes: Array.from({ length: count }, () => []),
			all: [
				...["--handlers", HANDLERS, "--shards", shards],
				...["--concurrency", "16", "--log", "warn"],
			],
		});
		const keeper = lookAfter(cluster);
		const beside = Array.from({ length: HEALTHY }, (__, i) => ({
			id: `healthy-${i}`,
			type: "process_task",
			payload: { durationMs: 1_000 },
		}));
		const poison = { id: "poison", type: "segfaults" };
		const tasks = beside.toSpliced(HEALTHY / 2, 0, poison as never);
		await send(cluster, tasks);
		const ended = await until(
			() => Promise.all(tasks.map(({ id }) => read(cluster, id))),
			(all) => all.every(({ finishedAt }) => finishedAt !== undefined),
			PATIENCE_MS,
		).finally(() => keeper.stop());
		for (const { id, state, attempts } of ended) {
			const ends = attempts.map(({ end }) => end);
			if (id === "poison") {
				expect(state).toBe("FAILURE");
				expect(ends.filter((end) => end === "crashed")).toHaveLength(3);
			} else {
				expect({ id, state }).toEqual({ id, state: "SUCCESS" });
				expect(attempts.length).toBeLessThanOrEqual(ATTEMPTS_MAX);
			}
		}
		expect(ended.find(({ id }) => id === "poison")?.error).toEqual({
			code: "crashed",
			message: "its process was ended by SIGSEGV",
		});
		expect(keeper.deaths()).toBeGreaterThan(0);
		expect(keeper.deaths()).toBeLessThanOrEqual(NODES_LOST_MAX);
	},
);
