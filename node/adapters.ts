/**
 * The real adapters of a node, as its options want them. If something that the user asked
 * for is impossible, a `ConfigError` says so in one sentence.
 */
import { Ec2, type NoticedNode, readMachine } from "./cloud/ec2.ts";
import { InstanceMetadata } from "./cloud/instance-metadata.ts";
import { openNotifySocket } from "./cloud/notify-socket.ts";
import { createExecutor } from "./executor/executor.ts";
import { KeyUnusable } from "./gossip/key-file.ts";
import { createGossip } from "./gossip/libp2p-gossip.ts";
import { createNoGossip } from "./gossip/no-gossip.ts";
import { TlsFiles } from "./http/tls-files.ts";
import { ConfigError, type NodeOptions } from "./options.ts";
import type {
	CloudMachine,
	Executor,
	Gossip,
	Log,
	ServiceManager,
} from "./ports.ts";
import { connectStore, type RedisStore } from "./store/redis-store.ts";
import type { Whereabouts } from "./whereabouts.ts";
import { systemClock, systemRandom } from "./world/clock.ts";

/** Undefined if the node speaks plain HTTP. */
export async function readTls({
	tls,
}: NodeOptions): Promise<TlsFiles | undefined> {
	if (tls === undefined) return undefined;
	try {
		return await TlsFiles.read(tls);
	} catch (error) {
		throw new ConfigError((error as Error).message, error);
	}
}

export async function loadExecutor(
	options: NodeOptions,
	log: Log,
	endProcesses: (systemThread?: number) => void,
): Promise<Executor> {
	try {
		return await createExecutor({
			concurrency: options.concurrency,
			handlerFiles: options.handlers,
			processTaskMs: options.processTaskMs,
			endProcesses,
			clock: systemClock,
			log,
		});
	} catch (error) {
		throw new ConfigError((error as Error).message, error);
	}
}

export async function makeGossip(
	options: NodeOptions,
	whereabouts: Whereabouts,
	log: Log,
): Promise<Gossip> {
	try {
		return await (options.gossip
			? makeLibp2p(options, whereabouts, log)
			: createNoGossip({ dataDir: options.dataDir, random: systemRandom }));
	} catch (error) {
		throw error instanceof KeyUnusable
			? new ConfigError(error.message, error)
			: error;
	}
}

async function makeLibp2p(
	options: NodeOptions,
	whereabouts: Whereabouts,
	log: Log,
): Promise<Gossip> {
	const { dataDir, cluster, p2p } = options;
	return await createGossip({
		dataDir,
		listen: p2p,
		advertise: (listened) => whereabouts.p2p(listened),
		cluster,
		clock: systemClock,
		random: systemRandom,
		log,
	});
}

export interface Cloud {
	/** Resolves in a few seconds at most; with undefined if the cloud did not say. */
	readonly machine: Promise<CloudMachine | undefined>;
	watch(node: NoticedNode, isPlaced: boolean): Ec2;
}

/** Undefined if the node was not told that its machine is of a cloud. */
export function openCloud({ cloud }: NodeOptions, log: Log): Cloud | undefined {
	if (cloud === undefined) return undefined;
	const clock = systemClock;
	const metadata = new InstanceMetadata(cloud.endpoint, clock);
	return {
		machine: readMachine({ clock, log, metadata }),
		watch: (node, isPlaced) =>
			new Ec2({ clock, log, metadata, node, isPlaced }),
	};
}

/** Undefined if no service manager has started this program, or it cannot be told anything. */
export function openServiceManager(
	{ service }: NodeOptions,
	log: Log,
): ServiceManager | undefined {
	if (service === undefined) return undefined;
	try {
		return openNotifySocket(service);
	} catch (error) {
		const { socket } = service;
		log.error(
			{ socket, why: (error as Error).message },
			"the service manager cannot be told that the node is up: NOTIFY_SOCKET cannot be used; take Type=simple and no WatchdogSec= for this service",
		);
		return undefined;
	}
}

export function makeStore(
	{ redis, cluster, shards }: NodeOptions,
	log: Log,
): RedisStore {
	try {
		return connectStore({
			url: redis,
			cluster,
			shards,
			clock: systemClock,
			log,
		});
	} catch (error) {
		throw new ConfigError((error as Error).message, error);
	}
}
