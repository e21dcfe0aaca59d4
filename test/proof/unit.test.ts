/**
 * What a machine is set up with (scripts/deploy), by the judges of those who read it:
 * systemd-analyze and cloud-init, from Debian's packages; and a node with task code under the unit's filter of system calls.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findUnpacked } from "../../scripts/setup/unpacked.mjs";
import { call } from "../call.ts";
import { found, until } from "../cluster.ts";
import { HearsayProcess, PROGRAM } from "../e2e/up-process.ts";
import { NotifySocket } from "../notify-socket.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { policyOf } from "../systemd/unit.ts";

const DEPLOY = "scripts/deploy";
const UNIT = readFileSync(join(DEPLOY, "hearsay.service"), "utf8");
const UNDER_FILTER = new URL("../systemd/under-filter.ts", import.meta.url)
	.pathname;
/** Targets that units refer to by themselves. */
const TARGETS = [
	"sysinit",
	"basic",
	"multi-user",
	"network-online",
	"shutdown",
];
/** Of `systemd-analyze security`, times ten. */
const EXPOSURE_MAX = 20;

let folder: string;
let redis: RedisServer;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-unit-"));
	redis = await startRedis();
	await found(redis.url, { nodes: [] });
});
afterAll(async () => {
	await redis.stop();
	rmSync(folder, { recursive: true });
});

function need(name: string) {
	const program = findUnpacked(process.cwd(), name);
	if (program === undefined) throw new Error(`no ${name}`);
	return program;
}

function run(name: string, args: readonly string[]) {
	const { file, env } = need(name);
	const { status, stdout, stderr } = spawnSync(file, args, {
		env: { ...process.env, ...env },
		encoding: "utf8",
	});
	return { status, said: stdout + stderr };
}

/** A folder that looks like the system on which install.sh has run. */
function installed(): string {
	const root = mkdtempSync(join(folder, "root-"));
	const executable = join(root, "built");
	const program = PROGRAM.map((part) => `'${part}'`).join(" ");
	writeFileSync(executable, `#!/bin/sh\nexec ${program} "$@"\n`, {
		mode: 0o755,
	});
	execFileSync(join(DEPLOY, "install.sh"), [executable], {
		env: { ...process.env, DESTDIR: root },
		stdio: "pipe",
	});
	return root;
}

test("install.sh puts its files in place, and leaves settings alone the second time", () => {
	const root = installed();
	expect(statSync(join(root, "usr/bin/hearsay")).mode & 0o777).toBe(0o755);
	const env = join(root, "etc/hearsay/hearsay.env");
	writeFileSync(env, "HEARSAY_CLUSTER=mine\n");
	const again = spawnSync(
		join(DEPLOY, "install.sh"),
		[join(root, "usr/bin/hearsay")],
		{ env: { ...process.env, DESTDIR: root }, encoding: "utf8" },
	);
	expect(again.stderr).toMatch(/hearsay \d+\.\d+\.\d+ is installed/);
	expect(again.stderr).toMatch(/still missing: \/etc\/hearsay\/token/);
	expect(readFileSync(env, "utf8")).toBe("HEARSAY_CLUSTER=mine\n");
});

test("install.sh names secrets that others may read, and takes away what it put there, but no settings", () => {
	const root = installed();
	const token = join(root, "etc/hearsay/token");
	writeFileSync(token, "x", { mode: 0o644 });
	const env = { ...process.env, DESTDIR: root };
	const script = resolve(DEPLOY, "install.sh");
	// A name alone is a file here, and not a program of this machine.
	const again = spawnSync(script, ["built"], {
		cwd: root,
		env,
		encoding: "utf8",
	});
	expect(again.stderr).toMatch(/chmod 0600 \/etc\/hearsay\/token/);
	const removed = spawnSync(script, ["--remove"], { env, encoding: "utf8" });
	expect([removed.status, removed.stderr]).toEqual([
		...[0, expect.stringMatching(/it is removed/)],
	]);
	const left = readdirSync(root, { recursive: true, withFileTypes: true });
	expect(
		left
			.filter((each) => each.isFile())
			.map(({ name }) => name)
			.sort(),
	).toEqual(["built", "hearsay.env", "token"]);
});

test.each([
	[[], /give it the executable/],
	[["ls"], /ls is no file/],
	[["/bin/false"], /does not run on this machine/],
])("install.sh with %j says what to do", (args, said) => {
	const ended = spawnSync(join(DEPLOY, "install.sh"), args, {
		encoding: "utf8",
	});
	expect(ended.status).toBe(2);
	expect(ended.stderr).toMatch(said);
});

test("systemd finds nothing wrong with the unit, and it is exposed as little as promised", () => {
	const root = installed();
	const units = join(root, "usr/lib/systemd/system");
	mkdirSync(units, { recursive: true });
	for (const target of TARGETS)
		writeFileSync(join(units, `${target}.target`), "[Unit]\nDescription=x\n");
	expect(
		run("systemd-analyze", ["verify", "--root", root, "hearsay.service"]),
	).toEqual({ status: 0, said: "" });
	const { status, said } = run("systemd-analyze", [
		...["security", "--offline=yes", "--root", root],
		...[`--threshold=${EXPOSURE_MAX}`, "hearsay.service"],
	]);
	expect(said).toMatch(/Overall exposure level for hearsay\.service: [01]\.\d/);
	expect(status).toBe(0);
});

test("an executable for machines with arm64 is made on any, and is as small", () => {
	execFileSync(process.execPath, ["scripts/build.ts", "--arch", "arm64"]);
	const other =
		process.arch === "arm64" ? "dist/hearsay" : "dist/hearsay-arm64";
	const program = readFileSync(other);
	const [machine, type] = [program.readUInt16LE(18), program.readUInt16LE(16)];
	expect({ machine, type }).toEqual({ machine: 183, type: 2 });
	expect(program.length).toBeLessThanOrEqual(120e6);
	// Node.js looks for it by this name.
	expect(program.includes("NODE_SEA_BLOB")).toBe(true);
});

