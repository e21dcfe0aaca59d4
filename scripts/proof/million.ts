/**
 * A store with a million tasks of each kind: waiting, not due yet, ended. Everything that
 * a user does works as with few, and no step holds Redis for long. The time is read from
 * Redis' own log of slow commands, so only commands above a millisecond are told apart.
 */
import { Redis } from "ioredis";
import type { Breach } from "../../test/checker/checker.ts";
import { Cluster, type ClusterNode, until } from "../../test/cluster.ts";
import { nowMs } from "../bench/clock.ts";
import { bundleProgram } from "../build/program.ts";
import { clientOf } from "../client.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

/** The tasks in one body with which the store is filled. */
const BODY = 25_000;
const SLOW_MS_MAX = 600_000;
const LOGGED_US = 1_000;
const LOG_LEN = 100_000;
const READ_MS_MAX = 3;
const STEP_MS_MAX = 5;
const DUE = 10_000;
const TAG_EVERY = 1_000;

/** What is done, and how long a step of it may hold Redis. */
interface Act {
	readonly name: string;
	readonly msMax: number;
	/** Returns what it found or did, for the report. */
	readonly act: () => Promise<number | string>;
}

export const million: Proof = {
	name: "million",
	proves: `with so many tasks waiting, delayed and ended each, no step of a list or search holds Redis for more than ${READ_MS_MAX} ms, none of a submission, claim, promotion or bulk for more than ${STEP_MS_MAX}`,
	takes: "8 min",
	unit: "tasks of each kind",
	times: 1_000_000,
	run: measure,
};

async function measure({ times, tell }: Ground): Promise<Finding> {
	await bundleProgram();
	await using cluster = await Cluster.start({
		nodes: [["--keep-successes", "7d,10000000,64GiB"]],
		all: ["--concurrency", "256"],
	});
	const node = cluster.node(1);
	const redis = new Redis(cluster.redis.url);
	const figures: Record<string, number | string> = {};
	const breaches: Breach[] = [];
	for (const kind of KINDS) {
		const { bytes, perSecond } = await fill(node, redis, kind, times);
		figures[`${kind.name}: bytes of Redis a task`] = bytes;
		figures[`${kind.name}: tasks a second`] = perSecond;
		tell(`${times} tasks are ${kind.name}, at ${bytes} bytes each`);
	}
	await redis.config("SET", "slowlog-log-slower-than", LOGGED_US);
	await redis.config("SET", "slowlog-max-len", LOG_LEN);
	for (const { name, msMax, act } of actsOf(clientOf(node.url, SLOW_MS_MAX))) {
		await redis.call("SLOWLOG", "RESET");
		const startedMs = nowMs();
		const told = await act();
		const tookMs = Math.round(nowMs() - startedMs);
		const slowest = await slowestMs(redis);
		const step = slowest === 0 ? `below ${LOGGED_US / 1_000}` : `${slowest}`;
		figures[name] = `${told}; ${tookMs} ms; slowest step, ms: ${step}`;
		tell(`${name}: ${figures[name]}`);
		if (slowest > msMax)
			breaches.push({
				promise: `a step of "${name}" holds Redis for at most ${msMax} ms`,
				what: `one took ${slowest} ms`,
			});
	}
	redis.disconnect();
	const { counts } = await node.cluster();
	const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
	figures["tasks in the store"] = all;
	return { figures, breaches };
}

interface Kind {
	readonly name: string;
	readonly task: object;
	/** Whether they end, and are not to wait for long. */
	readonly ends?: true;
}

const KINDS: readonly Kind[] = [
	{ name: "ended", task: { type: "noop" }, ends: true },
	{ name: "delayed", task: { type: "noop", delay: "7d" } },
	{ name: "waiting", task: { type: "nobody-serves-it" } },
];

