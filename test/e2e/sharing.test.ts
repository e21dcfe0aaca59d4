import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ARRIVAL_MS_MAX, BACK_UP_MS } from "../../protocol/limits.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode, until } from "../cluster.ts";

const HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/work.ts", import.meta.url),
);
const NODES = 3;
/** Longer than the time between two sweeps. */
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
	if (flags.length === 0) {
		/** Posts nine tasks, as one array; resolves with where each of them ran. */
		const postNine = async (name: string, to: ClusterNode) => {
			const payload = { file: join(folder, `go-${name}`) };
			const nine = Array.from({ length: 9 }, (_, i) => {
				return { id: `nine-${name}-${i}`, type: "hold", payload };
			});
			// Every node has to know: one that hears late shares by the former state.
			const known = (running: number) =>
				until(
					() => Promise.all(cluster.nodes.map((node) => node.peers())),
					(views) =>
						views.every(
							(nodes) =>
								nodes.reduce((sum, node) => sum + node.running, 0) === running,
						),
				);
			await to.post("/v1/tasks", nine);
			// Each node has told the others that it runs some, and then that it runs none.
			await known(9);
			writeFileSync(payload.file, "");
			const ran = await Promise.all(nine.map(({ id }) => to.whenEnded(id)));
			await known(0);
			return ran;
		};

		test.each([1, 2, 3])(
			"nine long tasks, as one array to node %i of three idle ones, are shared by all",
			async (number) => {
				const accepting = cluster.node(number);
				const others = cluster.nodes.filter((node) => node !== accepting);
				const claimed = await Promise.all(others.map(claims));
				const ran = await postNine(`${number}`, accepting);
				expectShared(ran);
				// Each was told, and asked for its share.
				for (const [i, node] of others.entries())
					await until(
						() => claims(node),
						(sent) => sent > (claimed[i] as number),
					);
			},
		);

		test("nine tasks, as one array to a node that has just joined the others, are shared by all", async () => {
			const newcomer = cluster.node(2);
			newcomer.signal("SIGTERM");
			await newcomer.ended;
			await newcomer.start();
			const ran = await postNine("new", newcomer);
			const [, joined] = /"session":"[^":]+:(\d+)"/.exec(newcomer.output) ?? [];
			const waitedMs = Date.parse(ran[0]?.createdAt ?? "") - Number(joined);
			// If it has not heard of the others by then it waits no longer.
			if (waitedMs < ARRIVAL_MS_MAX) expectShared(ran);
			await cluster.whole();
		});
	}

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

	test("a task submitted to a node that does not serve it starts elsewhere within a second", async () => {
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

/** How many claims the node has sent. */
async function claims(node: ClusterNode): Promise<number> {
	const { body } = await node.get<string>("/metrics");
	return Number(/^hearsay_claim_seconds_count (\d+)$/m.exec(body)?.[1]);
}

/**
 * No node takes more than its share before the others have had time to take theirs,
 * however late messages are. All times are the store's.
 */
function expectShared(tasks: readonly TaskAsRead[]): void {
	const soon = tasks.filter(({ createdAt, attempts: [attempt] }) => {
		const claimedMs = Date.parse(attempt?.claimedAt ?? "");
		return claimedMs - Date.parse(createdAt) < BACK_UP_MS;
	});
	const byNode = Map.groupBy(soon, ({ node }) => node);
	for (const [node, own] of byNode)
		expect(own.length, `${node} of ${tasks.length}`).toBeLessThanOrEqual(
			Math.ceil(tasks.length / NODES),
		);
}
