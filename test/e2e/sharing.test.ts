import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster, until } from "../cluster.ts";

const HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/work.ts", import.meta.url),
);
/** A sweep comes round in less. */
const SWEEP_MS_MAX = 1_000;

describe.each([
	["with gossip", []],
	["without gossip", ["--no-gossip"]],
])("%s", (_how, flags) => {
	let cluster: Cluster;
	let folder: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "hearsay-sharing-"));
		cluster = await Cluster.start({
			nodes: [[], ["--labels", "there"], ["--labels", "there"]],
			all: ["--handlers", HANDLERS, "--concurrency", "8", ...flags],
		});
	});
	afterAll(async () => {
		await cluster[Symbol.asyncDispose]();
		rmSync(folder, { recursive: true });
	});

	// Without gossip one node may run all of them: the others look by themselves, a second later.
	if (flags.length === 0)
		test("nine tasks that take a while, as one array to one of three idle nodes, are shared by all", async () => {
			const known = (running: number) =>
				until(
					() => cluster.node(1).peers(),
					(nodes) =>
						nodes.reduce((sum, node) => sum + node.running, 0) === running,
				);
			const most: number[] = [];
			for (const time of [1, 2, 3]) {
				const payload = { file: join(folder, `go-${time}`) };
				const nine = Array.from({ length: 9 }, (_, i) => {
					return { id: `nine-${time}-${i}`, type: "hold", payload };
				});
				await cluster.node(1).post("/v1/tasks", nine);
				// Each node has told the others that it runs some, and then that it runs none.
				await known(9);
				writeFileSync(payload.file, "");
				const ran = await Promise.all(
					nine.map(
						async ({ id }) => (await cluster.node(1).whenEnded(id)).node,
					),
				);
				await known(0);
				const byNode = Map.groupBy(ran, (node) => node);
				most.push(
					Math.max(...[...byNode.values()].map(({ length }) => length)),
				);
			}
			// On a machine on which a message takes longer than others are waited for, one takes more.
			expect(Math.min(...most), `most on one node: ${most}`).toBeLessThan(5);
		});

	test("1,000 tasks posted to one node are run by all three, none twice", async () => {
		const file = join(folder, "runs");
		const tasks = Array.from({ length: 1_000 }, (_, i) => ({
			id: `t${i}`,
			type: "record",
			payload: { file, durationMs: 20 },
		}));
		const before = (await cluster.node(3).cluster()).totals.attempts;
		const { status } = await cluster.node(2).post("/v1/tasks", tasks);
		expect(status).toBe(202);
		const { counts, totals } = await until(
			() => cluster.node(3).cluster(),
			({ counts }) => counts.SUCCESS === before + tasks.length,
		);
		expect(counts).toMatchObject({ PENDING: 0, STARTED: 0, FAILURE: 0 });
		const attempts = before + tasks.length;
		expect(totals).toMatchObject({ attempts, stale: 0 });

		const runs = readFileSync(file, "utf8").trimEnd().split("\n");
		const records = runs.map((line) => line.split(" "));
		const ids = records.map(([id]) => id);
		expect(ids.sort()).toEqual(tasks.map(({ id }) => id).sort());
		const tries = new Set(records.map(([, attempt]) => attempt));
		expect([...tries]).toEqual(["1"]);
		const pids = new Set(records.map(([, , pid]) => Number(pid)));
		const nodes = await cluster.node(1).peers();
		expect(pids).toEqual(new Set(nodes.map(({ pid }) => pid)));
	});

	test("a task posted where nobody serves it starts elsewhere within a second", async () => {
		for (const id of ["a", "b", "c", "d"]) {
			const task = { id, type: "noop", labels: ["there"] };
			await cluster.node(1).post("/v1/tasks", task);
			const ended = await cluster.node(2).whenEnded(id);
			expect(ended.state).toBe("SUCCESS");
			const claimedMs = Date.parse(ended.attempts[0]?.claimedAt ?? "");
			expect(claimedMs - Date.parse(ended.createdAt)).toBeLessThan(
				SWEEP_MS_MAX,
			);
		}
	});
});
