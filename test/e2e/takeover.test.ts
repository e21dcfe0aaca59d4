import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { DeathList } from "../../protocol/schema/deaths.ts";
import type { Stats } from "../../protocol/schema/stats.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { type ClusterNode, until } from "../cluster.ts";
import { LiveWatch } from "./live-watch.ts";
import { endsOf, WorkBench } from "./work-bench.ts";

/** The slots of each node. */
const SLOTS = 4;

const bench = WorkBench.forFile("takeover");
bench.endsCalm();

function withThree(...all: string[]): void {
	bench.withCluster(() => ({
		// Each also serves a queue of its own.
		nodes: [1, 2, 3].map((n) => ["--queues", `default,own-${n}`]),
		all: ["--concurrency", String(SLOTS), ...all],
	}));
}

/** A node that runs some of the tasks, and has a slot left if needed; and one that is not killed with it. */
async function chooseVictim(ids: readonly string[], slotsMax = SLOTS) {
	const tasks = await Promise.all(
		ids.map((id) => bench.cluster.node(1).task(id)),
	);
	const victim = bench.cluster.nodes.find(({ id }) => {
		const { length } = tasks.filter(({ node }) => node === id);
		return length > 0 && length <= slotsMax;
	});
	if (victim === undefined) throw new Error("no node runs some of them");
	const witness = bench.cluster.nodes.find(
		(node) => node !== victim,
	) as ClusterNode;
	const held = tasks.filter(({ node }) => node === victim.id);
	return { victim, witness, held: held.map(({ id }) => id) };
}

const othersThan = (node: ClusterNode) =>
	bench.cluster.nodes.filter((other) => other !== node).map(({ id }) => id);

/** As every living node tells it. */
async function expectDeathTold(victim: ClusterNode, by?: string) {
	for (const node of bench.cluster.nodes) {
		if (node === victim) continue;
		const path = `/v1/nodes/${victim.id}/deaths`;
		const { body } = await node.get<DeathList>(path);
		const [death] = body.deaths;
		expect(death).toMatchObject({ revokedBy: by, why: expect.any(String) });
		expect(death?.observers[0]).toMatchObject({ node: by });
		const renewedMs = Date.parse(death?.lastRenewalAt ?? "");
		expect(Date.parse(death?.at ?? "")).toBeGreaterThan(renewedMs);
	}
}

/** How many leases the living nodes have taken from others so far. */
async function leasesTaken(but: ClusterNode): Promise<number> {
	const living = bench.cluster.nodes.filter((node) => node !== but);
	const counts = await Promise.all(
		living.map(async (node) => {
			const { body } = await node.get<string>("/metrics");
			const told = body.matchAll(/^hearsay_sessions_revoked_total\S+ (\d+)$/gm);
			return [...told].reduce((sum, [, count]) => sum + Number(count), 0);
		}),
	);
	return counts.reduce((sum, count) => sum + count, 0);
}

/** In the frames that a living node has sent meanwhile each task has a bar that was cut off, and one elsewhere. */
async function expectSeenMoved(
	{ view }: LiveWatch,
	victim: ClusterNode,
	ended: readonly TaskAsRead[],
): Promise<void> {
	const [death] = await until(
		() => [...view.deaths.values()].filter(({ node }) => node === victim.id),
		// By whom is asked once it is known.
		([death]) => death?.movedTasks === ended.length && "by" in death,
	);
	expect(death).toMatchObject({
		...{ tasks: ended.length, waitingTasks: 0, overTasks: 0 },
		by: ended[0]?.attempts[0]?.by,
	});
	for (const { id, attempts } of ended) {
		const bars = await until(
			() => view.barsOf(id),
			([, again]) => again?.end === "success",
		);
		const nodes = bars.map(({ n }) => view.nodes.get(n)?.id);
		expect(nodes).toEqual(attempts.map(({ node }) => node));
		const [cut, again] = bars;
		expect(cut?.end).toBe(attempts[0]?.end);
		expect(again?.moved).toMatchObject({ n: cut?.n, endedMs: cut?.endedMs });
		expect(bars.map(({ claimedMs }) => claimedMs)).toEqual(
			attempts.map(({ claimedAt }) => Date.parse(claimedAt)),
		);
		expect(cut?.endedMs).toBe(Date.parse(attempts[0]?.endedAt ?? ""));
	}
	await until(
		() => [...view.nodes.values()].find(({ id }) => id === victim.id),
		(node) => node?.state === "dead",
	);
}

