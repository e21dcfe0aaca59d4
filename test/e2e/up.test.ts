import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	test,
} from "vitest";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { call } from "../call.ts";
import { until } from "../cluster.ts";
import { hasWritten } from "../redis-written.ts";
import {
	closedByOther,
	freePorts,
	HearsayProcess,
	isRefused,
	PROGRAM,
} from "./up-process.ts";

/** Where three nodes show no more. */
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

/** Of all tests that need none of their own: only the first start waits until an empty store is a new cluster's. */
let shared: string;
let folder: string;
let first: number;
let started: HearsayProcess[];

beforeAll(() => {
	shared = newFolder();
});
beforeEach(async () => {
	folder = shared;
	first = await freePorts(3);
	started = [];
});
afterEach(async () => {
	await Promise.all(started.map((each) => each.stop()));
	if (folder !== shared) rmSync(folder, { recursive: true });
});
afterAll(() => rmSync(shared, { recursive: true }));

const newFolder = () => mkdtempSync(join(tmpdir(), "hearsay-up-"));

function up(args: readonly string[] = [], env = process.env): HearsayProcess {
	const http = `--http=127.0.0.1:${first}`;
	const process = new HearsayProcess(
		PROGRAM,
		["up", http, ...args],
		folder,
		env,
	);
	started.push(process);
	return process;
}

function url(index: number, path: string): string {
	return `http://127.0.0.1:${first + index}${path}`;
}

function redisPort(): number {
	const config = readFileSync(join(folder, ".hearsay/redis.conf"), "utf8");
	return Number(/^port (\d+)$/m.exec(config)?.[1]);
}

/** Resolves with the task once its code runs: before, it would be given back as if never given out. */
async function hasBegun(id: string): Promise<Task> {
	const { body } = await until(
		() => call<Task>(url(0, `/v1/tasks/${id}`)),
		({ body }) => body.state === "STARTED" && body.startedAt !== undefined,
	);
	return body;
}

function redisPid(): number {
	const log = readFileSync(join(folder, ".hearsay/redis.log"), "utf8");
	const [, pid] =
		[...log.matchAll(/(\d+):M .*Ready to accept connections/g)].at(-1) ?? [];
	return Number(pid);
}

async function expectAllGone(): Promise<void> {
	for (const port of [first, first + 1, first + 2, redisPort()]) {
		expect(await isRefused(port), `port ${port}`).toBe(true);
	}
}