async function fill(
	node: ClusterNode,
	redis: Redis,
	{ name, task, ends }: Kind,
	times: number,
) {
	const client = clientOf(node.url, SLOW_MS_MAX);
	const before = await memoryOf(redis);
	const startedMs = nowMs();
	const whenSettled = (pendingMax: number) =>
		until(
			() => node.cluster(),
			({ counts }) => !ends || counts.PENDING + counts.STARTED <= pendingMax,
			SLOW_MS_MAX,
		);
	for (let from = 0; from < times; from += BODY) {
		const count = Math.min(BODY, times - from);
		const body = Array.from({ length: count }, (_, i) => ({
			...{ id: `${name}-${from + i}`, payload: { customer: from + i } },
			...((from + i) % TAG_EVERY === 0 && { tags: ["rare"] }),
			...task,
		}));
		await client.value("submitTaskLines", { body: body as never });
		await whenSettled(4 * BODY);
	}
	await whenSettled(0);
	const bytes = ((await memoryOf(redis)) - before) / times;
	const perSecond = (times * 1_000) / (nowMs() - startedMs);
	return { bytes: Math.round(bytes), perSecond: Math.round(perSecond) };
}

type Asked = ReturnType<typeof clientOf>;

function actsOf(client: Asked): readonly Act[] {
	return [
		{
			...{ name: "submit and run 5,000 one by one", msMax: STEP_MS_MAX },
			act: () => submitSingles(client),
		},
		{
			...{ name: `promote and run ${DUE}`, msMax: STEP_MS_MAX },
			act: () => promote(client),
		},
		...LISTS.map(([name, query]) => ({
			...{ name: `list: ${name}`, msMax: READ_MS_MAX },
			act: async () => {
				const page = await client.value("listTasks", { query });
				const more = page.cursor === undefined ? "" : ", more";
				return `${page.tasks.length} tasks${more}`;
			},
		})),
		{
			...{ name: "count all of a tag, dry", msMax: STEP_MS_MAX },
			act: () => countTagged(client),
		},
		{
			...{ name: "the worst queues", msMax: READ_MS_MAX },
			act: async () =>
				`${(await client.value("listQueues")).queues.length} queues`,
		},
	];
}

const LISTS: readonly (readonly [
	string,
	Readonly<Record<string, string | number>>,
])[] = [
	["the newest 50", { limit: 50 }],
	["the newest 500 with payloads", { limit: 500, full: "true" }],
	["the newest that succeeded", { state: "SUCCESS", limit: 50 }],
	["the newest that are delayed", { state: "SCHEDULED", limit: 50 }],
	["a tag that one in a thousand has", { tag: "rare", limit: 50 }],
	["an id", { q: "ended-4711" }],
	["what begins like an id", { q: "waiting-99999" }],
	["a text in a payload", { q: '"customer":4242}' }],
	["a type that none has", { type: "none-has-it" }],
	["what a node ran that is none", { node: "nobody", limit: 50 }],
];

async function submitSingles(client: Asked): Promise<string> {
	const submit = () => client.value("submitTasks", { body: { type: "noop" } });
	for (let i = 0; i < 5_000; i += 50)
		await Promise.all(Array.from({ length: 50 }, submit));
	return "all taken";
}

async function promote(client: Asked): Promise<string> {
	const { counts } = await client.value("getCluster");
	const body = Array(DUE).fill({ type: "noop", delay: 1_500 });
	await client.value("submitTaskLines", { body });
	await until(
		() => client.value("getCluster"),
		(now) => now.counts.SUCCESS >= counts.SUCCESS + DUE,
		SLOW_MS_MAX,
	);
	return "all run";
}

async function countTagged(client: Asked): Promise<string> {
	let matched = 0;
	let cursor: string | undefined;
	do {
		const told = await client.value("cancelTasks", {
			body: {
				...{ filter: { tag: ["rare"] }, dryRun: true },
				...(cursor !== undefined && { cursor }),
			},
		});
		matched += told.matched;
		cursor = told.cursor;
	} while (cursor !== undefined);
	return `${matched} tasks`;
}

async function memoryOf(redis: Redis): Promise<number> {
	return Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);
}

/** The slowest script since the log was emptied; 0 if none took a millisecond. */
async function slowestMs(redis: Redis): Promise<number> {
	const entries = (await redis.call("SLOWLOG", "GET", LOG_LEN)) as [
		...[number, number, number, string[]],
	][];
	const scripts = entries.filter(([, , , [command = ""]]) =>
		/^eval/i.test(command),
	);
	return Math.max(0, ...scripts.map(([, , us]) => us)) / 1_000;
}