async function expectTakenOver(): Promise<void> {
	// However they are spread, the two others have as many free slots as the victim had tasks.
	const ids = await bench.postHeld(bench.cluster.node(2), 2 * SLOTS);
	const { victim, witness, held } = await chooseVictim(ids);
	// This is told with the next pulse.
	const began = await Promise.all(
		held.map((id) =>
			until(
				() => witness.task(id),
				({ startedAt }) => startedAt !== undefined,
			),
		),
	);
	const before = await witness.cluster();
	const takenBefore = await leasesTaken(victim);
	using watch = await LiveWatch.of(witness.url);
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
		const { startedAt } = began.find(({ id }) => id === task.id) ?? {};
		expect(lost).toMatchObject({ startedAt, why: expect.any(String) });
		expect(othersThan(victim)).toContain(lost?.by);
		expect(again?.node).not.toBe(victim.id);
	}
	expect(await leasesTaken(victim)).toBe(takenBefore + 1);
	await expectDeathTold(victim, ended[0]?.attempts[0]?.by);
	await expectSeenMoved(watch, victim, ended);
	// Tasks of others were not touched.
	const after = await witness.cluster();
	expect(after.counts.STARTED).toBe(ids.length - held.length);
	expect(after.totals.attempts).toBe(before.totals.attempts + held.length);
}

describe("without gossip", () => {
	withThree("--no-gossip");

	test(
		"the tasks of a node that was killed run again elsewhere, and their attempts tell",
		expectTakenOver,
	);
});

describe("with gossip", () => {
	withThree("--drain", "2s");

	test(
		"the tasks of a node that was killed run again elsewhere, and their attempts tell",
		expectTakenOver,
	);

	test("a node that others had given up is back in everybody's mesh after its start", async () => {
		const node = bench.cluster.node(3);
		const { id } = node;
		await node.kill();
		await until(
			() => bench.cluster.node(1).cluster(),
			({ peers }) => !peers.includes(id),
		);
		await node.start();
		expect(node.id).toBe(id);
		await bench.cluster.whole();
		for (const each of bench.cluster.nodes) {
			const { peers } = await each.cluster();
			expect([...peers].sort()).toEqual(othersThan(each).sort());
		}
	});

	test("a node that is killed and started again at once gives up its former life, whose tasks run again", async () => {
		const ids = await bench.postHeld(bench.cluster.node(2), 3);
		const { victim, held } = await chooseVictim(ids);
		await victim.kill();
		await victim.start();
		const ended = await Promise.all(held.map((id) => victim.whenEnded(id)));
		for (const task of ended) {
			expect(task).toMatchObject({ state: "SUCCESS", attempt: 2 });
			expect(endsOf(task)[0]).toMatch(/^(lease-lost|revoked)$/);
		}
	});

	test("a node that is told to stop finishes short tasks, hands back long ones, and says goodbye", async () => {
		// Not a multiple of a node's slots, so that one of those with tasks has room left.
		const ids = await bench.postHeld(bench.cluster.node(1), 2 * SLOTS - 2);
		const chosen = await chooseVictim(ids, SLOTS - 1);
		const { victim: leaver, witness, held } = chosen;
		const file = bench.file("short");
		await leaver.post("/v1/tasks", {
			...{ id: "short", type: "hold", payload: { file } },
			queue: `own-${bench.cluster.nodes.indexOf(leaver) + 1}`,
		});
		await until(
			() => witness.task("short"),
			({ state }) => state === "STARTED",
		);
		leaver.signal("SIGTERM");
		await leaver.says(/Stopping/);
		writeFileSync(file, "");
		const ended = await Promise.all(held.map((id) => witness.whenEnded(id)));
		for (const task of ended) {
			expect(task).toMatchObject({ state: "SUCCESS", attempt: 2, crashes: 0 });
			expect(endsOf(task)).toEqual(["handed-back", "success"]);
			expect(task.attempts[0]?.node).toBe(leaver.id);
			expect(task.attempts[1]?.node).not.toBe(leaver.id);
		}
		const finished = await witness.whenEnded("short");
		expect(finished).toMatchObject({ state: "SUCCESS", node: leaver.id });
		expect(endsOf(finished)).toEqual(["success"]);
		expect(await leaver.ended).toBe(0);
		// Told with its goodbye, if it had no time to tell it before.
		const { body } = await witness.get<Stats>("/v1/stats?type=hold");
		expect(body.series[0]?.ended).toBeGreaterThanOrEqual(1);
		const known = (await witness.peers()).map(({ id, state }) => [id, state]);
		expect(known).not.toContainEqual([leaver.id, "up"]);
	});
});
