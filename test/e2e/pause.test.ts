import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { type ClusterNode, until } from "../cluster.ts";
import { endsOf, WorkBench } from "./work-bench.ts";

const TAKEOVER_MS_MAX = 7_000;
const STOP_MS_MAX = 1_000;
const REJOIN_MS_MAX = 10_000;
/** Beyond the moment by which nothing may beat any more. */
const SLACK_MS = 200;
const TASKS = 8;

const bench = WorkBench.forFile("pause");
bench.withCluster(() => ({
	nodes: [[], [], []],
	all: ["--concurrency", "4"],
}));

interface Beat {
	readonly id: string;
	readonly token: number;
	readonly atMs: number;
}

/** Tasks that beat until told otherwise, in two halves, shared out over the nodes. */
async function postBeating() {
	const name = `beat-${bench.test}`;
	const file = bench.file(name);
	const ends = [bench.file(`${name}-end-0`), bench.file(`${name}-end-1`)];
	const tasks = Array.from({ length: TASKS }, (_, i) => ({
		id: `${name}-${i}`,
		type: "beat",
		payload: { file, end: ends[i % 2] },
	}));
	await bench.cluster.node(1).post("/v1/tasks", tasks);
	await until(
		() => readBeats(file),
		(beats) => new Set(beats.map(({ id }) => id)).size === TASKS,
	);
	const started = await Promise.all(
		tasks.map(({ id }) => bench.cluster.node(1).task(id)),
	);
	const victim = bench.cluster.byId(started[0]?.node);
	const witness = bench.cluster.nodes.find(
		(node) => node !== victim,
	) as ClusterNode;
	const held = started.filter(({ node }) => node === victim.id);
	return {
		ids: tasks.map(({ id }) => id),
		held,
		victim,
		witness,
		beats: () => readBeats(file),
		release: (half: 0 | 1) => writeFileSync(ends[half] as string, ""),
	};
}

function readBeats(file: string): readonly Beat[] {
	if (!existsSync(file)) return [];
	const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
	return lines.map((line) => {
		const [id = "", token, atMs] = line.split(" ");
		return { id, token: Number(token), atMs: Number(atMs) };
	});
}

test("of a node that stands still for 2 s, no task moves", async () => {
	const { ids, victim, witness, release } = await postBeating();
	const before = await witness.cluster();
	victim.signal("SIGSTOP");
	await pause(2_000);
	victim.signal("SIGCONT");
	release(0);
	release(1);
	for (const id of ids) {
		const task = await witness.whenEnded(id);
		expect(task).toMatchObject({ state: "SUCCESS", attempt: 1 });
		expect(endsOf(task)).toEqual(["success"]);
	}
	const { totals } = await witness.cluster();
	expect(totals).toEqual(before.totals);
	await bench.cluster.whole();
});

test("of a node that stands still for 15 s, tasks move; it is refused, stops their old runs and joins again", async () => {
	const { ids, held, victim, witness, beats, release } = await postBeating();
	const before = await witness.cluster();
	const stoppedMs = Date.now();
	victim.signal("SIGSTOP");
	await pause(15_000);
	const moved = await Promise.all(held.map(({ id }) => witness.task(id)));
	for (const task of moved) expectMoved(task, victim, stoppedMs);
	const seen = await witness.peers();
	expect(seen.find(({ id }) => id === victim.id)?.state).not.toBe("up");

	// The old runs of one half find their work done when they wake, and say so.
	release(0);
	const wokenMs = Date.now();
	victim.signal("SIGCONT");
	await bench.cluster.whole();
	expect(Date.now() - wokenMs).toBeLessThan(REJOIN_MS_MAX);
	await pause(Math.max(0, wokenMs + STOP_MS_MAX + SLACK_MS - Date.now()));
	const old = new Set(held.map(({ token }) => token));
	for (const { token, atMs } of beats()) {
		if (old.has(token)) expect(atMs - wokenMs).toBeLessThan(STOP_MS_MAX);
	}
	// What they said has changed nothing, and nobody else's tasks were touched.
	expect(await Promise.all(held.map(({ id }) => witness.task(id)))).toEqual(
		moved,
	);
	release(1);
	for (const id of ids) {
		const { state, result, token } = await witness.whenEnded(id);
		expect({ state, result }).toEqual({ state: "SUCCESS", result: token });
	}
	const { totals } = await witness.cluster();
	expect(totals.attempts).toBe(before.totals.attempts + held.length);
});

/** Ended elsewhere, on its second attempt, which began in time. */
function expectMoved(
	task: TaskAsRead,
	from: ClusterNode,
	stoppedMs: number,
): void {
	expect(task).toMatchObject({ state: "SUCCESS", attempt: 2 });
	expect(task.result).toBe(task.token);
	expect(endsOf(task)).toEqual([
		expect.stringMatching(/^(lease-lost|revoked)$/),
		"success",
	]);
	expect(task.node).not.toBe(from.id);
	const claimedMs = Date.parse(task.attempts[1]?.claimedAt ?? "");
	expect(claimedMs - stoppedMs).toBeLessThan(TAKEOVER_MS_MAX);
}
