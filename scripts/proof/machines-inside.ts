/**
 * What the proof `machines` does on its five machines. It starts itself once more inside
 * of their network, and prints what it found as one line of JSON.
 *
 *   node scripts/proof/machines-inside.ts DIRECTORY TASKS
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { ClientRequest } from "node:http";
import { type RequestOptions, request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import type { Breach } from "../../test/checker/checker.ts";
import { tlsFile, tlsText } from "../../test/tls-files.ts";
import { nowMs } from "../bench/clock.ts";
import { bundleProgram, PROGRAM_FILE } from "../build/program.ts";
import { Network } from "../chaos/network.ts";
import { enterNetwork, isInsideNetwork } from "../chaos/network-entry.ts";
import { OwnProcess } from "../chaos/process.ts";
import { ChaosRedis } from "../chaos/redis.ts";
import type { Finding } from "./proof.ts";

const PROGRAM = new URL(`../../${PROGRAM_FILE}`, import.meta.url).pathname;
const MACHINES = 5;
const HTTPS_PORT = 5443;
const DURATION_MS = 300;
const REVOKED_MS_MAX = 5_000;
const READY_MS_MAX = 30_000;
const ENDS_MS_MAX = 60_000;
/** The indexes of the machines, by their part in this proof. */
const [SUBMITS, WATCHES, CUT_OFF, REVOKES] = [0, 1, 2, 3] as const;

const [directory = "", count = ""] = process.argv.slice(2);
if (!isInsideNetwork()) process.exit(await enterNetwork());

const breaches: Breach[] = [];
function expect(promise: string, holds: boolean, what: string): void {
	if (!holds) breaches.push({ promise, what });
}

interface Machine {
	readonly address: string;
	readonly prefix: readonly string[];
	process: OwnProcess | undefined;
}

function ask(
	{ address }: Machine,
	path: string,
	token: string | undefined,
	{ method = "GET", ...more }: RequestOptions = {},
): ClientRequest {
	const headers = {
		...(token !== undefined && { authorization: `Bearer ${token}` }),
		"content-type": "application/json",
	};
	return request(`https://${address}:${HTTPS_PORT}${path}`, {
		...{ method, headers, agent: false, timeout: 3_000, ...more },
		// By address: that is what the certificate is for.
		...{ ca: tlsText("ca.pem"), servername: "hearsay.example" },
	});
}

/** The status, or 0 if there was no answer. */
async function statusOf(
	machine: Machine,
	path: string,
	token?: string,
	body?: object,
): Promise<number> {
	const asking = ask(machine, path, token, body && { method: "POST" });
	asking.once("timeout", () => asking.destroy());
	asking.end(body && JSON.stringify(body));
	try {
		const [answer] = await once(asking, "response");
		await text(answer);
		return answer.statusCode;
	} catch {
		return 0;
	}
}

/** Resolves with how long it took. */
async function untilTrue(
	isSo: () => Promise<boolean> | boolean,
	msMax: number,
): Promise<number> {
	const startMs = nowMs();
	while (!(await isSo())) {
		if (nowMs() - startMs > msMax) return Number.POSITIVE_INFINITY;
		await pause(50);
	}
	return nowMs() - startMs;
}

/** The ids of tasks whose end is reported, from now on; resolves once the stream has begun. */
async function watchEnds(machine: Machine, token: string) {
	const ended = new Set<string>();
	const asking = ask(machine, "/v1/events?kind=task.ended", token);
	asking.setTimeout(0).end();
	asking.on("error", () => {}); // It is ended below.
	const [answer] = await once(asking, "response");
	answer.on("error", () => {});
	let rest = "";
	answer.setEncoding("utf8").on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) {
			if (!line.startsWith("data: ")) continue;
			const { task } = JSON.parse(line.slice(6)) as { task?: string };
			if (task !== undefined) ended.add(task);
		}
	});
	return { ended, status: answer.statusCode, stop: () => asking.destroy() };
}

function hearsay(
	{ prefix }: Machine,
	args: readonly string[],
	token?: string,
): string {
	const [program = "", ...rest] = [
		...[...prefix, process.execPath, PROGRAM],
		...args,
	];
	return execFileSync(program, rest, {
		encoding: "utf8",
		env: {
			PATH: process.env.PATH,
			NODE_EXTRA_CA_CERTS: tlsFile("ca.pem"),
			...(token !== undefined && { HEARSAY_TOKEN: token }),
		},
	}).trim();
}

await bundleProgram();
const network = new Network(MACHINES);
await network.lay();
const redis = new ChaosRedis({
	...{ host: network.redisHost, port: 6379, fsync: "everysec", directory },
});
await redis.start();
const machines = Array.from({ length: MACHINES }, (_, index): Machine => {
	const { http, prefix } = network.nodeAt(index);
	return { address: http.split(":")[0] as string, prefix, process: undefined };
});

