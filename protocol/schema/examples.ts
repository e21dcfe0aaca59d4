/** One example of each component of the API's description, as they belong together. */
import type { COMPONENTS, Component } from "./components.ts";
import { liveExample } from "./live-example.ts";

type Examples = {
	readonly [Name in keyof typeof COMPONENTS]: Component<Name>;
};

const NODE = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
const OTHER = "12D3KooWRx8XQkyVMDNp3dPBeLmsoWbDDNiXn5s8sqeUwmLzu7oV";
const TASK = { id: "thumb-17", type: "resize", queue: "images" };

const taken: Examples["TaskAsAccepted"] = {
	...TASK,
	labels: [],
	priority: 5,
	state: "STARTED",
	attempt: 1,
	node: NODE,
	token: 4_294_967_297,
};

const read: Examples["TaskAsRead"] = {
	...TASK,
	labels: [],
	priority: 5,
	state: "SUCCESS",
	createdAt: "2026-11-29T12:00:00.000Z",
	startedAt: "2026-11-29T12:00:00.002Z",
	finishedAt: "2026-11-29T12:00:00.350Z",
	node: NODE,
	nodeName: "node-1",
	token: 4_294_967_297,
	attempt: 1,
	round: 1,
	failures: 0,
	crashes: 0,
	attempts: [
		{
			round: 1,
			token: 4_294_967_297,
			node: NODE,
			nodeName: "node-1",
			claimedAt: "2026-11-29T12:00:00.001Z",
			startedAt: "2026-11-29T12:00:00.002Z",
			endedAt: "2026-11-29T12:00:00.350Z",
			end: "success",
		},
	],
	payload: { file: "cat.jpg", width: 320 },
	result: { bytes: 20_480 },
};
const { payload: _, result: __, ...listed } = read;

const item: Examples["ItemAnswer"] = {
	id: TASK.id,
	status: 202,
	state: "STARTED",
	attempt: 1,
	node: NODE,
	token: 4_294_967_297,
};

const wrong: Examples["ItemAnswer"] = {
	id: "thumb-18",
	status: 400,
	problem: {
		code: "invalid",
		detail:
			'The field "priority" is not right; it must be an integer from 0 to 255, where higher goes first; 5 when absent.',
		field: "priority",
	},
};

const taskError: Examples["TaskError"] = {
	code: "failed",
	message: "cat.jpg is no image",
};

const node: Examples["NodeList"]["nodes"][number] = {
	id: NODE,
	name: "node-1",
	state: "up",
	pid: 4242,
	host: "worker-1",
	http: "127.0.0.1:5000",
	url: "http://127.0.0.1:5000",
	p2p: "127.0.0.1:45001",
	version: "0.1.0",
	startedAt: "2026-11-29T11:00:00.000Z",
	uptimeMs: 3_600_000,
	slots: 8,
	running: 1,
	load: 0.02,
	memoryBytes: 120_586_240,
	labels: ["gpu"],
	types: ["resize"],
	concurrency: { resize: 2 },
	epoch: 3,
	leaseLeftMs: 4_310,
	seenBy: [],
};

const deaths: Examples["DeathList"] = {
	id: NODE,
	name: "node-1",
	deaths: [
		{
			at: "2026-11-29T11:30:00.120Z",
			epoch: 2,
			grounds: "now",
			why: "its node was dead: the connection had closed, and its address refused a new one",
			revokedBy: OTHER,
			revokedByName: "node-2",
			leaseLeftMs: 4_480,
			lastRenewalAt: "2026-11-29T11:29:59.600Z",
			tasks: 8,
			observers: [
				{
					...{ node: OTHER, nodeName: "node-2", connection: "closed" },
					...{ port: "refused", lastRenewalAt: "2026-11-29T11:29:58.800Z" },
					verdict: "dead",
				},
			],
		},
	],
	asOf: "2026-11-29T12:00:00.000Z",
};

const cluster: Examples["ClusterAsRead"] = {
	cluster: "hearsay",
	node: NODE,
	nodeName: "node-1",
	counts: {
		SCHEDULED: 0,
		PENDING: 12,
		STARTED: 1,
		SUCCESS: 340,
		FAILURE: 2,
		CANCELLED: 0,
		EXPIRED: 0,
	},
	totals: { accepted: 355, attempts: 344, stale: 0 },
	backlog: [{ queue: "images", type: "resize", labels: [], count: 12 }],
	store: {
		up: true,
		shards: 1,
		generation: 1,
		durability: {
			appendOnly: true,
			fsync: "everysec",
			evictionPolicy: "noeviction",
		},
	},
	peers: [],
	asOf: "2026-11-29T12:00:00.000Z",
};

const queue: Examples["QueueList"]["queues"][number] = {
	queue: "images",
	type: "resize",
	labels: ["gpu"],
	counts: { PENDING: 12, STARTED: 0, SCHEDULED: 3 },
	oldest: {
		id: "thumb-3",
		since: "2026-11-29T11:58:00.000Z",
		waitMs: 120_000,
	},
	servedBy: { nodes: 0, names: [] },
	unserved: true,
	missing: 'the label "gpu"',
};

