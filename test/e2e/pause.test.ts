import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { type ClusterNode, until } from "../cluster.ts";
import { endsOf, WorkBench } from "./work-bench.ts";

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

test("no task of a node that stands still for 2 s moves", async () => {
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

// How soon they stop is judged in chaos runs.
test("tasks of a node that stands still for longer than its lease move; it is refused, stops their old runs and joins again", async () => {
	const { ids, held, victim, witness, beats, release } = await postBeating();
	const before = await witness.cluster();
	victim.signal("SIGSTOP");
	const moved = await Promise.all(held.map(({ id }) => witness.whenEnded(id)));
	for (const task of moved) expectMoved(task, victim);
	const seen = await witness.peers();
	expect(seen.find(({ id }) => id === victim.id)?.state).not.toBe("up");

	// The old runs of one half find their work done when they wake, and say so.
	release(0);
	victim.signal("SIGCONT");
	await bench.cluster.whole();
	await until(
		() => victim.peers(),
		(nodes) => nodes.find(({ id }) => id === victim.id)?.running === 0,
	);
	const tokens = new Set(held.map(({ token }) => token));
	const ofOld = () => beats().filter(({ token }) => tokens.has(token)).length;
	const old = ofOld();
	// Their reports have changed nothing, and tasks of others were not touched.
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
	expect(ofOld()).toBe(old);
});

/** The task has ended elsewhere, on its second attempt. */
function expectMoved(task: TaskAsRead, from: ClusterNode): void {
	expect(task).toMatchObject({ state: "SUCCESS", attempt: 2 });
	expect(task.result).toBe(task.token);
	expect(endsOf(task)).toEqual([
		expect.stringMatching(/^(lease-lost|revoked)$/),
		"success",
	]);
	expect(task.node).not.toBe(from.id);
}
