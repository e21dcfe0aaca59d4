/**
 * The flags of `hearsay node`, in the order of its help. Each has a variable
 * `HEARSAY_<FLAG>`; `up` passes on those that make sense for all of its nodes.
 */
import type { Flag, Flags } from "./flags.ts";

/** Flags with the same meaning for every node of a local cluster. */
export const SHARED_FLAGS = {
	redis: {
		kind: "text",
		value: "URL",
		env: ["HEARSAY_REDIS_URL", "HEARSAY_REDIS"],
		secret: true,
		help: "the Redis that all nodes of a cluster share: redis://, rediss://, redis+sentinel://host/name (?sentinel_password=… for the Sentinels' own)",
	},
	cluster: {
		kind: "text",
		value: "NAME",
		env: ["HEARSAY_CLUSTER"],
		help: "separates clusters on one Redis (default hearsay)",
	},
	handlers: {
		kind: "texts",
		value: "FILE",
		env: ["HEARSAY_HANDLERS"],
		help: "task code, .ts or .js; repeatable",
	},
	concurrency: {
		kind: "text",
		value: "N",
		env: ["HEARSAY_CONCURRENCY"],
		help: "tasks at once on a node (default 4 × cores)",
	},
	queues: {
		kind: "text",
		value: "a,b",
		env: ["HEARSAY_QUEUES"],
		help: "serve only these queues (default all)",
	},
	labels: {
		kind: "text",
		value: "gpu,eu",
		env: ["HEARSAY_LABELS"],
		help: "what a node has, for tasks that ask for it",
	},
	"no-gossip": {
		kind: "switch",
		env: ["HEARSAY_NO_GOSSIP"],
		help: "find work by looking only; for closed networks",
	},
	insecure: {
		kind: "switch",
		env: ["HEARSAY_INSECURE"],
		help: "serve HTTP beyond this machine although there are no access tokens, and so everybody may do everything",
	},
	"tls-cert": {
		kind: "text",
		value: "FILE",
		env: ["HEARSAY_TLS_CERT"],
		help: "serve HTTPS with this certificate (PEM, with those between it and its authority); read again when it changes",
	},
	"tls-key": {
		kind: "text",
		value: "FILE",
		env: ["HEARSAY_TLS_KEY"],
		help: "its private key (PEM, without a passphrase)",
	},
	"public-url": {
		kind: "text",
		value: "URL",
		env: ["HEARSAY_PUBLIC_URL"],
		help: "where a proxy in front serves the cluster, with the path if it has one: https://example.com/hearsay",
	},
	"cors-origin": {
		kind: "texts",
		value: "ORIGIN",
		env: ["HEARSAY_CORS_ORIGIN"],
		help: "whose pages may use the API, besides a node's own: https://app.example.com; repeatable (default none)",
	},
	shards: {
		kind: "text",
		value: "N",
		env: ["HEARSAY_SHARDS"],
		help: "shards that a new cluster is made with (default 1); all nodes of it say the same",
	},
	"process-task-ms": {
		kind: "text",
		value: "MS",
		env: ["HEARSAY_PROCESS_TASK_MS"],
		help: "how long a process_task runs that does not say (default 5000)",
	},
	drain: {
		kind: "text",
		value: "DURATION",
		env: ["HEARSAY_DRAIN"],
		help: "how long a node that stops lets its tasks finish, before it hands them back to the others: 500ms, 30s, 5m (default 30s)",
	},
	"keep-successes": {
		kind: "text",
		value: "TIME,NUMBER,SIZE",
		env: ["HEARSAY_KEEP_SUCCESSES"],
		help: "how long tasks are kept that succeeded, how many and how much of them at most (default 24h,1000000,1GiB); of several nodes the most counts",
	},
	"keep-failures": {
		kind: "text",
		value: "TIME,NUMBER,SIZE",
		env: ["HEARSAY_KEEP_FAILURES"],
		help: "likewise of those that ended otherwise (default 7d,250000,512MiB)",
	},
	log: {
		kind: "text",
		value: "LEVEL",
		env: ["HEARSAY_LOG"],
		help: "debug, info, warn, error or silent (default info)",
	},
	"token-file": {
		kind: "text",
		value: "FILE",
		env: ["HEARSAY_TOKEN_FILE"],
		help: "access tokens that are valid on a node besides those of the cluster, one a line; read again when it changes",
	},
	rate: {
		kind: "text",
		value: "N",
		env: ["HEARSAY_RATE"],
		help: "requests a second that a node takes of each access token (default any number)",
	},
} as const satisfies Flags;

export const NODE_FLAGS = {
	...SHARED_FLAGS,
	"redis-file": {
		kind: "text",
		value: "FILE",
		env: ["HEARSAY_REDIS_FILE"],
		help: "a file with the address of Redis, instead of --redis",
	},
	name: {
		kind: "text",
		value: "NAME",
		env: ["HEARSAY_NAME"],
		help: "what to call the node on the page, in the API and in logs (default this machine's name); where another node has it, a number is added",
	},
	http: {
		kind: "text",
		value: "HOST:PORT",
		env: ["HEARSAY_HTTP"],
		help: "where to serve HTTP and the dashboard (default 127.0.0.1:5000)",
	},
	p2p: {
		kind: "text",
		value: "HOST:PORT",
		env: ["HEARSAY_P2P"],
		help: "where to listen for other nodes; port 0 takes a free one (default 127.0.0.1:0 where Redis is on this machine, else 0.0.0.0:0)",
	},
	advertise: {
		kind: "text",
		value: "HOST:PORT",
		env: ["HEARSAY_ADVERTISE"],
		help: "where other nodes reach this one (default --p2p; for all of a machine's addresses, the one from which it reaches Redis)",
	},
	"http-advertise": {
		kind: "text",
		value: "URL",
		env: ["HEARSAY_HTTP_ADVERTISE"],
		help: "where clients and pages reach this node, as URL or HOST:PORT (default --http, likewise)",
	},
	"tls-client-ca": {
		kind: "text",
		value: "FILE",
		env: ["HEARSAY_TLS_CLIENT_CA"],
		help: "let in only clients with a certificate of these authorities (PEM)",
	},
	cloud: {
		kind: "text",
		value: "ec2",
		env: ["HEARSAY_CLOUD"],
		help: "the cloud of this machine: the node has its zone as a label, and drains before the machine is taken away",
	},
	data: {
		kind: "text",
		value: "DIR",
		env: ["HEARSAY_DATA"],
		help: "keeps the node's key and its name (default .hearsay/node-PORT)",
	},
} as const satisfies Flags;

export type SharedFlag = keyof typeof SHARED_FLAGS;
export type NodeFlag = keyof typeof NODE_FLAGS;

export const HELP_FLAG: Flag = { kind: "switch", help: "show this" };
