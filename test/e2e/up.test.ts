/** `hearsay up` as people use it: it starts, is stopped, killed, resumed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { call } from "../call.ts";
import { until } from "../cluster.ts";
import { hasWritten } from "../redis-written.ts";
import { UpBench } from "./up-bench.ts";
import { closedByOther, HearsayProcess, isRefused } from "./up-process.ts";

/** For tests in which three nodes would show no more. */
const ONE = ["--nodes", "1"];
const TWO = ["--nodes", "2"];
/** Tasks have this long; longer than any test waits for something. */
const DRAIN = ["--drain", "10m"];
const READY = /Ctrl-C stops the cluster/;

interface Task {
	readonly state: string;
	readonly startedAt?: string;
	readonly attempts: readonly object[];
}
interface NodeList {
	readonly nodes: readonly NodeAsRead[];
}

const bench = UpBench.forFile();

/** Resolves with the task once its code runs: before, it would be given back as if never given out. */
async function hasBegun(id: string): Promise<Task> {
	const { body } = await until(
		() => call<Task>(bench.url(0, `/v1/tasks/${id}`)),
		({ body }) => body.state === "STARTED" && body.startedAt !== undefined,
	);
	return body;
}

function redisPid(): number {
	const log = readFileSync(join(bench.folder, ".hearsay/redis.log"), "utf8");
	const [, pid] =
		[...log.matchAll(/(\d+):M .*Ready to accept connections/g)].at(-1) ?? [];
	return Number(pid);
}

