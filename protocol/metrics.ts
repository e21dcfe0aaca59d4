/**
 * Every metric that a node reports at `/metrics`: its name, its type, its labels, and
 * what it means. A metric that is not listed cannot be reported; boards and alerts are
 * held against this list.
 */
interface Metric {
	readonly type: "counter" | "gauge" | "histogram" | "summary";
	readonly help: string;
	readonly labels?: readonly string[];
	/** Whether every node reports it for the whole cluster. */
	readonly ofCluster?: true;
}

export const METRICS = {
	hearsay_build_info: {
		...{ type: "gauge", help: "Version of the program; always 1." },
		labels: ["version", "runtime"],
	},
	hearsay_tasks: {
		...{ type: "gauge", help: "Tasks by state.", labels: ["state"] },
		ofCluster: true,
	},
	hearsay_queue_tasks: {
		...{ type: "gauge", help: "Waiting tasks by queue.", labels: ["queue"] },
		ofCluster: true,
	},
	hearsay_queue_oldest_seconds: {
		...{ type: "gauge", labels: ["queue"], ofCluster: true },
		help: "How long the oldest waiting task of a queue has waited.",
	},
	hearsay_tasks_submitted_total: {
		...{ type: "counter", labels: ["outcome"] },
		help: "Tasks submitted to this node: accepted, existing (the same task was there), or why they were refused.",
	},
	hearsay_attempts_total: {
		...{ type: "counter", labels: ["type", "end"] },
		help: "Attempts that ended on this node, by how; lost: its lease was taken or had expired; handed-back: its node stopped it, or was not sure of the lease.",
	},
	hearsay_stale_writes_total: {
		type: "counter",
		help: "Ends of attempts that this node brought and Redis refused, as their tasks had been taken over.",
	},
	hearsay_task_wait_seconds: {
		type: "histogram",
		help: "From when a task was due to its first claim, of the tasks that this node claimed.",
	},
	hearsay_task_run_seconds: {
		...{ type: "histogram", labels: ["type"] },
		help: "How long task code ran on this node.",
	},
	hearsay_claim_seconds: {
		type: "histogram",
		help: "How long claims took, from the question to the tasks.",
	},
	hearsay_lease_margin_seconds: {
		type: "gauge",
		help: "What is left of this node's lease, of the shard with the least; 0 without one.",
	},
	hearsay_lease_renewals_total: {
		...{ type: "counter", labels: ["outcome"] },
		help: "Renewals of this node's leases: ok, refused (the lease was gone), or failed (Redis did not answer).",
	},
	hearsay_sessions_revoked_total: {
		...{ type: "counter", labels: ["reason"] },
		help: "Leases that this node took from others: expired, silent, or now (the node was dead).",
	},
	hearsay_store_up: {
		type: "gauge",
		help: "1 if Redis can be used, as this node sees it, else 0.",
	},
	hearsay_store_roundtrip_seconds: {
		...{ type: "histogram", labels: ["script"] },
		help: "How long Redis took to answer a script, as this node saw it.",
	},
	hearsay_gossip_messages_total: {
		...{ type: "counter", labels: ["direction", "kind"] },
		help: "Gossip messages that this node sent, and took from others.",
	},
	hearsay_gossip_dropped_total: {
		...{ type: "counter", labels: ["reason"] },
		help: "Gossip messages that came to this node and were dropped, by why.",
	},
	hearsay_peers: {
		...{ type: "gauge", labels: ["state"] },
		help: "Other nodes by state, as this node sees them.",
	},
	hearsay_slots: {
		type: "gauge",
		help: "Tasks that this node may run at once.",
	},
	hearsay_slots_busy: { type: "gauge", help: "Tasks in this node's hands." },
	hearsay_eventloop_delay_seconds: {
		...{ type: "summary", labels: ["quantile"] },
		help: "How late this node's event loop came to what was due; quantiles of the last seconds.",
	},
	hearsay_http_requests_total: {
		...{ type: "counter", labels: ["route", "code"] },
		help: "HTTP requests to this node, by operation and status; files: the page and the manual; none: what no operation takes.",
	},
	hearsay_http_request_seconds: {
		type: "histogram",
		help: "How long HTTP requests took, but for streams. Who asks to wait is answered late.",
	},
	hearsay_http_cut_off_total: {
		...{ type: "counter", labels: ["reason"] },
		help: "Connections that this node closed because of how their clients took answers: slow (others needed the memory) or silent (nothing was taken for too long).",
	},
	process_cpu_seconds_total: {
		type: "counter",
		help: "Total user and system CPU time spent in seconds.",
	},
	process_resident_memory_bytes: {
		type: "gauge",
		help: "Resident memory size in bytes.",
	},
	process_virtual_memory_bytes: {
		type: "gauge",
		help: "Virtual memory size in bytes.",
	},
	process_open_fds: {
		type: "gauge",
		help: "Number of open file descriptors.",
	},
	process_max_fds: {
		type: "gauge",
		help: "Maximum number of open file descriptors.",
	},
	process_start_time_seconds: {
		type: "gauge",
		help: "Start time of the process since unix epoch in seconds.",
	},
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

const OF_CLUSTER =
	" Of the whole cluster, so that every node tells it: take the max, not the sum.";

export function helpOf(name: MetricName): string {
	const { help, ofCluster }: Metric = METRICS[name];
	return ofCluster ? help + OF_CLUSTER : help;
}
