/**
 * What the proof `fleet` does on its machines. It starts itself once more inside of their
 * network, and prints what it found as one line of JSON.
 *
 *   node scripts/proof/fleet-inside.ts DIRECTORY SEED
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { readinessOf } from "../../protocol/client/readiness.ts";
import { type Breach, judge } from "../../test/checker/checker.ts";
import { nowMs, sleep } from "../bench/clock.ts";
import { Network } from "../chaos/network.ts";
import { enterNetwork, isInsideNetwork } from "../chaos/network-entry.ts";
import { SeededRandom } from "../chaos/random.ts";
import {
	listTasks,
	lookAtTasks,
	readNodes,
	untilDrained,
} from "../chaos/reading.ts";
import { writeHistory } from "../chaos/recording.ts";
import { ChaosRedis } from "../chaos/redis.ts";
import { readRuns } from "../chaos/run-line.ts";
import { Workload } from "../chaos/workload.ts";
import { clientOf } from "../client.ts";
import { buildAs, layFiles } from "./fleet-files.ts";
import { type FleetGround, FleetMachine } from "./fleet-machine.ts";
import type { Finding } from "./proof.ts";

const MACHINES = 5;
/** How many machines replace others. */
const SPARE = 2;
/** How long before the end EC2 gives notice. */
const NOTICE_MS = 120_000;
const PATIENCE_MS = 60_000;
const CALM_MS = 3_000;
const TOKEN = `hs_operate_${"fleet0".repeat(6).slice(0, 32)}`;
const PASSWORD = "correcthorsebattery";
const ROOT = new URL("../..", import.meta.url).pathname;
const STOP_MS = { paused: 1_000, "cut-off": 1_000, gone: 0 };

const [directory = "", seed = "0"] = process.argv.slice(2);
if (!isInsideNetwork()) process.exit(await enterNetwork());
process.env.HEARSAY_TOKEN = TOKEN;

const breaches: Breach[] = [];
const figures: Record<string, number> = {};
function expect(promise: string, holds: boolean, what: string): void {
	if (!holds) breaches.push({ promise, what });
}

/** Resolves with how long it took. @throws after PATIENCE_MS */
async function until(
	what: string,
	isSo: () => Promise<boolean> | boolean,
): Promise<number> {
	const startMs = nowMs();
	while (!(await isSo())) {
		if (nowMs() - startMs > PATIENCE_MS) throw new Error(`never: ${what}`);
		await sleep(50);
	}
	return nowMs() - startMs;
}

async function isReady({ url }: FleetMachine): Promise<boolean> {
	try {
		return (await readinessOf(clientOf(url))).ready;
	} catch {
		return false; // Nobody listens there yet.
	}
}

async function stateOf(
	machine: FleetMachine,
	witness: FleetMachine,
): Promise<string | undefined> {
	const nodes = await readNodes(witness.url);
	const own = nodes.find(({ pid }) => pid === machine.lives.at(-1)?.pid);
	return own?.state;
}

/** Resolves when it has ended by itself, in order. */
async function drained(machine: FleetMachine, why: string): Promise<number> {
	const ms = await until(`${machine.name} ends`, () => !machine.alive);
	const how = await machine.process?.ended;
	expect(`a node ${why} ends in order`, how === "code 0", String(how));
	const said = machine.socket.messages;
	expect(
		`a node ${why} says that it stops, and how long it may take`,
		said.some((each) => /^STOPPING=1\nEXTEND_TIMEOUT_USEC=\d+$/.test(each)),
		said.join(" "),
	);
	expect("its service manager saw it live", said.includes("WATCHDOG=1"), "no");
	return ms;
}

const { handlers, effects, filter } = await layFiles(directory);
const first = buildAs("hearsay-first", directory);

const network = new Network(MACHINES + SPARE);
await network.lay();
const redis = new ChaosRedis({
	...{ host: network.redisHost, port: 6379, fsync: "everysec", directory },
});
await redis.start();
const operator = new Redis(redis.url);
const [, , ...acl] = readFileSync(
	join(ROOT, "scripts/deploy/redis.acl"),
	"utf8",
)
	.trim()
	.replace("PASSWORD", PASSWORD)
	.split(" ");
await operator.acl("SETUSER", "hearsay", ...acl);
operator.disconnect();

const ground: FleetGround = {
	directory,
	policy: join(directory, "policy.json"),
	filter,
	known: {
		"HEARSAY_CLUSTER=hearsay": `HEARSAY_CLUSTER=hearsay\n      HEARSAY_HANDLERS=${handlers}`,
		"rediss://hearsay:REDIS_PASSWORD@REDIS_HOST:6379": `redis://hearsay:${PASSWORD}@${network.redisHost}:6379`,
		ACCESS_TOKEN: TOKEN,
	},
	cloudHost: network.redisHost.replace(/\.2\.\d+$/, ".1.254"),
};
const machines: FleetMachine[] = [];
/** The nodes that clients know: those that are alive. */
const urls: string[] = [];

async function boot(executable: string): Promise<FleetMachine> {
	const index = machines.length;
	const place = network.nodeAt(index);
	const machine = await FleetMachine.boot(index, place, executable, ground);
	machines.push(machine);
	return machine;
}

