/** A node as a systemd service: what it reports on the socket that it is given. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { STOP_BOUND_MS } from "../../protocol/limits.ts";
import { found, until } from "../cluster.ts";
import { NotifySocket } from "../notify-socket.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { HearsayProcess, PROGRAM } from "./up-process.ts";

const HUNG_LOOP = new URL("../fixtures/hung-loop.mjs", import.meta.url).href;
const WATCHDOG_USEC = "300000";
const ALIVE = "WATCHDOG=1";

let folder: string;
let redis: RedisServer;
const sockets: NotifySocket[] = [];
let started: HearsayProcess[] = [];

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-service-"));
	redis = await startRedis();
	await found(redis.url, { nodes: [] });
});
afterEach(async () => {
	for (const node of started) node.kill("SIGKILL");
	await Promise.all(started.map((node) => node.ended));
	started = [];
	for (const socket of sockets.splice(0)) socket[Symbol.dispose]();
	await redis.stop();
	rmSync(folder, { recursive: true });
});

function start(socket: NotifySocket, flags: readonly string[] = []) {
	sockets.push(socket);
	const args = ["node", "--redis", redis.url, "--http", "127.0.0.1:0"];
	const name = `node-${started.length}`;
	const node = new HearsayProcess(
		PROGRAM,
		[...args, "--data", join(folder, name), "--name", name, ...flags],
		folder,
		{
			...process.env,
			...{ NOTIFY_SOCKET: socket.name, WATCHDOG_USEC },
			NODE_OPTIONS: `--import ${HUNG_LOOP}`,
		},
	);
	started.push(node);
	return node;
}

/** Resolves when the node has sent so many more watchdog messages. */
async function lives(socket: NotifySocket, signs = 5): Promise<void> {
	const before = socket.count(ALIVE);
	await until(
		() => socket.count(ALIVE),
		(count) => count >= before + signs,
	);
}

test.each([
	["a file", false],
	["no file", true],
])(
	"on a socket of %s it reports that it is ready, that it is alive, and that it stops",
	async (_, abstract) => {
		const socket = new NotifySocket(abstract);
		const node = start(socket, ["--drain", "90s"]);
		await lives(socket);
		expect(socket.messages[0]).toBe("READY=1");
		const status = socket.messages.find((each) => each.startsWith("STATUS="));
		expect(status).toMatch(
			/^STATUS=node-0 serves http:\/\/127\.0\.0\.1:\d+; 0 of \d+ tasks run; Redis is up$/,
		);
		node.kill("SIGTERM");
		expect(await node.ended).toBe(0);
		const boundUs = (90_000 + STOP_BOUND_MS) * 1_000;
		expect(socket.messages).toContain(
			`STOPPING=1\nEXTEND_TIMEOUT_USEC=${boundUs}`,
		);
		expect(node.output).not.toContain("ExperimentalWarning");
	},
);

test("it is ready and alive while Redis does not answer", async () => {
	process.kill(redis.pid, "SIGSTOP");
	try {
		const socket = new NotifySocket();
		start(socket);
		await until(() => socket.count("READY=1"), Boolean);
		await lives(socket, 20);
		expect(socket.messages.join("\n")).toContain("; Redis is away: ");
	} finally {
		process.kill(redis.pid, "SIGCONT");
	}
});

test("it stays alive when Redis goes; a node whose event loop hangs sends no more watchdog messages", async () => {
	const [first, second] = [new NotifySocket(), new NotifySocket()];
	const hung = start(first);
	const other = start(second);
	await Promise.all([hung, other].map((node) => node.says(/ serves /)));
	await Promise.all([lives(first, 1), lives(second, 1)]);
	process.kill(redis.pid, "SIGKILL");
	await Promise.all([lives(first), lives(second)]);
	hung.kill("SIGUSR2");
	await hung.says(/the loop hangs/);
	const before = first.count(ALIVE);
	await lives(second, 10);
	expect(first.count(ALIVE)).toBe(before);
});

test("a socket that cannot be used is reported, and the node serves all the same", async () => {
	const socket = new NotifySocket();
	const node = start(Object.assign(socket, { name: "vsock:2:1" }));
	await node.says(/NOTIFY_SOCKET cannot be used/);
	await node.says(/^node \S+ \(\S+\) serves/m);
});