test("a unit with a flaw is found", () => {
	const root = installed();
	const unit = join(root, "etc/systemd/system/hearsay.service");
	writeFileSync(unit, UNIT.replace("Type=notify", "Type=notifies"));
	const { said } = run("systemd-analyze", [
		...["verify", "--root", root, "hearsay.service"],
	]);
	expect(said).toContain("notifies");
});

test("cloud-init takes the user data, and not a misspelled one", () => {
	const data = readFileSync(join(DEPLOY, "user-data.yaml"), "utf8");
	const wrong = join(folder, "wrong.yaml");
	writeFileSync(wrong, data.replace("permissions", "permission"));
	const judge = (file: string) =>
		run("cloud-init", ["schema", "--config-file", file]);
	const { status, said } = judge(join(DEPLOY, "user-data.yaml"));
	expect(said).toMatch(/Valid cloud-config/);
	expect(status).toBe(0);
	expect(judge(wrong).status).not.toBe(0);
});

const HANDLERS = `import { execFileSync } from "node:child_process";
import { chownSync, readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
const work = () => ({
	child: execFileSync("echo", ["hello"], { encoding: "utf8" }),
	interfaces: Object.keys(networkInterfaces()).length > 0,
	file: (writeFileSync(tmpdir() + "/hearsay-filtered", "x"), readFileSync(tmpdir() + "/hearsay-filtered", "utf8")),
});
export default {
	async thread() { return work(); },
	async apart() { return execFileSync(process.execPath, ["-p", "6*7"], { encoding: "utf8" }); },
	async fetches(url) { return (await fetch(url)).status; },
	async forbidden() {
		try { chownSync(process.cwd(), 1, 1); return "done"; }
		catch (error) { return error.code; }
	},
	async spins() { for (;;); },
};`;

function startFiltered(socket: NotifySocket): HearsayProcess {
	const policy = join(folder, "policy.json");
	writeFileSync(
		policy,
		JSON.stringify(policyOf(UNIT, need("systemd-analyze"))),
	);
	writeFileSync(join(folder, "handlers.mjs"), HANDLERS);
	const [node = "", program = ""] = PROGRAM;
	return new HearsayProcess(
		[node, UNDER_FILTER, policy, node, program],
		[
			...["node", "--redis", redis.url, "--http", "127.0.0.1:0"],
			...["--data", join(folder, "node"), "--drain", "1s"],
			...["--handlers", "handlers.mjs"],
		],
		folder,
		{ ...process.env, NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "1000000" },
	);
}

test("a node with task code runs under the unit's filter: with a thread, children, files and the network; and what is filtered fails", async () => {
	using socket = new NotifySocket();
	const node = startFiltered(socket);
	try {
		const [, url = ""] = await node.says(/serves (\S+)\/$/m);
		expect(socket.messages[0]).toBe("READY=1");
		const result = async (id: string, type: string, payload?: unknown) => {
			await call(`${url}/v1/tasks`, { id, type, payload });
			const { body } = await call<{ state: string; result: unknown }>(
				`${url}/v1/tasks/${id}?wait=30s`,
			);
			return { state: body.state, result: body.result };
		};
		await until(
			() => call(`${url}/readyz`),
			({ status }) => status === 200,
		);
		const done = { child: "hello\n", interfaces: true, file: "x" };
		expect(await result("a", "thread")).toEqual({
			state: "SUCCESS",
			result: done,
		});
		expect(await result("b", "apart")).toEqual({
			...{ state: "SUCCESS", result: "42\n" },
		});
		expect(await result("c", "fetches", `${url}/healthz`)).toEqual({
			...{ state: "SUCCESS", result: 200 },
		});
		// Also to see that there is a filter.
		expect(await result("d", "forbidden")).toMatchObject({ result: "EPERM" });
		await call(`${url}/v1/tasks`, { id: "e", type: "spins" });
		await until(
			() => call<{ state: string }>(`${url}/v1/tasks/e`),
			({ body }) => body.state === "STARTED",
		);
	} finally {
		await node.stop();
	}
	expect(await node.ended).toBe(0);
	expect(socket.messages.some((each) => each.startsWith("STOPPING=1"))).toBe(
		true,
	);
	expect(socket.count("WATCHDOG=1")).toBeGreaterThan(1);
});

test("while Redis is away for two minutes no watchdog is fired: signs of life go on as before", async () => {
	using socket = new NotifySocket();
	const node = new HearsayProcess(
		PROGRAM,
		[
			...["node", "--redis", redis.url, "--http", "127.0.0.1:0"],
			...["--data", join(folder, "alive")],
		],
		folder,
		{ ...process.env, NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "3000000" },
	);
	try {
		await node.says(/^node \S+ \(\S+\) serves/m);
		process.kill(redis.pid, "SIGSTOP");
		let [count, sinceMs, longestMs] = [0, performance.now(), 0];
		const endMs = performance.now() + 120_000;
		await until(
			() => socket.count("WATCHDOG=1"),
			(now) => {
				const ms = performance.now();
				if (now > count) [count, sinceMs] = [now, ms];
				longestMs = Math.max(longestMs, ms - sinceMs);
				return ms > endMs;
			},
			130_000,
		);
		expect(longestMs).toBeLessThan(3_000);
		expect(socket.messages.join("\n")).toContain("Redis is away");
	} finally {
		process.kill(redis.pid, "SIGCONT");
		await node.stop();
	}
});
