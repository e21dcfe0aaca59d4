/** Moments of made-up clusters in which the page is looked at. */
import { MadeUpCluster, type MadeUpOptions } from "./made-up-cluster.ts";

export interface Scene {
	readonly make: (nowMs: number) => MadeUpCluster;
	/** Of the page; absent: that of the cluster. */
	readonly path?: string;
	/** What the pointer is over. */
	readonly point?: string;
}

const SHOP: MadeUpOptions = {
	...{ nodes: 3, slots: 8, taskMs: 4_000, load: 1, failing: 0.2 },
	types: ["process_task", "resize", "send_email", "flaky"],
};

const HOUR_MS = 3_600_000;

type Queue = NonNullable<MadeUpOptions["queues"]>[number];

function queue(
	nowMs: number,
	name: string,
	type: string,
	count: number,
	waitMs: number,
	missing?: string,
): Queue {
	return {
		...{ queue: name, type, labels: missing ? ["gpu"] : [] },
		counts: { PENDING: count, STARTED: 0, SCHEDULED: 0 },
		oldest: {
			...{ id: `${name}-${type}-1`, waitMs },
			since: new Date(nowMs - waitMs).toISOString(),
		},
		servedBy: missing
			? { nodes: 0, names: [] }
			: { nodes: 2, names: ["node-1", "node-2"] },
		...(missing && { unserved: true, missing }),
	};
}

function death(nowMs: number, options: MadeUpOptions = SHOP): MadeUpCluster {
	const cluster = new MadeUpCluster(
		{
			...options,
			pending: 1_884,
			queues: [
				queue(nowMs, "video", "transcode", 1, 91_000, 'the label "gpu"'),
				queue(nowMs, "default", "process_task", 365, 58_000),
			],
		},
		nowMs - 7_000,
	);
	cluster.kill(2);
	cluster.advance(7_000);
	return cluster;
}

const ODD = '<img src=x onerror="alert(1)">';

export const SCENES: Readonly<Record<string, Scene>> = {
	calm: {
		make: (nowMs) =>
			new MadeUpCluster({ ...SHOP, load: 0.5, failing: 0.01 }, nowMs),
	},
	death: { make: death, point: ".mark" },
	busy: {
		make: (nowMs) =>
			new MadeUpCluster(
				{
					...{ ...SHOP, taskMs: 300, pending: 12_345 },
					queues: Array.from({ length: 10 }, (_, at) =>
						queue(nowMs, `queue-${at}`, "resize", 40 - at, 50_000 - at * 900),
					),
					queuesMore: 190,
				},
				nowMs,
			),
	},
	empty: {
		make: (nowMs) => new MadeUpCluster({ ...SHOP, load: 0, failing: 0 }, nowMs),
	},
	away: {
		make: (nowMs) => {
			const cluster = new MadeUpCluster(SHOP, nowMs - 9_000);
			cluster.storeAwaySinceMs = nowMs - 9_000;
			for (const node of cluster.nodes) node.fate = "cut-off";
			cluster.advance(9_000);
			return cluster;
		},
	},
	absurd: {
		make: (nowMs) =>
			death(nowMs, {
				...SHOP,
				cluster: `${ODD} مجموعة الإنتاج`,
				names: ["عقدة-الإنتاج-الأولى", "n".repeat(64), ODD],
				types: ["t".repeat(64), ODD, "اسم المهمة"],
				idOf: (token) => `${"i".repeat(120)}${token}`,
			}),
		point: ".mark",
	},
	heat: {
		make: (nowMs) => {
			const cluster = new MadeUpCluster(
				{ ...SHOP, nodes: 40, load: 0.7 },
				nowMs - 5_000,
			);
			cluster.kill(7);
			cluster.advance(5_000);
			return cluster;
		},
	},
	tiles: {
		make: (nowMs) => {
			const cluster = new MadeUpCluster(
				{ ...SHOP, nodes: 300, load: 0.6, zones: 3 },
				nowMs - 5_000,
			);
			for (const n of [11, 170]) cluster.kill(n);
			cluster.freeze(42);
			cluster.advance(5_000);
			return cluster;
		},
	},
	old: {
		make: (nowMs) =>
			new MadeUpCluster(
				{
					...SHOP,
					queues: [queue(nowMs, "reports", "nightly", 3, 27 * HOUR_MS)],
				},
				nowMs,
			),
	},
};
