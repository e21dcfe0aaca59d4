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
import {
	GOODBYE_MS,
	STORE_EMPTY_MS,
	STORE_START_MS,
} from "../protocol/limits.ts";
import type { Serves } from "../protocol/route.ts";
import { loadExecutor, makeGossip, makeStore, readTls } from "./adapters.ts";
import { type Closing, closeAll, Stopper } from "./engine/closing.ts";
import { Engine, type NodeHost } from "./engine/engine.ts";
import { createHttp, type Http } from "./http/server.ts";
import { agree } from "./lease/agreement.ts";
import { ConfigError, type NodeOptions } from "./options.ts";
import {
	type Executor,
	type Gossip,
	type Log,
	StoreMismatch,
} from "./ports.ts";
import type { RedisStore } from "./store/redis-store.ts";
import { Whereabouts } from "./whereabouts.ts";
import { systemClock, systemLoad, systemRandom } from "./world/clock.ts";
import { GenerationFile } from "./world/generation-file.ts";
import { systemLog } from "./world/log.ts";
import { NameFile } from "./world/name-file.ts";
import { systemFigures } from "./world/process-figures.ts";

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
	readonly log: Log;
}

/**
 * `endProcesses`: ends all processes that this one has started, or one of its threads, where
 * those are its tasks'.
 * @throws ConfigError, or the system's own error if it cannot listen. */
export async function startNode(
	options: NodeOptions,
	endProcesses: (systemThread?: number) => void = () => {},
): Promise<RunningNode> {
	const { name, log } = nameAndLog(options);
	const tls = await readTls(options);
	const executor = await loadExecutor(options, log, endProcesses);
	const whereabouts = await Whereabouts.find(options, log);
	const gossip = await makeGossip(options, whereabouts, log);
	const store = makeStore(options, log);
	whereabouts.follow(store);
	const parts = { executor, gossip, store, whereabouts, name, log };
	let http: Http | undefined;
	const engine = makeEngine(options, parts, (end) => void stopper.stop(end));
	const adapters = closingsOf(parts, () => http);
	const stopper = new Stopper({
		...{ clock: systemClock, log, engine, adapters },
		drainMs: options.drainMs,
	});
	try {
		await gossip.start();
		http = await createHttp({
			api: engine.api,
			...options.http,
			clock: systemClock,
			log,
			version: options.version,
			...(options.publicUrl && { publicUrl: options.publicUrl }),
			corsOrigins: options.corsOrigins,
			...(tls && { tls }),
		});
		whereabouts.served(http);
		await meetStore(parts, () => engine.start(), stopper);
	} catch (error) {
		await closeAll(adapters, systemClock, log);
		throw error;
	}
	log.info(
		{ nodeId: gossip.nodeId, http: whereabouts.url, p2p: gossip.address },
		"the node is running",
	);
	return {
		nodeId: gossip.nodeId,
		name: name.current,
		url: whereabouts.url,
		stopped: stopper.stopped,
		stop: (orphaned) =>
			stopper.stop("drained", orphaned ? GOODBYE_MS : undefined),
		stopAtOnce: () => stopper.stopAtOnce(),
	};
}

/** Every line of the log says by name whose it is. */
function nameAndLog({ dataDir, logLevel, name: wished }: NodeOptions): {
	name: NameFile;
	log: Log;
} {
	let name: NameFile | undefined;
	const log = systemLog(logLevel, { pid: process.pid }, () => ({
		node: name?.current ?? wished,
	}));
	name = new NameFile(dataDir, wished, log);
	return { name, log };
}

function closingsOf(
	{ gossip, executor, store }: Parts,
	http: () => Http | undefined,
): readonly Closing[] {
	return [
		// A peer that is busy may take half a second to let go; until then HTTP answers.
		{ part: "gossip", close: () => gossip.stop() },
		{ part: "http", close: () => http()?.close() },
		{ part: "executor", close: () => executor.stop() },
		{ part: "store", close: () => store.close() },
	];
}

function makeEngine(
	options: NodeOptions,
	{ executor, gossip, store, whereabouts, name, log }: Parts,
	stop: (end: "drained" | Error) => void,
): Engine {
	const serves: Serves = {
		types: executor.types,
		queues: options.queues === undefined ? undefined : new Set(options.queues),
		labels: new Set(options.labels),
	};
	const startedMs = systemClock.wallMs();
	const load = systemLoad();
	const figures = systemFigures(systemClock, startedMs);
	const host: NodeHost = {
		load,
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
			labels: options.labels,
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
	});
}

/**
 * Waits for the store to be there, makes sure that it is this cluster's, and
 * starts scheduling, until the store has named the node. A store that is away does not keep the node from starting:
 * after a moment this goes on in the background, unless the node stops.
 */
async function meetStore(
	{ store, name, log }: Parts,
	start: () => void,
	node: Pick<Stopper, "stop" | "isStopping">,
): Promise<void> {
	let told: string | undefined;
	store.onChange((up) => {
		const { trouble } = store;
		// What a Redis that is there refuses was told; it may end one connection after the other.
		if (up) told = trouble;
		else if (trouble !== told)
			log.warn({ trouble }, "the store cannot be used; trying until it can");
	});
	const met = agree({ store, clock: systemClock, log, node }).then(
		async (agreed) => {
			if (agreed) {
				start();
				await name.given;
			}
			return "met" as const;
		},
		(error: Error) => {
			throw error instanceof StoreMismatch
				? new ConfigError(error.message, error)
				: error;
		},
	);
	const lateIn = (ms: number) =>
		new Promise<"late">((resolve) =>
			systemClock.after(ms, () => resolve("late")),
		);
	if ((await Promise.race([met, lateIn(STORE_START_MS)])) === "met") return;
	// One that is there may be empty, and is watched for a while.
	const watched = lateIn(store.up ? STORE_EMPTY_MS : 0);
	if ((await Promise.race([met, watched])) === "met") return;
	log.warn(
		{ trouble: store.trouble },
		"the store cannot be used yet; trying until it can",
	);
	met.catch((error: Error) => node.stop(error));
}
