import { execFileSync } from "node:child_process";
import {
	copyFileSync,
	mkdtempSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "../call.ts";
import { until } from "../cluster.ts";
import { startRedis } from "../redis.ts";
import { freePorts, HearsayProcess } from "./up-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = join(ROOT, "node/main.ts");
const SLOTS = 8;
/** Ten seconds on an idle machine. */
const BUILD_MS_MAX = 300_000;
/** Where the shell and redis-server are, and no Node.js is needed. */
const BARE = { PATH: "/usr/bin:/bin" };

interface TaskAsRead {
	readonly state: string;
	readonly result?: unknown;
	readonly node?: string;
	readonly attempts: readonly object[];
}

let folder: string;
let program: readonly string[];

beforeAll(() => {
	execFileSync(process.execPath, [join(ROOT, "scripts/build.ts")]);
	folder = mkdtempSync(join(tmpdir(), "hearsay-executable-"));
	const executable = join(folder, "hearsay");
	copyFileSync(join(ROOT, "dist/hearsay"), executable);
	program = [executable];
	writeFileSync(
		join(folder, "tasks.ts"),
		`import { execFileSync } from "node:child_process";
		import { existsSync } from "node:fs";
		import { setTimeout as pause } from "node:timers/promises";
		const until = async (file: string) => {
			while (!existsSync(file)) await pause(10);
		};
		export default {
			async double(n: number): Promise<number> { return 2 * n; },
			async hold(file: string) { await until(file); },
			/** When its file for this attempt is there. */
			async ends(file: string, { attempt }) {
				await until(file + attempt);
				execFileSync("kill", ["-SEGV", String(process.pid)]);
			},
		};`,
	);
}, BUILD_MS_MAX);
afterAll(() => rmSync(folder, { recursive: true }));

test("the executable has no more than 120 MB", () => {
	expect(statSync(program[0] ?? "").size).toBeLessThanOrEqual(120e6);
});

test.each([
	["the executable, alone in a folder,", () => program],
	["the program from its sources", () => [process.execPath, SOURCES]],
])("%s runs a cluster with handlers in TypeScript", async (_, command) => {
	const first = await freePorts(2);
	const http = `127.0.0.1:${first}`;
	const args = ["up", "--nodes", "2", "--http", http];
	args.push("--handlers", "tasks.ts");
	const cluster = new HearsayProcess(command(), args, folder, BARE);
	try {
		await cluster.says(/Ctrl-C stops the cluster/);
		expect(await (await fetch(`http://${http}/`)).text()).toContain("<html");
		const { status } = await call(`http://${http}/client/client.js`);
		expect(status).toBe(200);
		const manual = await fetch(`http://${http}/docs/start`);
		expect(await manual.text()).toContain("<h1>Start</h1>");
		const task = { id: "t", type: "double", payload: 21 };
		await call(`http://${http}/v1/tasks`, task);
		const { body } = await call<TaskAsRead>(
			`http://127.0.0.1:${first + 1}/v1/tasks/t?wait=10s`,
		);
		expect(body).toMatchObject({ state: "SUCCESS", result: 42 });
	} finally {
		await cluster.stop();
	}
	expect(await cluster.ended).toBe(0);
});

test("the executable gives a task that has killed it twice a process of its own", async () => {
	const http = `127.0.0.1:${await freePorts(1)}`;
	const redis = await startRedis();
	const args = ["--redis", redis.url, "--http", http, "--handlers", "tasks.ts"];
	const nodes: HearsayProcess[] = [];
	const start = async () => {
		const node = new HearsayProcess(program, ["node", ...args], folder, BARE);
		nodes.push(node);
		await node.says(/^node .+ serves/m);
		return node;
	};
	try {
		const payload = join(folder, "attempt-");
		const release = (...attempts: number[]) => {
			for (const attempt of attempts) writeFileSync(payload + attempt, "");
		};
		const first = await start();
		await call(`http://${http}/v1/tasks`, { id: "e", type: "ends", payload });
		release(1);
		expect(await first.ended).toBe(-1);
		const second = await start();
		release(2);
		expect(await second.ended).toBe(-1);
		await start();
		// It crashes there until it is given up.
		release(3, 4, 5);
		const { body } = await call<TaskAsRead>(
			`http://${http}/v1/tasks/e?wait=30s`,
		);
		expect(body).toMatchObject({
			state: "FAILURE",
			error: { code: "crashed", message: "its process was ended by SIGSEGV" },
		});
	} finally {
		await Promise.all(nodes.map((node) => node.stop()));
		await redis.stop();
	}
});

test("nodes started by hand with one Redis find each other and share work", async () => {
	const first = await freePorts(3);
	const redis = await startRedis();
	const urls = [0, 1, 2].map((i) => `http://127.0.0.1:${first + i}`);
	const nodes = urls.map((url) => {
		const http = url.slice("http://".length);
		const args = ["node", "--redis", redis.url, "--http", http];
		args.push("--handlers", "tasks.ts", "--concurrency", String(SLOTS));
		return new HearsayProcess(program, args, folder, BARE);
	});
	try {
		const ids = await Promise.all(
			nodes.map(
				async (node) => (await node.says(/node \S+ \((\S+)\) serves/))[1],
			),
		);
		// As many as all nodes have slots for, so that it takes all of them.
		const payload = join(folder, "release");
		const tasks = Array.from({ length: nodes.length * SLOTS }, (_, i) => {
			return { id: `t${i}`, type: "hold", payload };
		});
		expect((await call(`${urls[0]}/v1/tasks`, tasks)).status).toBe(202);
		await until(
			() => call<{ counts: { STARTED: number } }>(`${urls[2]}/v1/cluster`),
			({ body }) => body.counts.STARTED === tasks.length,
		);
		writeFileSync(payload, "");
		const ended = await Promise.all(
			tasks.map(({ id }) =>
				call<TaskAsRead>(`${urls[1]}/v1/tasks/${id}?wait=30s`),
			),
		);
		const states = new Set(ended.map(({ body }) => body.state));
		expect([...states]).toEqual(["SUCCESS"]);
		const ran = new Set(ended.map(({ body }) => body.node));
		expect([...ran].sort()).toEqual(ids.sort());
		expect(ended.every(({ body }) => body.attempts.length === 1)).toBe(true);
	} finally {
		await Promise.all(nodes.map((node) => node.stop()));
		await redis.stop();
	}
});
