/**
 * Tasks in calls that no signal reaches, and some that nothing ends: they are over all the
 * same when they are cancelled or reach their timeout, and their node stops when it is told
 * to. How soon is measured in `in-time.test.ts`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	expect,
	test,
} from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode, until } from "../cluster.ts";

const HANDLERS = join(import.meta.dirname, "../fixtures/handlers/blocking.js");
/** Types whose calls only the end of their process ends. */
const ENDLESS = ["reads", "readsSoon", "computes", "runsOrphan"];
const TYPES = ["runsDeaf", ...ENDLESS];
const KILL_AFTER = "200ms";

let folder: string;
let cluster: Cluster;
let node: ClusterNode;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-blocked-"));
	execFileSync("mkfifo", [join(folder, "pipe")]);
});
beforeEach(async () => {
	cluster = await Cluster.start({
		nodes: [
			["--handlers", HANDLERS, "--concurrency", "16", "--drain", "300ms"],
		],
	});
	node = cluster.node(1);
});
// Threads that are left behind do not hold it up.
afterEach(async () => {
	node.signal("SIGTERM");
	expect(await node.ended, node.output).toBe(0);
	await cluster[Symbol.asyncDispose]();
});
afterAll(() => rmSync(folder, { recursive: true }));

const saidBy = (id: string) => {
	const file = join(folder, id);
	return existsSync(file) ? readFileSync(file, "utf8") : "";
};

/** Resolves once the task's code has reached its call. */
async function block(id: string, type: string, options = {}): Promise<void> {
	const payload = { begun: join(folder, id), pipe: join(folder, "pipe") };
	const task = { id, type, payload, killAfter: KILL_AFTER, ...options };
	expect((await node.post("/v1/tasks", task)).status).toBe(202);
	await until(() => saidBy(id), Boolean);
}

function howItEnded({ state, attempts }: TaskAsRead) {
	return [state, ...attempts.map(({ end }) => end)];
}

/** Ends the process that a task has left behind: nobody else knows whose it is. */
function endOrphan(id: string): void {
	process.kill(Number(saidBy(id)), "SIGKILL");
}

async function expectEnds(ids: readonly string[], ...ends: string[]) {
	for (const id of ids)
		expect([id, ...howItEnded(await node.whenEnded(id))]).toEqual([
			id,
			...ends,
		]);
}

test("cancelled tasks are over; those beside them run again, and later ones of their types run in processes of their own", async () => {
	const ids = Array.from({ length: 4 }, (_, i) => `beside-${i}`);
	const long = { type: "process_task", payload: { durationMs: 3_000 } };
	await node.post(
		"/v1/tasks",
		ids.map((id) => ({ ...long, id })),
	);
	// One at a time: the next finds another thread.
	for (const type of TYPES) await block(type, type);
	for (const type of TYPES) await node.post(`/v1/tasks/${type}/cancel`, {});
	await expectEnds(TYPES, "CANCELLED", "cancelled");
	await node.says(/"tasks":\[[^\]]*"reads"[^\n]*left behind/);
	// If it shared its thread, only the second one shows who made the call.
	await block("second", "reads");
	await node.post("/v1/tasks/second/cancel", {});
	await expectEnds(["second"], "CANCELLED", "cancelled");
	await node.says(/"types":\["reads"\][^\n]*processes of their own/);
	await block("again", "reads", { timeout: "100ms" });
	await expectEnds(["again"], "FAILURE", "timeout");
	for (const id of ids) {
		const { state, attempts } = await node.whenEnded(id);
		expect([id, state, attempts.at(-1)?.end]).toEqual([
			...[id, "SUCCESS", "success"],
		]);
	}
	endOrphan("runsOrphan");
});

test("tasks that reach their timeout are over, too", async () => {
	for (const type of TYPES)
		await block(`late-${type}`, type, { timeout: "100ms" });
	const ids = TYPES.map((type) => `late-${type}`);
	await expectEnds(ids, "FAILURE", "timeout");
	await node.post("/v1/tasks", { id: "noop", type: "noop" });
	await expectEnds(["noop"], "SUCCESS", "success");
	endOrphan("late-runsOrphan");
});
