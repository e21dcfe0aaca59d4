/** Operations on the cluster and its nodes, and on the health of the node that answers. */
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX } from "../limits.ts";
import type { Operation } from "../operation.ts";

export const clusterOperations = {
	getCluster: {
		method: "GET",
		path: "/v1/cluster",
		tag: "Cluster",
		role: "read",
		summary: "Read the cluster",
		description:
			"Tasks by state, what waits and for whom, and how Redis and its peers look to the answering node.",
		answers: { 200: { description: "So it stands.", shape: "ClusterAsRead" } },
		problems: ["store_unavailable"],
	},
	listQueues: {
		method: "GET",
		path: "/v1/queues",
		tag: "Cluster",
		role: "read",
		summary: "List the queues with waiting tasks, worst first",
		description:
			"One row for each queue, type and labels: how much waits, since when, and who can run it. Those that no live node serves come first, then those whose oldest task has waited longest. A queue that moves between two pages may come again, or be passed over.",
		query: {
			limit: {
				description: `How many at most; ${LIST_LIMIT_DEFAULT} when absent.`,
				schema: { type: "integer", minimum: 1, maximum: LIST_LIMIT_MAX },
				example: 20,
			},
			cursor: {
				description: "That an earlier page ended with: what comes after it.",
				schema: { type: "string" },
				example: "1.1795953480000.images~resize~gpu",
			},
		},
		answers: { 200: { description: "The page.", shape: "QueueList" } },
		problems: ["invalid", "store_unavailable"],
	},
	listFailures: {
		method: "GET",
		path: "/v1/failures",
		tag: "Cluster",
		role: "read",
		summary: "List why tasks failed",
		description:
			"Tasks that ended FAILURE, grouped by their type, and by the code and the first line of their error. What failed and was tried again is not counted, unless it failed for good.",
		query: {
			since: {
				description:
					"Of those that ended so long ago at most, or since this time; 24h when absent.",
				schema: { type: "string" },
				example: "1h",
			},
			limit: {
				description: `How many groups at most; ${LIST_LIMIT_DEFAULT} when absent.`,
				schema: { type: "integer", minimum: 1, maximum: LIST_LIMIT_MAX },
				example: 20,
			},
		},
		answers: { 200: { description: "The groups.", shape: "FailureList" } },
		problems: ["invalid", "store_unavailable", "overloaded"],
	},
	listNodes: {
		method: "GET",
		path: "/v1/nodes",
		tag: "Cluster",
		role: "read",
		summary: "List all nodes",
		description:
			"Those that live, and those that died lately. While Redis is away the answering node says what it knows.",
		answers: { 200: { description: "All of them.", shape: "NodeList" } },
		problems: [],
	},
	getDeaths: {
		method: "GET",
		path: "/v1/nodes/{id}/deaths",
		tag: "Cluster",
		role: "read",
		summary: "Read how a node's leases were lost",
		description:
			"Each time: which node took its lease and on what grounds, how much of it was left, and what the others saw of the node then. Kept for as long as the node is, and ten minutes after it is gone.",
		places: {
			id: {
				description: "The node's id or its name.",
				schema: { type: "string" },
				example: "node-1",
			},
		},
		answers: { 200: { description: "All that are kept.", shape: "DeathList" } },
		problems: ["not_found", "store_unavailable"],
	},
	drainNode: {
		method: "POST",
		path: "/v1/nodes/{id}/drain",
		tag: "Cluster",
		role: "operate",
		summary: "Send a node away",
		description:
			"It takes no new work, lets its tasks finish for a while, hands the rest back, and stops.",
		places: {
			id: {
				description: "The node's id or its name.",
				schema: { type: "string" },
				example: "node-1",
			},
		},
		answers: {
			202: { description: "It was asked to.", shape: "NodeDraining" },
		},
		problems: ["not_found", "store_unavailable"],
	},
} as const satisfies Readonly<Record<string, Operation>>;

export const healthOperations = {
	getMetrics: {
		method: "GET",
		path: "/metrics",
		tag: "Health",
		role: "read",
		summary: "Read what the node tells of itself in numbers",
		description:
			"For Prometheus. What is told of the whole cluster, every node tells: see the help of each metric.",
		query: "any",
		answers: {
			200: {
				description: "All of them, in Prometheus' text format.",
				shape: {
					text: "text/plain",
					example: "# TYPE hearsay_store_up gauge\nhearsay_store_up 1\n",
				},
			},
		},
		problems: [],
	},
	getHealth: {
		method: "GET",
		path: "/healthz",
		tag: "Health",
		role: "open",
		summary: "Ask whether the node is alive",
		description: "Answered as long as the node's event loop turns.",
		query: "any",
		answers: { 200: { description: "It is.", shape: "Health" } },
		problems: [],
	},
	getReadiness: {
		method: "GET",
		path: "/readyz",
		tag: "Health",
		role: "open",
		summary: "Ask whether the node can accept and run tasks",
		description: "For load balancers. A refusal gives the reasons.",
		query: "any",
		answers: { 200: { description: "It can.", shape: "Health" } },
		problems: ["not_ready"],
	},
} as const satisfies Readonly<Record<string, Operation>>;
