/**
 * From flags to `NodeOptions`: fills in defaults, and checks each value and how they fit
 * together. Pure; throws `ConfigError`.
 */
import { resolve } from "node:path";
import { KEEPS_DEFAULT, type Keep } from "../../protocol/keep.ts";
import {
	CONCURRENCY_MAX,
	DRAIN_MS,
	DRAIN_MS_MAX,
	LABEL_CHARS_MAX,
	NODE_NAME_CHARS_MAX,
	PROCESS_TASK_MS,
	PROCESS_TASK_MS_MAX,
	QUEUE_CHARS_MAX,
	RATE_MAX,
	SHARDS_MAX,
} from "../../protocol/limits.ts";
import {
	type Address,
	ConfigError,
	LOG_LEVELS,
	type NodeOptions,
} from "../options.ts";
import { type FlagValues, type Given, splitList } from "./flags.ts";
import type { NodeFlag, SharedFlag } from "./node-flags.ts";
import {
	isLocalStore,
	readAddress,
	readBase,
	readChoice,
	readCount,
	readDuration,
	readKeep,
	readName,
	readOrigin,
	readPublicUrl,
	readReachable,
	readStoreUrl,
} from "./values.ts";

/** What the options take from the machine and the program. */
export interface Surroundings {
	readonly folder: string;
	/** The machine's name. */
	readonly host: string;
	readonly cores: number;
	readonly version: string;
}

const REDIS_DEFAULT = "redis://127.0.0.1:6379";
const HTTP_DEFAULT: Given = { text: "127.0.0.1:5000", from: "--http" };
const CLUSTER_CHARS_MAX = 64;

export function readNodeOptions(
	flags: FlagValues<NodeFlag>,
	around: Surroundings,
): NodeOptions {
	const shared = readSharedOptions(flags, around);
	const tls = readTls(shared.tls, flags.text("tls-client-ca"), around);
	const redis = shared.redis ?? REDIS_DEFAULT;
	const http = readHttp(flags);
	const p2p = flags.text("p2p");
	const advertise = flags.text("advertise");
	const httpAdvertise = flags.text("http-advertise");
	const data = flags.text("data")?.text ?? `.hearsay/node-${http.port}`;
	return {
		...shared,
		name: readNodeName(flags.text("name"), around.host),
		redis,
		http,
		// If Redis is on this machine, so is the cluster, as far as one can tell; a node
		// elsewhere that joins it dials from there.
		p2p: p2p
			? readAddress(p2p)
			: { host: isLocalStore(redis) ? "127.0.0.1" : "0.0.0.0", port: 0 },
		// The others connect there to see whether this node is alive.
		...(advertise && { advertise: readReachable(advertise) }),
		...(httpAdvertise && {
			httpAdvertise: readBase(httpAdvertise, tls ? "https" : "http"),
		}),
		...(tls && { tls }),
		dataDir: resolve(around.folder, data),
	};
}

/** The options that a node and a whole local cluster read in the same way. */
export function readSharedOptions(
	flags: FlagValues<SharedFlag>,
	around: Surroundings,
): Omit<
	NodeOptions,
	"name" | "redis" | "http" | "p2p" | "advertise" | "httpAdvertise" | "dataDir"
