/**
 * Metrics of a real cluster with much in its store: Prometheus' own tool finds nothing wrong,
 * in them or in the rules for alerts; and to be scraped every second costs next to nothing.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { METRICS } from "../../protocol/metrics.ts";
import { median } from "../../scripts/bench/stats.ts";
import { findUnpacked } from "../../scripts/setup/unpacked.mjs";
import { Cluster } from "../cluster.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** In turns, as a machine is busy now and then. */
const TURNS = 6;
const SCRAPES = 10;
/** Of a core. */
const CPU_MAX = 0.005;
const TASKS = 100_000;
const QUEUES = 2_000;
const BATCH = 1_000;

let cluster: Cluster;

beforeAll(async () => {
	cluster = await Cluster.start({ nodes: [[], []] });
	for (let from = 0; from < TASKS; from += BATCH) {
		const tasks = Array.from({ length: BATCH }, (_, i) => ({
			...{ type: "nobody", queue: `q${(from + i) % QUEUES}` },
			runAt: from % (10 * BATCH) === 0 ? undefined : "2099-01-01T00:00:00Z",
		}));
		await cluster.node(1).post("/v1/tasks", tasks);
	}
	await cluster.node(1).post("/v1/tasks", { id: "ran", type: "noop" });
	await cluster.node(1).whenEnded("ran");
}, 120_000);
afterAll(() => cluster[Symbol.asyncDispose]());

function promtool(args: readonly string[], input?: string) {
	const tool = findUnpacked(ROOT, "promtool");
	if (tool === undefined) throw new Error("there is no promtool");
	const env = { ...process.env, ...tool.env };
	const { status, stdout, stderr } = spawnSync(tool.file, args, { input, env });
	return { status, said: `${stdout}${stderr}` };
}

async function scrape(): Promise<string> {
	const { body } = await cluster.node(1).get<string>("/metrics");
	return body;
}

test("promtool finds nothing wrong with the metrics, and each that is promised is told", async () => {
	const text = await scrape();
	expect(promtool(["check", "metrics"], text)).toEqual({ status: 0, said: "" });
	const types = new Map(
		[...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [
			name,
			type,
		]),
	);
	expect(Object.fromEntries(types)).toEqual(
		Object.fromEntries(
			Object.entries(METRICS).map(([name, { type }]) => [name, type]),
		),
	);
	expect(text).toMatch(/^hearsay_queue_tasks\{queue="other"\} \d{3,}$/m);
});

test("promtool finds six rules, and nothing wrong with them", () => {
	const { status, said } = promtool([
		...["check", "rules", `${ROOT}/scripts/deploy/alerts.yaml`],
	]);
	expect([status, said]).toEqual([0, expect.stringContaining("6 rules")]);
});

test(`to be scraped every second takes ${CPU_MAX * 100} % of a core at most`, async () => {
	const more: number[] = [];
	for (let turn = 0; turn < TURNS; turn++) {
		const idle = await cpuWhile(() => pause(1_000));
		const scraped = await cpuWhile(async () => {
			await Promise.all([scrape(), pause(1_000)]);
		});
		more.push(scraped - idle);
	}
	console.info(more.map((share) => `${(share * 100).toFixed(2)} %`).join(" "));
	expect(median(more)).toBeLessThan(CPU_MAX);
}, 300_000);

/** Share of a core that the node takes while this is done again and again. */
async function cpuWhile(round: () => Promise<unknown>): Promise<number> {
	const [{ pid = 0 } = {}] = (await cluster.node(1).peers()).filter(
		({ id }) => id === cluster.node(1).id,
	);
	const [beforeMs, startedMs] = [cpuMs(pid), performance.now()];
	for (let times = 0; times < SCRAPES; times++) await round();
	return (cpuMs(pid) - beforeMs) / (performance.now() - startedMs);
}

/** Processor time that all threads of a process have taken so far, to the nanosecond. */
function cpuMs(pid: number): number {
	const threads = readdirSync(`/proc/${pid}/task`);
	const tookNs = threads.map((tid) => {
		const text = readFileSync(`/proc/${pid}/task/${tid}/schedstat`, "utf8");
		return Number(text.split(" ")[0]);
	});
	return tookNs.reduce((sum, ns) => sum + ns, 0) / 1_000_000;
}
