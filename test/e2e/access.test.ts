/** Access tokens on real nodes: revoking, a Redis that is away or has lost writes, and that secrets are kept. */
import {
	cpSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Component } from "../../protocol/schema/components.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { type Answer, call } from "../call.ts";
import { Cluster, type ClusterNode, until } from "../cluster.ts";
import { type RedisServer, startRedis } from "../redis.ts";

const HANDLERS = join(import.meta.dirname, "../fixtures/handlers/careless.js");
const PASSWORD = "hunter2";
/** The token in the file that all nodes are given. */
const OPERATOR = `hs_operate_${"0".repeat(31)}1`;
const UNKNOWN = `hs_read_${"0".repeat(31)}2`;
const REVOKED_MS_MAX = 5_000;

let folder: string;
let redis: RedisServer;
let cluster: Cluster;
/** Every secret of this test. */
const secrets = [OPERATOR, PASSWORD];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-access-"));
	const file = join(folder, "tokens");
	writeFileSync(file, `# of all nodes\n\n${OPERATOR}\n`);
	// The token of whoever starts the nodes; the client of a cluster sends it.
	process.env.HEARSAY_TOKEN = OPERATOR;
	const dir = mkdtempSync(join(folder, "redis-"));
	const server = await startRedis({ dir, requirepass: PASSWORD });
	redis = server;
	const url = server.url.replace("://", `://:${PASSWORD}@`);
	cluster = await Cluster.start({
		redis: { ...server, url },
		nodes: [[], [], []],
		all: ["--token-file", file, "--log", "debug", "--handlers", HANDLERS],
	});
});
afterAll(async () => {
	delete process.env.HEARSAY_TOKEN;
	await cluster[Symbol.asyncDispose]();
	await redis.stop();
	rmSync(folder, { recursive: true });
});

const ask = (
	node: ClusterNode,
	token: string,
	path = "/v1/tasks",
	body?: unknown,
): Promise<Answer<{ code: string; detail: string }>> =>
	call(node.url + path, body, { authorization: `Bearer ${token}` });

const statuses = async (token: string) =>
	await Promise.all(
		cluster.nodes.map(async (node) => (await ask(node, token)).status),
	);

async function create(name: string, role: string): Promise<string> {
	const body = { name, role };
	const made = await call<Component<"TokenAsCreated">>(
		`${cluster.node(1).url}/v1/tokens`,
		body,
		{ authorization: `Bearer ${OPERATOR}` },
	);
	expect(made.status).toBe(201);
	const { token } = made.body;
	secrets.push(token);
	await until(
		() => statuses(token),
		(all) => all.every((status) => status === 200),
	);
	return token;
}

async function revoke(name: string): Promise<void> {
	const { status } = await fetch(`${cluster.node(2).url}/v1/tokens/${name}`, {
		method: "DELETE",
		headers: { authorization: `Bearer ${OPERATOR}` },
	});
	expect(status).toBe(200);
}

/** Kills Redis, acts while it is away, and starts it again. */
async function whileAway(act: () => Promise<void>): Promise<void> {
	process.kill(redis.pid, "SIGKILL");
	await act();
	await redis.restart();
	await cluster.whole();
}

const data = () => {
	const [dir = ""] = readdirSync(folder).filter((name) =>
		name.startsWith("redis-"),
	);
	return join(folder, dir, "appendonlydir");
};

test("a token that is revoked on one node is refused on all, and stays so if the store loses the revocation", async () => {
	const ci = await create("ci", "submit");
	const ops = await create("ops", "operate");
	// What Redis will be left with: everything but the revocation.
	const before = join(folder, "before");
	cpSync(data(), before, { recursive: true });
	const revokedMs = performance.now();
	await revoke("ci");
	expect((await ask(cluster.node(2), ci)).status).toBe(401);
	await until(
		() => statuses(ci),
		(all) => all.every((status) => status === 401),
		REVOKED_MS_MAX,
	);
	expect(performance.now() - revokedMs).toBeLessThan(REVOKED_MS_MAX);

	process.kill(redis.pid, "SIGKILL");
	await redis.restart(() => {
		rmSync(data(), { recursive: true });
		cpSync(before, data(), { recursive: true });
	});
	// All nodes knew of the revocation: at no moment does one accept the token.
	await until(
		async () => [...(await statuses(ci)), ...(await statuses(ops))],
		(all) => {
			expect(all.slice(0, 3)).toEqual([401, 401, 401]);
			return all.slice(3).every((status) => status === 200);
		},
	);
	await cluster.whole();
	await until(
		() => cluster.nodes.map(({ output }) => output).join(""),
		(output) => output.includes("it was put back"),
	);
	// A node that has never heard of it reads it from the store.
	await cluster.node(3).kill();
	await cluster.revive();
	expect((await ask(cluster.node(3), ci)).status).toBe(401);
});

test("while Redis is away known tokens are good, revoked ones are refused, and unknown ones get a 503, as they may be new", async () => {
	const dash = await create("dash", "read");
	const gone = await create("gone", "read");
	await revoke("gone");
	await until(
		() => statuses(gone),
		(all) => all.every((status) => status === 401),
	);
	await whileAway(async () => {
		const node = cluster.node(3);
		const readiness = await until(
			() => call(`${node.url}/readyz`),
			({ status }) => status === 503,
		);
		expect(readiness.headers.get("retry-after")).toBe("1");
		// The token is good, but the tasks are out of reach.
		const known = await ask(node, dash);
		expect([known.status, known.body.code]).toEqual([
			...[503, "store_unavailable"],
		]);
		expect(known.body.detail).not.toContain("whether this is allowed");
		expect((await ask(node, gone)).status).toBe(401);
		const unknown = await until(
			() => ask(node, UNKNOWN),
			({ status }) => status === 503,
		);
		expect(unknown.body.detail).toContain("whether this is allowed");
		expect(unknown.headers.get("retry-after")).toBe("1");
	});
	expect((await ask(cluster.node(3), dash)).status).toBe(200);
	expect((await ask(cluster.node(3), UNKNOWN)).status).toBe(401);
});

test("tokens and the Redis password are in no log, answer, list of processes, task environment or store", async () => {
	const own = await create("secret", "operate");
	const node = cluster.node(1);
	await ask(node, own, "/v1/tasks", { id: "look", type: "surroundings" });
	await ask(node, own, "/v1/tasks/none/cancel", {});
	const ended = await ask(node, own, "/v1/tasks/look?wait=20s");
	const { state, result } = ended.body as unknown as TaskAsRead;
	const seen = JSON.stringify(result ?? {});
	expect([state, seen]).toEqual(["SUCCESS", expect.stringContaining("PATH")]);
	const answers = await Promise.all(
		[
			...["/v1/tokens", "/v1/cluster", "/v1/nodes", "/v1/tasks?full=true"],
			...["/openapi.json", "/docs", "/docs/access", "/readyz", "/"],
			"/metrics",
		].map(async (path) => JSON.stringify((await ask(node, own, path)).body)),
	);
	const logs = cluster.nodes.map(({ output }) => output);
	expect(logs.join("")).toContain('"operation":"cancelTask"');
	const kept = readdirSync(data()).map((name) =>
		readFileSync(join(data(), name), "latin1"),
	);
	const all = [...logs, ...answers, ...kept, seen].join("\n");
	for (const secret of secrets) expect(all).not.toContain(secret);
	expect(kept.join("")).toContain("access");
});