> & {
	readonly redis: string | undefined;
} {
	const redis = flags.text("redis");
	const drain = flags.text("drain");
	const publicUrl = flags.text("public-url");
	const tokenFile = flags.text("token-file");
	const rate = flags.text("rate");
	const queues = readNames(flags.text("queues"), QUEUE_CHARS_MAX);
	return {
		redis: redis && readStoreUrl(redis),
		cluster: readName(
			flags.text("cluster") ?? { text: "hearsay", from: "--cluster" },
			CLUSTER_CHARS_MAX,
		),
		handlers: flags
			.texts("handlers")
			.map(({ text }) => resolve(around.folder, text)),
		concurrency: countOf(
			flags.text("concurrency"),
			[1, CONCURRENCY_MAX],
			Math.min(4 * around.cores, CONCURRENCY_MAX),
		),
		...(queues.length > 0 && { queues }),
		labels: readNames(flags.text("labels"), LABEL_CHARS_MAX),
		gossip: !flags.on("no-gossip"),
		processTaskMs: countOf(
			flags.text("process-task-ms"),
			[0, PROCESS_TASK_MS_MAX],
			PROCESS_TASK_MS,
		),
		drainMs: drain === undefined ? DRAIN_MS : readDuration(drain, DRAIN_MS_MAX),
		keeps: {
			successes: keepOf(flags.text("keep-successes"), KEEPS_DEFAULT.successes),
			failures: keepOf(flags.text("keep-failures"), KEEPS_DEFAULT.failures),
		},
		...readCertificate(flags, around),
		...(publicUrl && { publicUrl: readPublicUrl(publicUrl) }),
		corsOrigins: [...new Set(flags.texts("cors-origin").map(readOrigin))],
		shards: countOf(flags.text("shards"), [1, SHARDS_MAX], 1),
		insecure: flags.on("insecure"),
		...(tokenFile && { tokenFile: resolve(around.folder, tokenFile.text) }),
		...(rate && { rate: readCount(rate, 1, RATE_MAX) }),
		logLevel: readChoice(
			flags.text("log") ?? { text: "info", from: "--log" },
			LOG_LEVELS,
		),
		version: around.version,
	};
}

function readCertificate(
	flags: FlagValues<"tls-cert" | "tls-key">,
	{ folder }: Surroundings,
): Pick<NodeOptions, "tls"> {
	const [cert, key] = [flags.text("tls-cert"), flags.text("tls-key")];
	if (cert === undefined && key === undefined) return {};
	if (cert === undefined || key === undefined) {
		const [given, missing] = cert ? [cert, "key"] : [key, "cert"];
		throw new ConfigError(
			`${given?.from} needs --tls-${missing} as well: a certificate and its key belong together.`,
		);
	}
	const at = ({ text }: Given) => resolve(folder, text);
	return { tls: { cert: at(cert), key: at(key) } };
}

function readTls(
	tls: NodeOptions["tls"],
	clientCa: Given | undefined,
	{ folder }: Surroundings,
): NodeOptions["tls"] {
	if (clientCa === undefined) return tls;
	if (tls === undefined)
		throw new ConfigError(
			`${clientCa.from} asks clients for certificates, which needs --tls-cert and --tls-key as well.`,
		);
	return { ...tls, clientCa: resolve(folder, clientCa.text) };
}

/** The node's name; by default the machine's, which may be longer, and contain other characters. */
function readNodeName(given: Given | undefined, host: string): string {
	if (given !== undefined) return readName(given, NODE_NAME_CHARS_MAX);
	const fit = host.replaceAll(/[^A-Za-z0-9._:-]/g, "-");
	return /^\.*$/.test(fit) ? "node" : fit.slice(0, NODE_NAME_CHARS_MAX);
}

export function readHttp(flags: FlagValues<"http">): Address {
	return readAddress(flags.text("http") ?? HTTP_DEFAULT);
}

function countOf(
	given: Given | undefined,
	[min, max]: readonly [number, number],
	otherwise: number,
): number {
	return given === undefined ? otherwise : readCount(given, min, max);
}

function keepOf(given: Given | undefined, otherwise: Keep): Keep {
	return given === undefined ? otherwise : readKeep(given, otherwise);
}

/**
 * The names in a list; none only if the flag is absent: `--queues "$QUEUES"` with an empty
 * variable must not make a node serve all queues.
 */
function readNames(given: Given | undefined, charsMax: number): string[] {
	if (given === undefined) return [];
	const names = splitList(given.text).map((text) =>
		readName({ ...given, text }, charsMax),
	);
	if (names.length === 0)
		throw new ConfigError(
			`${given.from} is "${given.text}", which names nothing; give one name or more, or leave it out.`,
		);
	return [...new Set(names)];
}
