/**
 * How Hearsay grows: with what waits, with node processes, with shards, with
 * the size of payloads, and (see mesh.ts) with the peers that gossip.
 *
 * Nobody else has shards or a mesh to compare with; there each size stands
 * beside the smallest.
 */
import { type Case, measureOfCases } from "./growth-cases.ts";
import { backlogRates, clusterRate } from "./growth-rates.ts";
import { waitingMeasure } from "./growth-waiting.ts";
import type { Measure } from "./measure.ts";
import { meshMeasure } from "./mesh.ts";
import { perSecond } from "./rates.ts";

/** At most so much of a size, so that large payloads do not take all day. */
const PAYLOAD_BYTES_TOTAL_MAX = 128 * 1024 * 1024;
const PAYLOADS = {
	"100 B": 100,
	"1 KiB": 1024,
	"16 KiB": 16 * 1024,
	"256 KiB": 256 * 1024,
};

function processesCase(nodes: number): Case<"rate"> {
	const word = nodes === 1 ? "process" : "processes";
	return {
		lines: { rate: perSecond(`no-op processing, ${nodes} node ${word}`) },
		run: async (ground) => ({ rate: await clusterRate(ground, nodes) }),
	};
}

function shardsCase(shards: number): Case<"process"> {
	const title = `no-op processing, ${shards} ${shards === 1 ? "shard" : "shards"}`;
	// The number of shards is a cluster's for good, so each has one of its own.
	const cluster = `shards-${shards}`;
	const flags = ["--shards", String(shards), "--cluster", cluster];
	return {
		lines: { process: perSecond(title) },
		run: async (ground) => {
			const rates = await backlogRates(ground, ground.tasks, "", flags);
			return { process: rates.process };
		},
	};
}

function payloadCase([name, bytes]: readonly [string, number]): Case {
	// As JSON text, quotation marks and all.
	const payload = "x".repeat(bytes - 2);
	return {
		lines: {
			submit: perSecond(`payloads of ${name}: submit`),
			process: perSecond(`payloads of ${name}: process`),
			volume: {
				title: `payloads of ${name}: process`,
				unit: "MB/s",
				better: "higher",
			},
		},
		run: async (ground) => {
			const most = Math.floor(PAYLOAD_BYTES_TOTAL_MAX / bytes);
			const tasks = Math.min(ground.tasks, most);
			const rates = await backlogRates(ground, tasks, payload);
			return { ...rates, volume: (rates.process * bytes) / 1e6 };
		},
	};
}

/** Over in seconds, and of one round more than half is chance. */
export const WAITING: readonly Measure[] = [
	waitingMeasure("waiting", [1_000, 100_000], "with BullMQ"),
	waitingMeasure("waiting-million", [1_000, 1_000_000], "alone"),
];

export const GROWTH: readonly Measure[] = [
	measureOfCases(
		"node-processes",
		"On one host, whose cores they share; all hold until the last is up.",
		[1, 2, 5, 10].map(processesCase),
	),
	measureOfCases(
		"shards",
		"One worker; shards are for Redis Cluster, on a single Redis they are work and no gain.",
		[1, 2, 4, 16].map(shardsCase),
	),
	measureOfCases(
		"payloads",
		`Accepted by one node, then run by another; at most ${PAYLOAD_BYTES_TOTAL_MAX / 2 ** 20} MiB of a size.`,
		Object.entries(PAYLOADS).map(payloadCase),
	),
	meshMeasure([3, 10, 25, 50]),
];
