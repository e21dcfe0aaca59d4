/**
 * Node: the composition root. Builds the real adapters, puts the engine on
 * them, and owns the order of starting and stopping:
 *
 *     executor (task code loads or the node does not start)
 *     → gossip and HTTP (ports are taken or the node does not start)
 *     → the store, which may be away: the node says so and keeps trying
 *     → the engine
 *
 * Stopping goes the other way, with HTTP answering until the tasks are gone.
 */
import { hostname } from "node:os";
import { GOODBYE_MS } from "../protocol/limits.ts";
import type { Serves } from "../protocol/route.ts";
import {
	type Cloud,
	loadExecutor,
	makeGossip,
	makeStore,
	openCloud,
	openServiceManager,
	readTls,
} from "./adapters.ts";
import { Place } from "./cloud/place.ts";
import { Service } from "./cloud/service.ts";
import { type Closing, closeAll, Stopper } from "./engine/closing.ts";
import { Engine } from "./engine/engine.ts";
import type { NodeHost } from "./engine/engine-parts.ts";
import { createHttp, type Http } from "./http/server.ts";
import type { TlsFiles } from "./http/tls-files.ts";
import { meetStore } from "./meet-store.ts";
import { admit, readTokenFile } from "./node-access.ts";
import type { NodeOptions } from "./options.ts";
import type { CloudMachine, Executor, Gossip } from "./ports.ts";
import type { RedisStore } from "./store/redis-store.ts";
import { Whereabouts } from "./whereabouts.ts";
import { systemClock, systemLoad, systemRandom } from "./world/clock.ts";
import { GenerationFile } from "./world/generation-file.ts";
import { type SystemLog, systemLog } from "./world/log.ts";
import { NameFile } from "./world/name-file.ts";
import {
	mayOpen,
	residentBytes,
	systemFigures,
} from "./world/process-figures.ts";
import { NO_TOKENS, type TokenFile } from "./world/token-file.ts";
import { systemMint } from "./world/token-mint.ts";

export interface RunningNode {
	readonly nodeId: string;
	/** What it is called, as far as it could ask the store. */
	readonly name: string;
	/** Of its HTTP side. */
	readonly url: string;
	/** Resolves when the node has stopped, of itself or told to; with an error, too, where a part of it did not close. */
	readonly stopped: Promise<"drained" | Error>;
	/** An orphan's store may have gone with its parent: it is not waited for long. */
	stop(orphaned: boolean): Promise<void>;
	/** Ends all tasks by force and says goodbye; the process has to end then. */
	stopAtOnce(): Promise<void>;
}

interface Parts {
	readonly executor: Executor;
	readonly gossip: Gossip;
	readonly store: RedisStore;
	readonly whereabouts: Whereabouts;
	readonly name: NameFile;
	/** Undefined: it was given none. */
	readonly tokens: TokenFile | undefined;
	/** Undefined: it speaks plain HTTP. */
	readonly tls: TlsFiles | undefined;
	readonly cloud?: Cloud;
	readonly place: Place;
	/** Whether its cloud has said which machine it runs on. */
	readonly isPlaced: boolean;
	readonly log: SystemLog;
}

/**
 * `endProcesses`: ends all processes that this one has started, or one of its threads, where
 * those are its tasks'.
 * @throws ConfigError, or the system's own error if it cannot listen. */
export async function startNode(
	options: NodeOptions,
	endProcesses: (systemThread?: number) => void = () => {},
): Promise<RunningNode> {
	const parts = await openParts(options, endProcesses);
	const { gossip, whereabouts, name, tls, log } = parts;
	const filesMax = mayOpen();
	let http: Http | undefined;
	const engine = makeEngine(options, parts, (end) => void stopper.stop(end));
	const service = makeService(options, parts, engine);
	const watch = watchCloud(parts, engine, (ms) => stopper.drainWithin(ms));
	const adapters = [
		...closingsOf(parts, () => http),
		{ part: "cloud", close: async () => watch?.close() },
		{ part: "service", close: async () => service?.close() },
	];
	const stopper = new Stopper({
		...{ clock: systemClock, log, engine, adapters },
		drainMs: options.drainMs,
		...(service && { service }),
	});
	try {
		await gossip.start();
		http = await createHttp({
			api: engine.api,
			...options.http,
			rate: options.rate,
			clock: systemClock,
			log,
			version: options.version,
			...(options.publicUrl && { publicUrl: options.publicUrl }),
			corsOrigins: options.corsOrigins,
			...(tls && { tls }),
			...(filesMax !== undefined && { filesMax }),
		});
		whereabouts.served(http);
		await meetStore(parts, () => start(options, parts, engine), stopper);
	} catch (error) {
		await closeAll(adapters, systemClock, log);
		throw error;
	}
	service?.started();
	void watch?.start();
	log.info(
		{ nodeId: gossip.nodeId, http: whereabouts.url, p2p: gossip.address },
		"the node is running",
	);
	return {
		nodeId: gossip.nodeId,
		name: name.current,
		url: whereabouts.url,
		stopped: stopper.stopped.then((end) =>
			log.end(systemClock).then(() => end),
		),
		stop: (orphaned) =>
			stopper.stop("drained", orphaned ? GOODBYE_MS : undefined),
		stopAtOnce: () => stopper.stopAtOnce().then(() => log.end(systemClock)),
	};
}

