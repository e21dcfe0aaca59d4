/**
 * A running task is stopped from a third node in time: its signal fires, with gossip and
 * without, and a task that ignores that is ended by force. Measured from the request to
 * the moment at which the code says it saw its signal, both by the one clock of this
 * machine.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Breach } from "../../test/checker/checker.ts";
import type { Cluster } from "../../test/cluster.ts";
import { until } from "../../test/cluster.ts";
import { nowMs } from "../bench/clock.ts";
import { type Spread, spread } from "../chaos/spread.ts";
import { clientOf } from "../client.ts";
import { startThree } from "./killed-cluster.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

const HANDLERS = new URL(
	"../../test/fixtures/handlers/cancelled.ts",
	import.meta.url,
).pathname;
const BARS = { p50Ms: 20, p99Ms: 100 };
const NO_GOSSIP_MS_MAX = 1_000;
const KILL_AFTER_MS = 1_000;
const FORCED_MS_MAX = KILL_AFTER_MS + 2_000;
const DEAF = 6;

export const cancels: Proof = {
	name: "cancels",
	proves: `from a third node the signal of a task fires after p50 ≤ ${BARS.p50Ms}, p99 ≤ ${BARS.p99Ms} ms, without gossip within ${NO_GOSSIP_MS_MAX} ms; and what ignores it is gone ${FORCED_MS_MAX - KILL_AFTER_MS} ms after its killAfter`,
	takes: "1 min",
	unit: "tasks",
	times: 200,
	run: measure,
};

async function measure({ times, directory, tell }: Ground): Promise<Finding> {
	const flags = ["--handlers", HANDLERS, "--concurrency", "8"];
	const told = await inCluster(flags, async (cluster) => ({
		signals: await signals(cluster, join(directory, "gossip"), times),
		forced: await forced(cluster, join(directory, "deaf")),
	}));
	tell(`${times} tasks were cancelled; now without gossip`);
	const quiet = await inCluster([...flags, "--no-gossip"], (cluster) =>
		signals(cluster, join(directory, "quiet"), Math.ceil(times / 5)),
	);
	const breaches: Breach[] = [];
	const bar = (what: string, ms: number | null, msMax: number) => {
		if (ms === null || ms > msMax)
			breaches.push({
				promise: `${what} at most ${msMax} ms`,
				what: `${ms} ms`,
			});
	};
	bar("p50", told.signals.p50, BARS.p50Ms);
	bar("p99", told.signals.p99, BARS.p99Ms);
	bar("without gossip", quiet.max, NO_GOSSIP_MS_MAX);
	bar("by force", told.forced.max, FORCED_MS_MAX);
	return {
		figures: {
			"from cancel to signal, ms": told.signals,
			"without gossip, ms": quiet,
			"from cancel to gone by force, ms": told.forced,
		},
		breaches,
	};
}

async function inCluster<T>(
	flags: readonly string[],
	look: (cluster: Cluster) => Promise<T>,
): Promise<T> {
	await using cluster = await startThree(...flags);
	return await look(cluster);
}

/** One task after the other, each cancelled through a node that does not run it. */
async function signals(
	cluster: Cluster,
	folder: string,
	times: number,
): Promise<Spread> {
	mkdirSync(folder);
	const tookMs: number[] = [];
	for (let i = 0; i < times; i++) {
		const file = join(folder, String(i));
		const askedMs = await cancelOne(cluster, `signal-${i}`, "heeds", { file });
		await cluster.node(1).whenEnded(`signal-${i}`);
		tookMs.push(Number(readFileSync(file, "utf8")) - askedMs);
	}
	return spread(tookMs);
}

async function forced(cluster: Cluster, folder: string): Promise<Spread> {
	mkdirSync(folder);
	const tookMs: number[] = [];
	for (let i = 0; i < DEAF; i++) {
		const type = i % 2 === 0 ? "ignores" : "spins";
		const askedMs = await cancelOne(cluster, `deaf-${i}`, type, {
			file: join(folder, String(i)),
		});
		await cluster.node(1).whenEnded(`deaf-${i}`);
		tookMs.push(nowMs() - askedMs);
	}
	return spread(tookMs);
}

/** Returns when the cancel was requested. */
async function cancelOne(
	cluster: Cluster,
	id: string,
	type: string,
	payload: { readonly file: string },
): Promise<number> {
	const task = { id, type, payload, killAfter: KILL_AFTER_MS };
	await cluster.node(1).post("/v1/tasks", task);
	const { node } = await until(
		() => cluster.node(1).task(id),
		() => existsSync(`${payload.file}.begun`),
	);
	const other = cluster.nodes.find((each) => each.id !== node);
	const askedMs = nowMs();
	await clientOf(other?.url ?? "").value("cancelTask", {
		...{ places: { id }, body: {} },
	});
	return askedMs;
}