describe("hearsay up", () => {
	test("three nodes run a task, and Ctrl-C ends them and their Redis", async () => {
		const cluster = up();
		await cluster.says(READY);
		for (const index of [0, 1, 2]) {
			expect((await fetch(url(index, "/readyz"))).status).toBe(200);
		}
		const task = { id: "t", type: "process_task", payload: { durationMs: 1 } };
		expect((await call(url(1, "/v1/tasks"), task)).status).toBe(202);
		const { body } = await call<Task>(url(2, "/v1/tasks/t?wait=10s"));
		expect(body.state).toBe("SUCCESS");

		cluster.kill("SIGINT");
		expect(await cluster.ended).toBe(0);
		await expectAllGone();
	});

	test("stopping, it says how long tasks may take, and when it is over; a second Ctrl-C ends it at once", async () => {
		folder = newFolder();
		const cluster = up([...ONE, ...DRAIN]);
		await cluster.says(READY);
		const payload = { durationMs: 3_600_000 };
		const task = { id: "long", type: "process_task", payload };
		expect((await call(url(0, "/v1/tasks"), task)).status).toBe(202);
		await hasBegun("long");
		cluster.kill("SIGINT");
		await cluster.says(/^Stopping … [^\n]* 10m [^\n]* second Ctrl-C [^\n]*$/m);
		// The first ones may pass for the same as before: see stop-signals.ts.
		const again = setInterval(() => cluster.kill("SIGINT"), 100);
		await cluster.says(/^Ending the nodes at once\. /m);
		expect(await cluster.ended).toBe(0);
		clearInterval(again);
		expect(cluster.output).toMatch(/\nStopped\.\n$/);
		await expectAllGone();

		await up([...ONE, "--drain", "0"]).says(READY);
		const { attempts } = await hasBegun("long");
		expect(attempts).toHaveLength(2);
	});

	test("told to stop while it starts, it says nothing more of the start, and nothing stays", async () => {
		const cluster = up();
		await cluster.says(/^redis /m);
		cluster.kill("SIGINT");
		expect(await cluster.ended).toBe(0);
		expect(cluster.output).toMatch(
			/^redis [^\n]*\nStopping [^\n]*\nStopped\.\n$/,
		);
		await expectAllGone();
	});

	test("the line that it prints starts one node more, from any folder, which serves the same", async () => {
		const handlers = "it's my code.ts";
		writeFileSync(join(folder, handlers), "export default { async own() {} };");
		const cluster = up([...TWO, "--handlers", handlers], {
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
		started.push(more);
		await more.says(/^node node-3 \(\S+\) serves /m);
		const { body } = await call<NodeList>(url(0, "/v1/nodes"));
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
		const cluster = up(TWO);
		await cluster.says(READY);
		const { body } = await call<NodeList>(url(0, "/v1/nodes"));
		const victim = body.nodes.find(({ http }) => http.endsWith(`${first + 1}`));
		process.kill(victim?.pid ?? Number.NaN, "SIGKILL");
		await cluster.says(/node-2 {2}\(pid \d+\) ended by SIGKILL/);
		await cluster.says(/node-2 {2}is back/);
		expect((await fetch(url(1, "/readyz"))).status).toBe(200);
	});

	test("a second one in the same folder is refused; the next one resumes the backlog", async () => {
		const former = up([...ONE, "--queues", "served"]);
		await former.says(READY);
		const second = up();
		expect(await second.ended).toBe(2);
		expect(second.output).toMatch(/^hearsay: Another `hearsay up`[^\n]*\n$/);
		const task = { id: "left", type: "noop", queue: "later" };
		expect((await call(url(0, "/v1/tasks"), task)).status).toBe(202);
		await former.stop();

		await up([...ONE, "--queues", "served,later"]).says(READY);
		const { body } = await call<Task>(url(0, "/v1/tasks/left?wait=10s"));
		expect(body.state).toBe("SUCCESS");
	});

	test("when it is killed itself, nodes and Redis end", async () => {
		const killed = up();
		await killed.says(READY);
		const redisGone = closedByOther(redisPort());
		killed.kill("SIGKILL");
		await redisGone;
		await expectAllGone();
	});

	test("when it is killed and Redis is gone too, its nodes do not wait for their tasks", async () => {
		folder = newFolder();
		const killed = up([...TWO, ...DRAIN, "--concurrency", "1"]);
		await killed.says(READY);
		const payload = { durationMs: 3_600_000 };
		const long = { type: "process_task", payload };
		await call(url(0, "/v1/tasks"), [long, long]);
		// Tasks that all hold go on while all miss the store: it may be back.
		for (const index of [0, 1])
			await until(
				() => call<{ counts: { STARTED: number } }>(url(index, "/v1/cluster")),
				({ body }) => body.counts.STARTED === 2,
			);
		killed.kill("SIGKILL");
		process.kill(redisPid(), "SIGKILL");
		const ports = [first, first + 1, redisPort()];
		await until(
			() => Promise.all(ports.map(isRefused)),
			(gone) => gone.every(Boolean),
		);
	});

	test("a start right after a kill waits for what is still ending", async () => {
		const killed = up(TWO);
		await killed.says(READY);
		killed.kill("SIGKILL");
		await killed.ended;
		await up(TWO).says(READY);
	});

	test("a Redis that is killed is started again, with its data", async () => {
		const cluster = up([...ONE, "--queues", "served"]);
		await cluster.says(READY);
		const task = { id: "kept", type: "noop", queue: "later" };
		expect((await call(url(0, "/v1/tasks"), task)).status).toBe(202);
		await hasWritten(redisPort());
		process.kill(redisPid(), "SIGKILL");
		await cluster.says(/redis {3}\(pid \d+\) ended by SIGKILL/);
		await cluster.says(/redis {3}is back/);
		const { body } = await until(
			() => call<Task>(url(0, "/v1/tasks/kept")),
			({ status }) => status !== 503,
		);
		expect(body).toMatchObject({ state: "PENDING" });
	});

	test("a port in use is told before anything is started", async () => {
		folder = newFolder();
		const holder = createServer().listen(first + 2, "127.0.0.1");
		const cluster = up();
		expect(await cluster.ended).toBe(2);
		expect(cluster.output).toBe(
			`hearsay: Port ${first + 2} on 127.0.0.1 is in use; choose another one, or end the program that has it.\n`,
		);
		// Neither a log of a node nor anything of Redis: nobody claimed a task.
		expect(readdirSync(join(folder, ".hearsay"))).toEqual(["lock"]);
		await new Promise((resolve) => holder.close(resolve));
		await up(ONE).says(READY);
	});

	test("a handler file that does not load is told, and nothing stays behind", async () => {
		writeFileSync(join(folder, "broken.ts"), "export default {");
		const cluster = up([...TWO, "--handlers", "broken.ts"]);
		expect(await cluster.ended).toBe(2);
		expect(cluster.output).toMatch(
			/^node-\d {2}hearsay: handler file .*broken\.ts did not load/m,
		);
		// The others have the same to say, and are not heard any more.
		expect(cluster.output).toMatch(/did not start; stopping the others\.\n$/);
		await expectAllGone();
	});

	test("without a redis-server it says what to install, or to set", async () => {
		const cluster = up([], { ...process.env, PATH: folder });
		expect(await cluster.ended).toBe(2);
		expect(cluster.output).toMatch(/apt-get install redis-server/);
		expect(cluster.output).toMatch(/HEARSAY_REDIS_URL/);
	});

	test("a redis-server that does not start is told, with where to look", async () => {
		const program = join(folder, "redis-server");
		const says =
			'#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.0.0"';
		writeFileSync(program, says, { mode: 0o755 });
		const cluster = up([], { ...process.env, PATH: `${folder}:/bin` });
		expect(await cluster.ended).toBe(1);
		expect(cluster.output).toMatch(
			/^hearsay: Redis \(pid \d+\) ended by itself with code 1, see \S+redis\.log\.\n$/,
		);
	});
});
