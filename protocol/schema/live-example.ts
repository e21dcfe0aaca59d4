/** A `first` frame of `/v1/live` as the description of the API has it: node-3 has died, and its task runs again on node-1. */
import { LIVE_STEPS } from "../limits.ts";
import type { LiveFrame } from "./live.ts";
import type { QueueAsRead } from "./overview.ts";

const NODE = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
const DEAD = "12D3KooWRx8XQkyVMDNp3dPBeLmsoWbDDNiXn5s8sqeUwmLzu7oV";
const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 2, 100);
const DIED_MS = NOW_MS - 1_800;

const perStep = (newest: number) => [
	...Array<null>(LIVE_STEPS - 2).fill(null),
	newest,
	newest,
];

const attempt = {
	...{ shard: 0, task: "thumb-17", type: "resize", queue: "images", round: 1 },
};

const lanes: NonNullable<LiveFrame["lanes"]> = {
	by: "attempts",
	attempts: [
		{
			...{ ...attempt, token: 4_294_967_297, attempt: 1, n: 1 },
			...{ claimedMs: DIED_MS - 3_120, endedMs: DIED_MS, end: "revoked" },
		},
		{
			...{ ...attempt, token: 4_294_967_299, attempt: 2, n: 0 },
			claimedMs: DIED_MS + 12,
			moved: { n: 1, token: 4_294_967_297, endedMs: DIED_MS },
		},
	],
	cells: [
		{ atMs: NOW_MS - 2_100, busy: "01", failed: ".." },
		{ atMs: NOW_MS - 1_100, busy: "1.", failed: ".0" },
	],
};

const deaths: NonNullable<LiveFrame["deaths"]> = [
	{
		...{ node: DEAD, shard: 0, epoch: 2, name: "node-3", n: 1, atMs: DIED_MS },
		grounds: "now",
		why: "its node was dead: the connection had closed, and its address refused a new one",
		...{ by: NODE, byName: "node-1", tasks: 1 },
		moved: [{ n: 0, name: "node-1", tasks: 1 }],
		...{ movedTasks: 1, overTasks: 0, waitingTasks: 0, slowestMs: 12 },
	},
];

export function liveExample(queue: QueueAsRead): LiveFrame {
	return {
		...{ kind: "first", asOf: "2026-11-29T12:00:02.100Z", nowMs: NOW_MS },
		...{ from: "store", cluster: "hearsay", by: NODE, byName: "node-1" },
		store: { up: true },
		figures: {
			...{ pending: 12, started: 1, slots: 8, endedInMinute: 340 },
			failing: {
				...{ ended: 5_100, failed: 51 },
				types: [{ type: "resize", failed: 51 }],
			},
			oldest: {
				...{ id: "thumb-3", queue: "images", type: "resize" },
				sinceMs: NOW_MS - 122_100,
			},
		},
		series: {
			...{ stepMs: 5_000, untilMs: NOW_MS - 2_100 },
			...{ pending: perStep(12), started: perStep(1), slots: perStep(8) },
			...{ ended: perStep(28), failed: perStep(0), oldestMs: perStep(120_000) },
		},
		nodes: [
			{
				...{ n: 1, id: DEAD, name: "node-3", state: "dead" },
				...{ http: "10.0.0.6:5000", slots: 8, running: 0, seenBy: 0, epoch: 2 },
				startedMs: NOW_MS - 3_600_000,
			},
			{
				...{ n: 0, id: NODE, name: "node-1", state: "up" },
				...{ http: "10.0.0.4:5000", zone: "eu-1a", slots: 8, running: 1 },
				...{ load: 0.02, memoryBytes: 120_586_240, leaseLeftMs: 4_310 },
				...{ seenBy: 1, epoch: 3, startedMs: NOW_MS - 3_600_000 },
			},
		],
		...{ lanes, deaths },
		events: [
			{
				...{ kind: "node.dead", at: "2026-11-29T12:00:00.300Z", shard: 0 },
				...{ node: DEAD, nodeName: "node-3", epoch: 2, why: "now" },
			},
		],
		queues: [queue],
		elsewhere: ["http://10.0.0.5:5000"],
	};
}
