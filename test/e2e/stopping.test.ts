/**
 * A node that is told to stop ends, whatever its tasks do, along with the processes that they
 * have started, and hands their attempts back. How soon is measured in `in-time.test.ts`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Cluster, type ClusterNode, until } from "../cluster.ts";

const HANDLERS = join(import.meta.dirname, "../fixtures/handlers/blocking.js");
/** The first only waits; each of the others, which block their threads, finds one of its own. */
const TYPES = ["startsProcess", "runsProcess", "reads"];

let cluster: Cluster;
let folder: string;
/** Its tasks have 300 ms. */
let hasty: ClusterNode;
/** Its tasks have half a minute. */
let patient: ClusterNode;
let witness: ClusterNode;
let tests = 0;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-stopping-"));
	execFileSync("mkfifo", [join(folder, "pipe")]);
	const own = (queue: string) => ["--handlers", HANDLERS, "--queues", queue];
	cluster = await Cluster.start({
		nodes: [
			[...own("hasty"), "--drain", "300ms"],
			[...own("patient"), "--drain", "30s"],
			[],
		],
		all: ["--concurrency", "8"],
	});
	hasty = cluster.node(1);
	patient = cluster.node(2);
	witness = cluster.node(3);
});
// The next node would run what one has handed back.
afterEach(async () => {
	await witness.post("/v1/tasks/cancel", { all: true, filter: {} });
	await cluster.revive();
});
afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

interface Blocked {
	readonly ids: readonly string[];
	readonly pids: readonly number[];
}

/** Resolves once tasks of all these types run on the node, with the processes that they have started. */
async function block(
	node: ClusterNode,
	types: readonly string[],
): Promise<Blocked> {
	tests += 1;
	const ids = types.map((type) => `${type}-${tests}`);
	const files = ids.map((id) => join(folder, id));
	const queue = node === hasty ? "hasty" : "patient";
	for (const [i, type] of types.entries()) {
		const payload = { begun: files[i], pipe: join(folder, "pipe") };
		await node.post("/v1/tasks", { id: ids[i], type, payload, queue });
		// One at a time: the next finds another thread.
		await until(
			() => existsSync(files[i] ?? "") && readFileSync(files[i] ?? "", "utf8"),
			Boolean,
		);
	}
	const pids = files
		.flatMap((file) => readFileSync(file, "utf8").trim().split(" "))
		.filter(Boolean)
		.map(Number);
	return { ids, pids };
}

/** Whether the process is alive, and no zombie. */
function runs(pid: number): boolean {
	try {
		return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
	} catch {
		return false;
	}
}

/** Expects that nothing is left of what the tasks started, and that all of them wait again. */
async function expectHandedBack({ ids, pids }: Blocked): Promise<void> {
	expect(pids.filter(runs)).toEqual([]);
	for (const id of ids) {
		const { state, attempts } = await witness.task(id);
		expect({ id, state, ends: attempts.map(({ end }) => end) }).toEqual({
			...{ id, state: "PENDING", ends: ["handed-back"] },
		});
	}
}

test("a node whose tasks block in every way ends, along with what they started, and all of them wait again", async () => {
	const blocked = await block(hasty, TYPES);
	expect(blocked.pids).toHaveLength(4);
	expect(blocked.pids.filter(runs)).toEqual(blocked.pids);
	hasty.signal("SIGTERM");
	expect(await hasty.ended).toBe(0);
	await expectHandedBack(blocked);
});

test("it also ends when another node asks it to", async () => {
	const blocked = await block(hasty, ["runsProcess", "reads"]);
	await witness.post(`/v1/nodes/${hasty.id}/drain`, {});
	expect(await hasty.ended).toBe(0);
	await expectHandedBack(blocked);
});

test.each<[NodeJS.Signals, NodeJS.Signals]>([
	["SIGTERM", "SIGTERM"],
	["SIGINT", "SIGTERM"],
])(
	"after %s, %s ends a node whose tasks have half a minute",
	async (first, second) => {
		const blocked = await block(patient, ["runsProcess", "reads"]);
		patient.signal(first);
		await patient.says(/Stopping/);
		patient.signal(second);
		// It ends in this way if it does not wait for its tasks.
		expect(await patient.ended).toBe(1);
		await expectHandedBack(blocked);
	},
);

test("it also ends with the store away", async () => {
	const { pids } = await block(hasty, ["runsProcess", "reads"]);
	process.kill(cluster.redis.pid, "SIGSTOP");
	try {
		hasty.signal("SIGTERM");
		await hasty.ended;
		expect(pids.filter(runs)).toEqual([]);
	} finally {
		process.kill(cluster.redis.pid, "SIGCONT");
	}
});
