/**
 * What a node is told when it starts, already checked and complete: whoever
 * holds a `NodeOptions` need not look at flags, environment or defaults again.
 * The command line makes one (see `cli/node-options.ts`); so do tests.
 */
import type { Keeps } from "../protocol/keep.ts";
import type { ServicePlace } from "./cloud/notify-socket.ts";
import type { TlsPaths } from "./http/tls-files.ts";

export interface Address {
	readonly host: string;
	/** 0: any free one. */
	readonly port: number;
}

export interface NodeOptions {
	/** The store's address; see `store/redis/url.ts` for its forms. */
	readonly redis: string;
	readonly http: Address;
	readonly p2p: Address;
	/** Where others can dial the gossip side, if not where it listens. */
	readonly advertise?: Address;
	/** Where others find the HTTP side, if not where it listens; see `protocol/host.ts` for its form. */
	readonly httpAdvertise?: string;
	/** Where the whole cluster is reached through a proxy, in the same form. */
	readonly publicUrl?: string;
	/** Files of what it speaks TLS with; undefined: it speaks plain HTTP. */
	readonly tls?: TlsPaths;
	/** Of others' pages that may use the API. */
	readonly corsOrigins: readonly string[];
	/** What the node is to be called; with a number added where another node has that name. */
	readonly name: string;
	/** Separates clusters on one Redis. */
	readonly cluster: string;
	/** Files with task code, absolute paths. */
	readonly handlers: readonly string[];
	/** Tasks at once. */
	readonly concurrency: number;
	/** Absent: serves every queue. */
	readonly queues?: readonly string[];
	readonly labels: readonly string[];
	/** Folder of the node's key, absolute; no other node uses it at the same time. */
	readonly dataDir: string;
	/** False: finds work by sweeping only. */
	readonly gossip: boolean;
	/** How long the built-in `process_task` runs where the task does not say. */
	readonly processTaskMs: number;
	/** How long running tasks may take to finish when the node stops. */
	readonly drainMs: number;
	/** What the cluster is to keep of ended tasks at least. */
	readonly keeps: Keeps;
	/** Shards that a new cluster is made with; an existing one must have as many. */
	readonly shards: number;
	/** It may serve HTTP beyond this machine although no token is needed. */
	readonly insecure: boolean;
	/** File of access tokens that are valid on this node, absolute. */
	readonly tokenFile?: string;
	/** Requests a second that it takes of each token; absent: any number. */
	readonly rate?: number;
	/** The cloud that gave the machine. */
	readonly cloud?: CloudPlace;
	/** Where the service manager that started it hears it. */
	readonly service?: ServicePlace;
	readonly logLevel: LogLevel;
	/** Of the program, as other nodes and the page show it. */
	readonly version: string;
}

export interface CloudPlace {
	readonly kind: "ec2";
	/** The URL of its metadata service. */
	readonly endpoint: string;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The user asked for what cannot be: a wrong value, a port in use, a handler
 * file that does not load. The message is one sentence, printed as it is
 * without a stack, and the program ends with exit code 2.
 */
export class ConfigError extends Error {
	constructor(message: string, cause?: unknown) {
		super(message, { cause });
		this.name = "ConfigError";
	}
}
