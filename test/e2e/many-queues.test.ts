/** Ten thousand queues, each with work of its own, on nodes that serve them all. */
import { expect, test } from "vitest";
import { Cluster, until } from "../cluster.ts";

const QUEUES = 10_000;
/** A few seconds on an idle machine. */
const PATIENCE_MS = 240_000;

test("tasks of 10,000 queues, submitted to a node that serves none of them, all run", async () => {
	const there = ["--labels", "there", "--concurrency", "64"];
	await using cluster = await Cluster.start({ nodes: [[], there, there] });
	const tasks = Array.from({ length: QUEUES }, (_, i) => ({
		...{ id: `t${i}`, type: "noop" },
		...{ queue: `q${i}`, labels: ["there"] },
	}));
	const { status, body } = await cluster.node(1).post("/v1/tasks", tasks);
	expect(status).toBe(202);
	expect(JSON.stringify(body)).not.toContain("too_many");
	const { counts, totals } = await until(
		() => cluster.node(1).cluster(),
		({ counts }) => counts.SUCCESS === QUEUES,
		PATIENCE_MS,
	);
	expect(counts).toMatchObject({ PENDING: 0, STARTED: 0, FAILURE: 0 });
	expect(totals.accepted).toBe(QUEUES);
}, 300_000);