function start(index: number, http: readonly string[]): void {
	const machine = machines[index] as Machine;
	const name = `machine-${index + 1}`;
	machine.process = new OwnProcess({
		command: [
			...[...machine.prefix, process.execPath, PROGRAM, "node"],
			...["--redis", redis.url, "--name", name, ...http],
			...["--p2p", network.nodeAt(index).p2p],
			...["--data", join(directory, name), "--concurrency", "4"],
		],
		logPath: join(directory, `${name}.log`),
		channel: "ipc",
	});
}

/** As the chapter `access` has it: the first token is made on a node that listens on loopback. */
async function firstToken(): Promise<string> {
	start(SUBMITS, ["--http", "127.0.0.1:5000"]);
	const machine = machines[SUBMITS] as Machine;
	const url = ["--url", "http://127.0.0.1:5000"];
	let token = "";
	await untilTrue(() => {
		try {
			const create = ["token", "create", "ops", "--role", "operate"];
			token = hearsay(machine, [...create, ...url]);
			return true;
		} catch {
			return false; // It has only just begun.
		}
	}, READY_MS_MAX);
	machine.process?.signal("SIGTERM");
	await machine.process?.ended;
	return token;
}

const ops = await firstToken();
const tls = ["--tls-cert", tlsFile("node.pem")];
const key = ["--tls-key", tlsFile("node-key.pem")];
for (let index = 0; index < MACHINES; index++)
	start(index, ["--http", `0.0.0.0:${HTTPS_PORT}`, ...tls, ...key]);
const [submits, watches, cutOff, revokes] = [
	...[SUBMITS, WATCHES, CUT_OFF, REVOKES].map(
		(index) => machines[index] as Machine,
	),
] as [Machine, Machine, Machine, Machine];
const readyMs = await untilTrue(async () => {
	const seen = await Promise.all(
		machines.map((machine) => statusOf(machine, "/readyz")),
	);
	return seen.every((status) => status === 200);
}, READY_MS_MAX);
expect("all are ready", readyMs < READY_MS_MAX, `not after ${readyMs} ms`);

const own = ["--url", `https://127.0.0.1:${HTTPS_PORT}`];
const make = (name: string, role: string) =>
	hearsay(submits, ["token", "create", name, "--role", role, ...own], ops);
const [ci, wall] = [make("ci", "submit"), make("wall", "read")];

const unasked = await Promise.all(
	machines.map((machine) => statusOf(machine, "/v1/tasks")),
);
expect(
	"none answers without a token",
	unasked.every((status) => status === 401),
	unasked.join(", "),
);
// A token reaches the others with their next pulse.
const knownMs = await untilTrue(async () => {
	const seen = await Promise.all(
		machines.map((machine) => statusOf(machine, "/v1/tasks", wall)),
	);
	return seen.every((status) => status === 200);
}, REVOKED_MS_MAX);
expect("all know a new token within 5 s", Number.isFinite(knownMs), "never");
const mayNot = await statusOf(watches, "/v1/tasks", wall, { type: "noop" });
expect("who may read may not submit", mayNot === 403, String(mayNot));

const watching = await watchEnds(watches, wall);
const ids = Array.from({ length: Number(count) }, (_, i) => `task-${i}`);
const payload = { durationMs: DURATION_MS };
const tasks = ids.map((id) => ({ id, type: "process_task", payload }));
const taken = await statusOf(submits, "/v1/tasks", ci, tasks);
expect("tasks are taken on one", taken === 202, String(taken));
await untilTrue(() => watching.ended.size > 0, ENDS_MS_MAX);
network.cut("host", [CUT_OFF]);
const endsMs = await untilTrue(
	() => ids.every((id) => watching.ended.has(id)),
	ENDS_MS_MAX,
);
expect(
	"the end of each task is told on another, though a third is cut off",
	Number.isFinite(endsMs),
	`${ids.length - watching.ended.size} of ${ids.length} are not`,
);
watching.stop();
network.mend("host", [CUT_OFF]);
const backMs = await untilTrue(
	async () => (await statusOf(cutOff, "/readyz")) === 200,
	READY_MS_MAX,
);
expect("who was cut off comes back", Number.isFinite(backMs), "it did not");

hearsay(revokes, ["token", "revoke", "ci", ...own], ops);
const revokedMs = await untilTrue(async () => {
	const seen = await Promise.all(
		machines.map((machine) => statusOf(machine, "/v1/tasks", ci)),
	);
	return seen.every((status) => status === 401);
}, REVOKED_MS_MAX);
expect("all refuse it within 5 s", Number.isFinite(revokedMs), "not all");

for (const machine of machines) machine.process?.signal("SIGTERM");
await Promise.all(machines.map((machine) => machine.process?.ended));
await redis.kill();
const finding: Finding = {
	figures: {
		machines: MACHINES,
		"tasks whose end was told elsewhere": watching.ended.size,
		"until a new token was known to all, ms": Math.round(knownMs),
		"from the cut until all had ended, ms": Math.round(endsMs),
		"from its end until it was ready again, ms": Math.round(backMs),
		"until a revoked token was refused by all, ms": Math.round(revokedMs),
	},
	breaches,
};
writeFileSync(1, `${JSON.stringify(finding)}\n`);
process.exit(0);