/** Undefined if the node was not told that its machine is of a cloud. */
function watchCloud(
	{ cloud, place, isPlaced }: Parts,
	engine: Engine,
	drainWithin: (ms: number) => void,
) {
	const node = {
		drainWithin,
		markAtRisk: () => engine.markAtRisk(),
		placed(machine: CloudMachine) {
			place.found(machine);
			engine.describe();
		},
	};
	return cloud?.watch(node, isPlaced);
}

async function openParts(
	options: NodeOptions,
	endProcesses: (systemThread?: number) => void,
): Promise<Parts> {
	const { name, log } = nameAndLog(options);
	const tokens = readTokenFile(options, log);
	const cloud = openCloud(options, log);
	const tls = await readTls(options);
	const executor = await loadExecutor(options, log, endProcesses);
	const whereabouts = await Whereabouts.find(options, log);
	const gossip = await makeGossip(options, whereabouts, log);
	const store = makeStore(options, log);
	whereabouts.follow(store);
	const place = new Place(options.labels);
	const machine = await cloud?.machine;
	if (machine !== undefined) place.found(machine);
	return {
		...{ executor, gossip, store, whereabouts, name, tokens, tls, log },
		...(cloud && { cloud }),
		...{ place, isPlaced: machine !== undefined },
	};
}

/** Undefined if no service manager has started this program. */
function makeService(
	options: NodeOptions,
	{ store, whereabouts, name, log }: Parts,
	engine: Engine,
): Service | undefined {
	const manager = openServiceManager(options, log);
	if (manager === undefined) return undefined;
	const node = {
		get status() {
			const redis = store.up ? "up" : `away: ${store.trouble}`;
			const tasks = `${engine.signs.running} of ${options.concurrency} tasks run`;
			return `${name.current} serves ${whereabouts.url}; ${tasks}; Redis is ${redis}`;
		},
		get renewalsBegunMs() {
			return engine.signs.renewalsBegunMs;
		},
	};
	return new Service({ clock: systemClock, log, manager, node });
}

/** Resolves when the store has named the node, and has said who may ask it for what. */
async function start(
	options: NodeOptions,
	{ name, log }: Parts,
	engine: Engine,
): Promise<void> {
	engine.start();
	await name.given;
	await admit(options, engine, log);
}

/** Every line of the log says by name whose it is. */
function nameAndLog({ dataDir, logLevel, name: wished }: NodeOptions): {
	name: NameFile;
	log: SystemLog;
} {
	let name: NameFile | undefined;
	const log = systemLog(logLevel, { pid: process.pid }, () => ({
		node: name?.current ?? wished,
	}));
	name = new NameFile(dataDir, wished, log);
	return { name, log };
}

function closingsOf(
	{ gossip, executor, store, tokens }: Parts,
	http: () => Http | undefined,
): readonly Closing[] {
	return [
		// A peer that is busy may take half a second to let go; until then HTTP answers.
		{ part: "gossip", close: () => gossip.stop() },
		{ part: "http", close: () => http()?.close() },
		{ part: "executor", close: () => executor.stop() },
		{ part: "store", close: () => store.close() },
		{ part: "token file", close: async () => tokens?.close() },
	];
}

function makeEngine(
	options: NodeOptions,
	{ executor, gossip, store, whereabouts, name, tokens, place, log }: Parts,
	stop: (end: "drained" | Error) => void,
): Engine {
	const serves: Serves = {
		types: executor.types,
		queues: options.queues === undefined ? undefined : new Set(options.queues),
		labels: place.labels,
	};
	const startedMs = systemClock.wallMs();
	const load = systemLoad();
	const figures = systemFigures(systemClock, startedMs);
	const host: NodeHost = {
		load,
		memoryBytes: residentBytes,
		figures: () => ({ ...figures(), version: options.version }),
		record: () => ({
			nodeId: gossip.nodeId,
			pid: process.pid,
			host: hostname(),
			...whereabouts.record,
			p2p: gossip.address,
			version: options.version,
			startedMs,
			slots: options.concurrency,
			types: [...executor.types],
			...(options.queues === undefined ? {} : { queues: options.queues }),
			...place.record,
			keeps: options.keeps,
		}),
		askedToDrain: () => stop("drained"),
		superseded: (shards) =>
			stop(
				new Error(
					shards === undefined
						? `another program runs with this node's identity; give each node its own --data folder (this one has ${options.dataDir})`
						: `Redis had lost the cluster "${options.cluster}", and another node has made it anew with --shards ${shards} while this one runs with --shards ${options.shards}; start all nodes with the same number`,
				),
			),
	};
	return new Engine({
		cluster: options.cluster,
		clock: systemClock,
		random: systemRandom,
		log,
		store,
		gossip,
		executor,
		generations: new GenerationFile(options.dataDir, options.cluster, log),
		concurrency: options.concurrency,
		serves,
		name,
		host,
		given: tokens ?? NO_TOKENS,
		mint: systemMint,
	});
}
