import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ClusterNode, launchNode } from "../cluster.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { HearsayProcess, PROGRAM } from "./up-process.ts";

let redis: RedisServer;
let folder: string;
let taken: string;
const holder = createServer();

beforeAll(async () => {
	redis = await startRedis();
	folder = mkdtempSync(join(tmpdir(), "hearsay-start-"));
	await new Promise<void>((resolve) =>
		holder.listen(0, "127.0.0.1", () => resolve()),
	);
	taken = `127.0.0.1:${(holder.address() as AddressInfo).port}`;
});
afterAll(async () => {
	holder.close();
	await redis.stop();
	rmSync(folder, { recursive: true });
});

function start(args: readonly string[], data = "node"): HearsayProcess {
	const own = ["--redis", redis.url, "--http", "127.0.0.1:0", "--data", data];
	return launchNode([...own, ...args], folder);
}

/** Expects that it ends by itself with exit code 2, and one line that says why. */
async function expectOneLine(node: HearsayProcess, why: string | RegExp) {
	expect(await node.ended, node.output).toBe(2);
	expect(node.output).toMatch(/^hearsay: [^\n]+\n$/);
	expect(node.output).toMatch(why);
}

test.each(["--http", "--p2p"])(
	"a port in use is reported: %s",
	async (flag) => {
		await expectOneLine(
			start([flag, taken]),
			new RegExp(`Port ${taken.split(":")[1]} on 127.0.0.1 is in use`),
		);
	},
);

test("a handler file that throws, is half written or is missing is reported, with the place", async () => {
	writeFileSync(
		join(folder, "throws.js"),
		'throw new Error("no such bucket");',
	);
	const half = "export default {\n\ta( {}\n};\n";
	writeFileSync(join(folder, "half.js"), half);
	writeFileSync(join(folder, "half.ts"), half);
	const sentences = {
		"throws.js": /throws\.js did not load: no such bucket$/m,
		"half.js": /half\.js did not load: .+ \(line 3, column 1\)$/m,
		"half.ts": /half\.ts did not load: .+ \(line 3, column 1\)$/m,
		"nowhere.ts": "nowhere.ts",
	};
	await Promise.all(
		Object.entries(sentences).map(([file, why]) =>
			expectOneLine(start(["--handlers", file], `for-${file}`), why),
		),
	);
});

test("a folder that another node uses is reported", async () => {
	const first = start([]);
	try {
		await first.says(/serves/);
		await expectOneLine(start([]), "Another node uses the folder");
	} finally {
		await first.stop();
	}
});

test("a Redis that does not let the node in is reported, and nothing is written to it", async () => {
	const client = new Redis(redis.url);
	const address = (login: string, rest = "") =>
		`${redis.url.replace("//", `//${login}`)}${rest}`;
	try {
		await expectOneLine(
			start(
				["--redis", address("", "/99"), "--cluster", "not-let-in"],
				"no-such-database",
			),
			"Redis has no database of the number at the end of its address",
		);
		await client.config("SET", "requirepass", "right");
		await Promise.all([
			expectOneLine(start([], "no-password"), "Redis wants a password"),
			expectOneLine(
				start(["--redis", address(":wrong@")], "wrong-password"),
				"Redis does not accept the user and password in its address",
			),
		]);
		expect(await client.keys("*not-let-in*")).toEqual([]);
	} finally {
		await client.config("SET", "requirepass", "");
		client.disconnect();
	}
});

// The kernel's own folder refuses in its own way, even root.
test.each([
	["/proc/nope/deeper", /folder \/proc\S* cannot be made/],
	["/proc", /\/proc\S* cannot be/],
	["file", "file cannot be made (EEXIST)"],
	["file/under", "file/under cannot be made (ENOTDIR)"],
])("a folder that cannot be made or used is told: %s", async (data, why) => {
	writeFileSync(join(folder, "file"), "");
	const node = start([], data);
	// A node that hangs while it makes a folder hears no other signal.
	onTestFinished(() => node.kill("SIGKILL"));
	await expectOneLine(node, why);
	expect(node.output).toMatch("give --data a folder");
});