const token: Examples["TokenAsRead"] = {
	name: "ci",
	role: "submit",
	createdAt: "2026-11-29T12:00:00.000Z",
	expiresAt: "2027-02-27T12:00:00.000Z",
	queues: ["images"],
	payloads: true,
};

const stats: Examples["Stats"] = {
	over: "hour",
	stepMs: 60_000,
	since: "2026-11-29T11:01:00.000Z",
	series: [
		{
			...{ queue: "images", type: "resize", ended: 340, failed: 2 },
			perSecond: 0.094,
			wait: { meanMs: 4.1, p50Ms: 1.8, p99Ms: 41.5 },
			run: { meanMs: 180.4, p50Ms: 150, p99Ms: 480 },
			steps: {
				ended: Array<number>(58).fill(0).concat([300, 40]),
				failed: Array<number>(58).fill(0).concat([2, 0]),
				waitMs: Array<number>(58).fill(0).concat([4, 5]),
				runMs: Array<number>(58).fill(0).concat([180, 184]),
			},
		},
	],
	asOf: "2026-11-29T12:00:12.000Z",
};

const event: Examples["EventAsRead"] = {
	kind: "task.ended",
	at: "2026-11-29T12:00:00.350Z",
	shard: 0,
	task: "thumb-17",
	queue: "images",
	type: "resize",
	state: "SUCCESS",
	round: 1,
	attempt: 1,
	end: "success",
	node: NODE,
	nodeName: "node-1",
};

const celeryTask: Examples["CeleryTask"] = {
	task_id: 7,
	status: "SUCCESS",
	result:
		"Task 7 processed successfully (Priority: 5, Submitted at: 2026-11-29T12:00:00.000Z).",
};

const links = { task: "/v1/tasks/{id}" };

export const EXAMPLES: Examples = {
	EventAsRead: event,
	LiveFrame: liveExample(queue),
	ChangesAsSubmitted: { priority: 9, runAt: "2026-12-01T08:00:00Z" },
	RetryAsSubmitted: { round: 1, delay: "10s" },
	BulkCancelAsSubmitted: { filter: { tag: "customer:42" }, dryRun: true },
	BulkRetryAsSubmitted: {
		filter: { type: "resize", since: "2026-11-28T00:00:00Z" },
		spread: "10m",
	},
	BulkDeleteAsSubmitted: { filter: { state: "CANCELLED" }, limit: 1_000 },
	BulkAnswer: { matched: 120, changed: 119, skipped: 1 },
	CancelAsSubmitted: { reason: "the order was withdrawn" },
	TaskAsSubmitted: { ...TASK, payload: read.payload, priority: 5 },
	TaskAsAccepted: taken,
	TaskAsRead: read,
	TaskList: { tasks: [listed], asOf: "2026-11-29T12:00:01.000Z", links },
	ItemAnswer: item,
	BatchAnswer: { tasks: [item, wrong], links },
	NodeList: { nodes: [node], from: "store", asOf: "2026-11-29T12:00:00.000Z" },
	DeathList: deaths,
	NodeDraining: { id: NODE, name: "node-1", state: "draining" },
	QueueList: { queues: [queue], asOf: "2026-11-29T12:00:00.000Z" },
	FailureList: {
		failures: [
			{
				...{ type: "resize", code: "failed", firstLine: "no space left" },
				count: 17,
				newest: { id: "thumb-40", finishedAt: "2026-11-29T11:59:58.120Z" },
			},
		],
		since: "2026-11-28T12:00:00.000Z",
		asOf: "2026-11-29T12:00:00.000Z",
	},
	ClusterAsRead: cluster,
	TokenAsSubmitted: {
		...{ name: "ci", role: "submit", expiresIn: "90d" },
		queues: ["images"],
	},
	TokenAsRead: token,
	TokenAsCreated: { token: "hs_submit_…", ...token },
	TokenList: { tokens: [token], asOf: "2026-11-29T12:00:00.000Z" },
	Stats: stats,
	Health: { status: "ok" },
	CelerySubmission: { task_id: 7, task_data: "anything", priority: 5 },
	CeleryAccepted: { task_id: 7, status: "PENDING", id: "7~2" },
	CeleryRejected: {
		task_id: 8,
		status: "REJECTED",
		problem: {
			code: "too_large",
			detail:
				"The payload is larger than 262144 bytes; keep the data elsewhere and send where it is.",
			field: "payload",
		},
	},
	CeleryTask: celeryTask,
	CeleryList: { tasks: [celeryTask] },
	TaskError: taskError,
	Problem: {
		code: "not_found",
		title: "There is no such thing",
		status: 404,
		detail:
			"There is no task of this id; it was never submitted here, or ended so long ago that it is forgotten.",
	},
};