describe("hearsay up", () => {
	test("three nodes run a task, and Ctrl-C ends them and their Redis", async () => {
		const cluster = bench.up();
		await cluster.says(READY);
		for (const index of [0, 1, 2]) {
			expect((await fetch(bench.url(index, "/readyz"))).status).toBe(200);
		}
		const task = { id: "t", type: "process_task", payload: { durationMs: 1 } };
		expect((await call(bench.url(1, "/v1/tasks"), task)).status).toBe(202);
		const { body } = await call<Task>(bench.url(2, "/v1/tasks/t?wait=10s"));
		expect(body.state).toBe("SUCCESS");

		cluster.kill("SIGINT");
		expect(await cluster.ended).toBe(0);
		await bench.expectAllGone();
	});

	test("when told to stop it says how long tasks may take, and when it has stopped; a second Ctrl-C ends it at once", async () => {
		bench.takeOwnFolder();
		const cluster = bench.up([...ONE, ...DRAIN]);
		await cluster.says(READY);
		const payload = { durationMs: 3_600_000 };
		const task = { id: "long", type: "process_task", payload };
		expect((await call(bench.url(0, "/v1/tasks"), task)).status).toBe(202);
		await hasBegun("long");
		cluster.kill("SIGINT");
		await cluster.says(/^Stopping … [^\n]* 10m [^\n]* second Ctrl-C [^\n]*$/m);
		// The first signals may count as one: see stop-signals.ts.
		const again = setInterval(() => cluster.kill("SIGINT"), 100);
		await cluster.says(/^Ending the nodes at once\. /m);
		expect(await cluster.ended).toBe(0);
		clearInterval(again);
		expect(cluster.output).toMatch(/\nStopped\.\n$/);
		await bench.expectAllGone();

		await bench.up([...ONE, "--drain", "0"]).says(READY);
		const { attempts } = await hasBegun("long");
		expect(attempts).toHaveLength(2);
	});

	test("when told to stop while it starts, it says nothing more of the start, and leaves nothing behind", async () => {
		const cluster = bench.up();
		await cluster.says(/^redis /m);
		cluster.kill("SIGINT");
		expect(await cluster.ended).toBe(0);
		expect(cluster.output).toMatch(
			/^redis [^\n]*\nStopping [^\n]*\nStopped\.\n$/,
		);
		await bench.expectAllGone();
	});

	test("the line that it prints starts one more node, from any folder, which serves the same", async () => {
		const handlers = "it's my code.ts";
		writeFileSync(
			join(bench.folder, handlers),
			"export default { async own() {} };",
		);
		const cluster = bench.up([...TWO, "--handlers", handlers], {
			...process.env,
			...{ HEARSAY_CLUSTER: "green", HEARSAY_QUEUES: "default,q" },
		});
		const [, line = ""] = await cluster.says(/^One more {3}(.*)$/m);
		const elsewhere = mkdtempSync(join(tmpdir(), "hearsay-elsewhere-"));
		const more = new HearsayProcess(
			["/bin/sh", "-c"],
			[`exec ${line}`],
			elsewhere,
		);
		bench.add(more);
		await more.says(/^node node-3 \(\S+\) serves /m);
		const { body } = await call<NodeList>(bench.url(0, "/v1/nodes"));
		const about = body.nodes.map(({ name, types, queues }) => {
			return { name, own: types.includes("own"), queues };
		});
		expect(about.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
			["node-1", "node-2", "node-3"].map((name) => {
				return { name, own: true, queues: ["default", "q"] };
			}),
		);
		await more.stop();
		rmSync(elsewhere, { recursive: true });
	});

	test("a node that is killed is started again", async () => {
		const cluster = bench.up(TWO);
		await cluster.says(READY);
		const { body } = await call<NodeList>(bench.url(0, "/v1/nodes"));
		const victim = body.nodes.find(({ http }) =>
			http.endsWith(`${bench.first + 1}`),
		);
		process.kill(victim?.pid ?? Number.NaN, "SIGKILL");
		await cluster.says(/node-2 {2}\(pid \d+\) ended by SIGKILL/);
		await cluster.says(/node-2 {2}is back/);
		expect((await fetch(bench.url(1, "/readyz"))).status).toBe(200);
	});

	test("a second `up` in the same folder is refused; the next one after it resumes the backlog", async () => {
		const former = bench.up([...ONE, "--queues", "served"]);
		await former.says(READY);
		const second = bench.up();
		expect(await second.ended).toBe(2);
		expect(second.output).toMatch(/^hearsay: Another `hearsay up`[^\n]*\n$/);
		const task = { id: "left", type: "noop", queue: "later" };
		expect((await call(bench.url(0, "/v1/tasks"), task)).status).toBe(202);
		await former.stop();

		await bench.up([...ONE, "--queues", "served,later"]).says(READY);
		const { body } = await call<Task>(bench.url(0, "/v1/tasks/left?wait=10s"));
		expect(body.state).toBe("SUCCESS");
	});

	test("when it is killed itself, its nodes and its Redis end", async () => {
		const killed = bench.up();
		await killed.says(READY);
		const redisGone = closedByOther(bench.redisPort());
		killed.kill("SIGKILL");
		await redisGone;
		await bench.expectAllGone();
	});

	test("when it is killed and Redis is gone too, its nodes do not wait for their tasks", async () => {
		bench.takeOwnFolder();
		const killed = bench.up([...TWO, ...DRAIN, "--concurrency", "1"]);
		await killed.says(READY);
		const payload = { durationMs: 3_600_000 };
		const long = { type: "process_task", payload };
		await call(bench.url(0, "/v1/tasks"), [long, long]);
		// Tasks go on while all nodes miss the store, as it may come back.
		for (const index of [0, 1])
			await until(
				() =>
					call<{ counts: { STARTED: number } }>(
						bench.url(index, "/v1/cluster"),
					),
				({ body }) => body.counts.STARTED === 2,
			);
		killed.kill("SIGKILL");
		process.kill(redisPid(), "SIGKILL");
		const ports = [bench.first, bench.first + 1, bench.redisPort()];
		await until(
			() => Promise.all(ports.map(isRefused)),
			(gone) => gone.every(Boolean),
		);
	});

	test("a start right after a kill waits for processes that are still ending", async () => {
		const killed = bench.up(TWO);
		await killed.says(READY);
		killed.kill("SIGKILL");
		await killed.ended;
		await bench.up(TWO).says(READY);
	});

	test("a Redis that is killed is started again, with its data", async () => {
		const cluster = bench.up([...ONE, "--queues", "served"]);
		await cluster.says(READY);
		const task = { id: "kept", type: "noop", queue: "later" };
		expect((await call(bench.url(0, "/v1/tasks"), task)).status).toBe(202);
		await hasWritten(bench.redisPort());
		process.kill(redisPid(), "SIGKILL");
		await cluster.says(/redis {3}\(pid \d+\) ended by SIGKILL/);
		await cluster.says(/redis {3}is back/);
		const { body } = await until(
			() => call<Task>(bench.url(0, "/v1/tasks/kept")),
			({ status }) => status !== 503,
		);
		expect(body).toMatchObject({ state: "PENDING" });
	});
});