test("a node that is told to stop says how long its tasks may take, and when it has stopped", async () => {
	// As in a terminal, its log goes where its words go: with two pipes nobody could tell which
	// line was the last.
	const terminal = ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", ...PROGRAM];
	const address = ["--redis", redis.url, "--http", "127.0.0.1:0"];
	const node = new HearsayProcess(
		terminal,
		["node", ...address, "--data", "node", "--drain", "5s"],
		folder,
	);
	await node.says(/serves/);
	node.kill("SIGTERM");
	await node.says(/^Stopping … [^\n]* 5s [^\n]*$/m);
	expect(await node.ended).toBe(0);
	expect(node.output).toMatch(/\nStopped\.\n$/);
});

test("a node that is told to stop twice while it starts ends at once", async () => {
	const file = join(folder, "slow.js");
	writeFileSync(
		file,
		'console.log("loading"); setInterval(() => {}, 1_000); await new Promise(() => {}); export default {};',
	);
	const node = start(["--handlers", file]);
	await node.says(/loading/);
	// The first signals may count as one: see stop-signals.ts.
	const again = setInterval(() => node.kill("SIGINT"), 100);
	expect(await node.ended).toBe(1);
	clearInterval(again);
	expect(node.output).toMatch(/^hearsay: told to stop twice/m);
});

test("a node whose parent ended while it started drains as if it had been told to", async () => {
	const child = fork(
		PROGRAM[1] ?? "",
		["node", "--redis", redis.url, "--http", "127.0.0.1:0"],
		{
			cwd: folder,
			stdio: "ignore",
		},
	);
	const exit = once(child, "exit");
	child.disconnect();
	expect(await exit).toEqual([0, null]);
});

test.each([
	["is something else", "hello, world", /node\.key is not a node's key/],
	["is a folder", undefined, /node\.key cannot be read \(EISDIR\)/],
])("a node's key that %s is told", async (_what, text, why) => {
	const data = mkdtempSync(join(folder, "key-"));
	const key = join(data, "node.key");
	if (text === undefined) mkdirSync(key);
	else writeFileSync(key, text);

	await expectOneLine(start([], data), why);
});

test("a node that strangers could reach does not start without tokens, unless a flag says that this is intended", async () => {
	const open = ["--http", "0.0.0.0:0", "--log", "warn"];
	const words =
		/no access tokens; make one with "hearsay token create" .* --token-file, or --insecure/;
	await expectOneLine(start(open, "open"), words);
	const url = "https://example.com/tasks";
	const behind = ["--public-url", url, "--log", "warn"];
	await expectOneLine(start(behind, "behind"), words);
	const file = join(folder, "tokens");
	writeFileSync(file, "sesame\n");
	const given = [...open, "--token-file", file];
	await expectOneLine(start(given, "given"), /tokens: line 1 is no token/);
	writeFileSync(file, `hs_operate_${"0".repeat(32)}\n`);
	for (const [flags, data] of [
		[given, "given"],
		[[...open, "--insecure"], "insecure"],
	] as const) {
		const node = start(flags, data);
		const [, port] = await node.says(/serves \S+:(\d+)\/$/m);
		const { status } = await fetch(`http://127.0.0.1:${port}/v1/tasks`);
		const isOpen = flags.includes("--insecure");
		expect([status, node.output.includes("anyone who reaches")]).toEqual([
			isOpen ? 200 : 401,
			isOpen,
		]);
		await node.stop();
	}
});

test("a node that starts while Redis accepts no writes begins once it does", async () => {
	const client = new Redis(redis.url);
	await client.config("SET", "min-replicas-to-write", "1");
	const flags = ["--redis", redis.url, "--http", "127.0.0.1:0"];
	const node = new ClusterNode(folder, [...flags, "--data", "early"]);
	try {
		await node.start();
		const { status, body } = await node.get<{ reasons: string[] }>("/readyz");
		expect([status, body.reasons]).toEqual([
			503,
			[
				expect.stringMatching(/takes no new tasks: .*min-replicas-to-write/),
				"The node has not yet agreed with the store on the cluster.",
			],
		]);
		const task = { type: "process_task", payload: { durationMs: 1 } };
		expect(await node.post("/v1/tasks", task)).toMatchObject({
			status: 503,
			body: { code: "store_unavailable" },
		});
		await client.config("SET", "min-replicas-to-write", "0");
		await node.ready();
		expect((await node.post("/v1/tasks", task)).status).toBe(202);
	} finally {
		await client.config("SET", "min-replicas-to-write", "0");
		client.disconnect();
		await node.kill();
	}
});