async function joined(machine: FleetMachine): Promise<number> {
	const { socket } = machine;
	await until(`${machine.name} says that it is ready`, () =>
		socket.messages.includes("READY=1"),
	);
	const ms = await until(`${machine.name} is ready`, () => isReady(machine));
	if (!urls.includes(machine.url)) urls.push(machine.url);
	return ms;
}

function leaves({ url }: FleetMachine): void {
	urls.splice(urls.indexOf(url), 1);
}

const beganMs = nowMs();
for (let i = 0; i < MACHINES; i++) await boot(first);
for (const machine of machines) await joined(machine);
figures["five machines booted and ready, ms"] = Math.round(nowMs() - beganMs);
const [one, second, third] = machines as [
	...[FleetMachine, FleetMachine, FleetMachine],
	...FleetMachine[],
];
await until("all see all", async () => {
	const nodes = await readNodes(one.url);
	const up = nodes.filter(({ state }) => state === "up");
	return up.length === MACHINES;
});
const labels = new Set(
	(await readNodes(one.url)).flatMap(({ labels }) => labels),
);
expect(
	"each has its zone as a label",
	labels.has("zone:zone-1a") && labels.has("zone:zone-1b"),
	[...labels].join(", "),
);

const idPrefix = `fleet-${seed}-`;
const startMs = nowMs();
const random = new SeededRandom(Number(seed));
const workload = new Workload({ urls, random, effects, idPrefix });
const working = workload.run();
await sleep(CALM_MS);

// EC2 takes the second away. Clients go on asking it, and find out.
const noticeMs = nowMs();
second.cloud.takeAway(NOTICE_MS);
await drained(second, "that EC2 takes away");
figures["from the spot notice until the node was gone, ms"] = Math.round(
	nowMs() - noticeMs,
);
expect(
	"a spot notice drains a node before its time",
	nowMs() - noticeMs < NOTICE_MS - 15_000,
	`${Math.round(nowMs() - noticeMs)} ms`,
);
leaves(second);
await joined(await boot(first));
await sleep(CALM_MS);

// The group replaces the third, as it does when EC2 recommends that.
third.cloud.data.set("events/recommendations/rebalance", "{}");
figures["from the recommendation until it was at risk, ms"] = Math.round(
	await until(
		"the third is at risk",
		async () => (await stateOf(third, one)) === "at-risk",
	),
);
await joined(await boot(first));
third.cloud.data.set("autoscaling/target-lifecycle-state", "Terminated");
figures["from the group's word until the node was gone, ms"] = Math.round(
	await drained(third, "that its group stops"),
);
leaves(third);
await sleep(CALM_MS);

// A roll to another build, one machine after the other.
const next = buildAs("hearsay-next", directory);
const rollMs = nowMs();
for (const machine of machines.filter(({ alive }) => alive)) {
	machine.install(next);
	machine.stop();
	await drained(machine, "that is upgraded");
	machine.start();
	await joined(machine);
}
figures["the roll of five machines, ms"] = Math.round(nowMs() - rollMs);
await sleep(CALM_MS);

await workload.stop();
await working;
const healedMs = nowMs();
expect(
	"everything ends",
	await untilDrained(urls, PATIENCE_MS),
	"not in a minute",
);
const { submissions } = workload;
const ids = [...new Set(submissions.map(({ task }) => task.id ?? ""))];
const reads = [
	await listTasks(one.url, idPrefix),
	await lookAtTasks(urls, ids),
];
const runs = readRuns(readFileSync(effects, "utf8"));
const nodes = await readNodes(one.url);
const history = writeHistory({
	...{ startMs, healedMs, readMs: nowMs() },
	...{ submissions, runs, reads },
	nodes: machines.flatMap(({ name, lives }) =>
		lives.map((life) => ({
			name: nodes.find(({ pid }) => pid === life.pid)?.id ?? name,
			lives: [life],
		})),
	),
	...{ faults: [], flaws: [], openings: [], forgets: false },
});
const verdict = judge(history, { drainMs: PATIENCE_MS, stopMs: STOP_MS });
breaches.push(...verdict.breaches);
const lost = reads
	.flat()
	.flatMap(({ task }) => task.attempts.map(({ end }) => end))
	.filter((end) => /lease-lost|revoked|crashed/.test(end ?? ""));
expect("no attempt is cut short", lost.length === 0, `${lost.length} were`);
expect(
	"each task is run once",
	runs.filter(({ how }) => how === "silence").length === 0,
	"some runs were ended by force",
);
for (const machine of machines.filter(({ alive }) => alive)) {
	machine.stop();
	await drained(machine, "at the end");
}
for (const machine of machines) await machine.close();
await redis.kill();
const finding: Finding = {
	figures: {
		...{ machines: machines.length, accepted: verdict.accepted },
		...{ ended: verdict.ended, attempts: verdict.attempts },
		"submissions that a node refused": submissions.filter(
			({ outcome }) => outcome === "refused",
		).length,
		"without an answer": submissions.filter(
			({ outcome }) => outcome === "unknown",
		).length,
		...figures,
	},
	breaches,
};
writeFileSync(1, `${JSON.stringify(finding)}\n`);
process.exit(0);
