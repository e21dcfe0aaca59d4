/**
 * Three times as many submissions as a cluster was just measured to accept, to one of its
 * nodes, for a minute: it accepts what it can and refuses the rest with a time to come
 * again; accepted tasks end; no node needs much more memory; and the others answer
 * meanwhile.
 */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { ClusterAsRead } from "../../protocol/schema.ts";
import type { Breach } from "../../test/checker/checker.ts";
import { type Cluster, until } from "../../test/cluster.ts";
import { nowMs } from "../bench/clock.ts";
import { residentMiB } from "../bench/process-meter.ts";
import { type Spread, spread } from "../chaos/spread.ts";
import { clientOf } from "../client.ts";
import { startProgram } from "./child.ts";
import { startThree, whenEnded } from "./killed-cluster.ts";
import type { Told } from "./load-generator.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

const GENERATOR = "scripts/proof/load-generator.ts";
const MEASURED_MS = 10_000;
const FACTOR = 3;
const MORE_MIB_MAX = 100;
const READ_P99_MS_MAX = 250;
const READ_EVERY_MS = 50;
/** Accepted tasks end within this. */
const DRAIN_MS_MAX = 120_000;

export const overload: Proof = {
	name: "overload",
	proves: `submissions at ${FACTOR} times the measured rate are taken or refused with a time to come again, all that is taken ends, memory grows by ${MORE_MIB_MAX} MiB at most, and other nodes answer within ${READ_P99_MS_MAX} ms (p99)`,
	takes: "2 min",
	unit: "seconds",
	times: 60,
	run: measure,
};

async function measure({ times, tell }: Ground): Promise<Finding> {
	await using cluster = await startThree();
	const calm = await generate(cluster, MEASURED_MS);
	const rate = Math.round((taken(calm) / MEASURED_MS) * 1_000);
	tell(`${rate} a second are taken; now ${FACTOR} times as many are sent`);
	await whenEnded(cluster, taken(calm), DRAIN_MS_MAX);
	const before = await memories(cluster);
	const watch = watchMemory(cluster);
	const reading = readOthers(cluster);
	const flood = await generate(cluster, times * 1_000, FACTOR * rate);
	const reads = await reading.stop();
	const after = await watch.stop();
	const { counts, totals } = await settled(cluster);
	const more = after.map((mib, i) => mib - (before[i] ?? 0));
	const told = {
		...{ calm, flood, reads, more },
		...{ accepted: totals.accepted, succeeded: counts.SUCCESS },
	};
	return {
		figures: {
			"rate that was taken, a second": rate,
			"sent, a second": Math.round(flood.sent / times),
			"taken, a second": Math.round(taken(flood) / times),
			answers: JSON.stringify(Object.fromEntries(flood.answers)),
			"not sent, as 6,000 wait for answers": flood.unsent,
			unanswered: flood.unanswered,
			"more memory, MiB a node": more.map((mib) => mib.toFixed(0)).join(", "),
			"reads on other nodes, ms": reads,
		},
		breaches: breachesIn(told),
	};
}

interface Seen {
	readonly calm: Told;
	readonly flood: Told;
	readonly reads: Spread;
	/** How much more memory each node needed, in MiB. */
	readonly more: readonly number[];
	/** The number of accepted tasks according to the store, when all have ended. */
	readonly accepted: number;
	readonly succeeded: number;
}

function breachesIn(seen: Seen): Breach[] {
	const { calm, flood, reads, more, accepted, succeeded } = seen;
	const breaches: Breach[] = [];
	const add = (promise: string, what: string) =>
		breaches.push({ promise, what });
	for (const [status, count] of flood.answers)
		if (![202, 429, 503].includes(status))
			add("taken or refused with a time", `${count} were answered ${status}`);
	if (flood.refusedWithoutTime > 0)
		add(
			"taken or refused with a time",
			`${flood.refusedWithoutTime} refusals have no Retry-After`,
		);
	const told = taken(calm) + taken(flood);
	// A submission that was not answered may have been accepted.
	if (accepted < told)
		add("what is taken is stored", `${told} were taken, ${accepted} stored`);
	if (succeeded !== accepted)
		add("what is taken ends", `${succeeded} of ${accepted} succeeded`);
	if (Math.max(...more) > MORE_MIB_MAX)
		add(
			`memory grows by ${MORE_MIB_MAX} MiB at most`,
			more.map((mib) => mib.toFixed(0)).join(", "),
		);
	if ((reads.p99 ?? Infinity) > READ_P99_MS_MAX)
		add(`others answer within ${READ_P99_MS_MAX} ms (p99)`, `${reads.p99} ms`);
	return breaches;
}

function taken({ answers }: Told): number {
	return answers.get(202) ?? 0;
}

async function generate(
	cluster: Cluster,
	ms: number,
	rate?: number,
): Promise<Told> {
	const { port } = new URL(cluster.node(1).url);
	const rates = rate === undefined ? [] : [String(rate)];
	const child = startProgram(GENERATOR, [port, String(ms), ...rates]);
	const [told] = await once(child, "message");
	return told as Told;
}

/** Waits until everything stored has ended, or the time is over. */
async function settled(cluster: Cluster): Promise<ClusterAsRead> {
	const look = () => cluster.node(2).cluster();
	const isOver = ({ counts, totals }: ClusterAsRead) =>
		counts.SUCCESS === totals.accepted;
	return await until(look, isOver, DRAIN_MS_MAX).catch(look);
}

async function memories(cluster: Cluster): Promise<number[]> {
	const pids = (await cluster.node(2).peers()).map(({ pid }) => pid);
	return pids.sort((a, b) => a - b).map(residentMiB);
}

/** The most memory that each node had. */
function watchMemory(cluster: Cluster) {
	let isOver = false;
	const most: number[] = [];
	const looking = (async () => {
		while (!isOver) {
			for (const [i, mib] of (await memories(cluster)).entries())
				most[i] = Math.max(most[i] ?? 0, mib);
			await pause(500);
		}
	})();
	return {
		async stop(): Promise<number[]> {
			isOver = true;
			await looking;
			return most;
		},
	};
}

/** Reads from the nodes that nobody floods, all the while. */
function readOthers(cluster: Cluster) {
	let isOver = false;
	const tookMs: number[] = [];
	const readers = [2, 3].map(async (number) => {
		const client = clientOf(cluster.node(number).url);
		while (!isOver) {
			for (const operation of ["getCluster", "listTasks"] as const) {
				const startedMs = nowMs();
				await client.value(operation);
				tookMs.push(nowMs() - startedMs);
			}
			await pause(READ_EVERY_MS);
		}
	});
	return {
		async stop(): Promise<Spread> {
			isOver = true;
			await Promise.all(readers);
			return spread(tookMs);
		},
	};
}
