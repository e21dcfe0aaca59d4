import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode, until } from "../cluster.ts";

const HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/work.ts", import.meta.url),
);
/** Longer than any test: a first attempt does not end by itself. */
const LONG_MS = 60_000;
const TAKEOVER_MS_MAX = 7_000;
const REJOIN_MS_MAX = 5_000;

function startThree(...all: string[]): Promise<Cluster> {
	return Cluster.start({
		nodes: [[], [], []],
		all: ["--handlers", HANDLERS, "--concurrency", "4", ...all],
	});
}

/** Posts tasks that run until their node stops, and then once more in no time; resolves when all run. */
async function postLong(node: ClusterNode, count: number): Promise<string[]> {
	const tasks = Array.from({ length: count }, (_, i) => ({
		id: `long-${i}`,
		type: "longAtFirst",
		payload: { durationMs: LONG_MS },
	}));
	await node.post("/v1/tasks", tasks);
	await until(
		() => node.cluster(),
		({ counts }) => counts.STARTED === count,
	);
	return tasks.map(({ id }) => id);
}

/** A node that runs some of the tasks, and one that does not go with it. */
async function chooseVictim(cluster: Cluster, ids: readonly string[]) {
	const tasks = await Promise.all(ids.map((id) => cluster.node(1).task(id)));
	const victim = cluster.byId(tasks[0]?.node);
	const witness = cluster.nodes.find((node) => node !== victim) as ClusterNode;
	const held = tasks.filter(({ node }) => node === victim.id);
	return { victim, witness, held: held.map(({ id }) => id) };
}

const endsOf = ({ attempts }: TaskAsRead) => attempts.map(({ end }) => end);

describe.each([
	["with gossip", []],
	["without gossip", ["--no-gossip"]],
])("after a kill -9 of a node, %s", (_how, flags) => {
	test("its tasks run again elsewhere within 7 s, and their attempts tell", async () => {
		await using cluster = await startThree(...flags);
		const ids = await postLong(cluster.node(2), 10);
		const { victim, witness, held } = await chooseVictim(cluster, ids);
		const killedMs = Date.now();
		await victim.kill();
		const ended = await Promise.all(held.map((id) => witness.whenEnded(id)));
		for (const task of ended) {
			expect(task).toMatchObject({ state: "SUCCESS", result: 2, attempt: 2 });
			expect(endsOf(task)).toEqual([
				expect.stringMatching(/^(lease-lost|revoked)$/),
				"success",
			]);
			const [lost, again] = task.attempts;
			expect(lost?.node).toBe(victim.id);
			expect(again?.node).not.toBe(victim.id);
			expect(Date.parse(again?.claimedAt ?? "") - killedMs).toBeLessThan(
				TAKEOVER_MS_MAX,
			);
		}
		const { counts, totals } = await witness.cluster();
		expect(counts.STARTED).toBe(ids.length - held.length);
		expect(totals.attempts).toBe(ids.length + held.length);
	});
});

test("a node that was away for 3 s is back in everybody's mesh within 5 s of its start", async () => {
	await using cluster = await startThree();
	const node = cluster.node(3);
	const { id } = node;
	await node.kill();
	await pause(3_000);
	await node.start();
	const startedMs = performance.now();
	expect(node.id).toBe(id);
	await cluster.whole();
	const others = (of: ClusterNode) =>
		cluster.nodes.filter((each) => each !== of).map((each) => each.id);
	for (const each of cluster.nodes) {
		const { peers } = await each.cluster();
		expect([...peers].sort()).toEqual(others(each).sort());
	}
	expect(performance.now() - startedMs).toBeLessThan(REJOIN_MS_MAX);
});

test("a node that is killed and started again at once gives up its former life, and its tasks run again", async () => {
	await using cluster = await startThree();
	const ids = await postLong(cluster.node(2), 3);
	const { victim, held } = await chooseVictim(cluster, ids);
	await victim.kill();
	await victim.start();
	const ended = await Promise.all(held.map((id) => victim.whenEnded(id)));
	for (const task of ended) {
		expect(task).toMatchObject({ state: "SUCCESS", attempt: 2 });
		expect(endsOf(task)[0]).toMatch(/^(lease-lost|revoked)$/);
	}
});

test("a node told to stop finishes what is short, hands back what is long, and says goodbye", async () => {
	await using cluster = await startThree("--drain", "1s");
	const [leaver, witness] = [cluster.node(1), cluster.node(2)];
	const ids = await postLong(leaver, 3);
	const payload = { durationMs: 500 };
	await leaver.post("/v1/tasks", {
		id: "short",
		type: "process_task",
		payload,
	});
	await until(
		() => witness.cluster(),
		({ counts }) => counts.STARTED === 4,
	);
	leaver.signal("SIGTERM");
	const ended = await Promise.all(ids.map((id) => witness.whenEnded(id)));
	for (const task of ended) {
		expect(task).toMatchObject({ state: "SUCCESS", attempt: 2, crashes: 0 });
		expect(endsOf(task)).toEqual(["handed-back", "success"]);
		// It had slots for all that was submitted to it, so it ran them itself.
		expect(task.attempts[0]?.node).toBe(leaver.id);
		expect(task.attempts[1]?.node).not.toBe(leaver.id);
	}
	const short = await witness.whenEnded("short");
	expect(short).toMatchObject({ state: "SUCCESS", node: leaver.id });
	expect(endsOf(short)).toEqual(["success"]);
	expect(await leaver.ended).toBe(0);
	const known = (await witness.peers()).map(({ id, state }) => [id, state]);
	expect(known).not.toContainEqual([leaver.id, "up"]);
});
