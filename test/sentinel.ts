/**
 * A Redis that is watched: two real servers, one the replica of the other, and
 * three Sentinels that promote the replica once two of them miss the primary.
 *
 * Sentinel is made for slow networks; here it is told to look more often, so
 * that a promotion takes a second or two and not ten. What it does is the same.
 * Owns all five processes: none outlives the test's own.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { lastingPorts } from "../scripts/chaos/port.ts";
import { OwnProcess } from "../scripts/chaos/process.ts";
import { until } from "./cluster.ts";
import { type RedisServer, startRedis } from "./redis.ts";

const HOST = "127.0.0.1";
const NAME = "watched";
const SENTINELS = 3;
/** Two have to miss the primary before the one that leads does something about it. */
const QUORUM = 2;
/** The others never lead, only vote: two who stand at one moment split the vote, for minutes. */
const NEVER = SENTINELS + 1;
const DOWN_AFTER_MS = 500;
/**
 * How often a Sentinel looks, asks and tells; of its own accord, every 1 to 10 s. One that has
 * not heard of a promotion makes a replica of the new primary again after four times the last
 * of these, and who leads may take a second to see that it has come about, and to tell.
 */
const LOOKS_MS = [
	...["INFO-PERIOD", 500],
	...["ASK-PERIOD", 100],
	...["PUBLISH-PERIOD", 500],
];

interface Roles {
	readonly primary: RedisServer;
	readonly replica: RedisServer;
}

export class WatchedRedis implements AsyncDisposable {
	/** As nodes are told it. */
	readonly url: string;
	/** In the order in which the address names them. */
	sentinels: readonly OwnProcess[] = [];
	readonly #servers: readonly [RedisServer, RedisServer];
	readonly #ports: readonly number[];
	readonly #folder: string;

	/** Resolves when the replica is in step, and all Sentinels know of all. */
	static async start(): Promise<WatchedRedis> {
		const servers = await Promise.all([startRedis(), startRedis()]);
		const redis = new WatchedRedis(servers, await lastingPorts(SENTINELS));
		try {
			await redis.#begin();
		} catch (error) {
			await redis[Symbol.asyncDispose]();
			throw error;
		}
		return redis;
	}

	private constructor(
		servers: readonly [RedisServer, RedisServer],
		ports: readonly number[],
	) {
		this.#servers = servers;
		this.#ports = ports;
		this.#folder = mkdtempSync(join(tmpdir(), "hearsay-sentinel-"));
		ports.forEach((port, i) => {
			const quorum = i === SENTINELS - 1 ? QUORUM : NEVER;
			const config = [
				`port ${port}`,
				`bind ${HOST}`,
				`sentinel monitor ${NAME} ${HOST} ${servers[0].port} ${quorum}`,
				`sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
			];
			writeFileSync(this.#pathOf(port), config.join("\n"));
		});
		const hosts = ports.map((port) => `${HOST}:${port}`).join(",");
		this.url = `redis+sentinel://${hosts}/${NAME}`;
	}

	/** As all Sentinels see them, once they agree and the replica follows. */
	async whole(): Promise<Roles> {
		const seen = await until(
			() => Promise.all(this.#ports.map(lookAround)),
			(views) =>
				views.every(
					(view) => view.isWhole && view.primaryPort === views[0]?.primaryPort,
				),
		);
		const [one, other] = this.#servers;
		const roles =
			seen[0]?.primaryPort === one.port
				? { primary: one, replica: other }
				: { primary: other, replica: one };
		await until(
			() =>
				say<string>(roles.replica.port, "INFO", "replication").catch(notNow),
			(info) => info?.includes("master_link_status:up") ?? false,
		);
		return roles;
	}

	/**
	 * Resolves when all Sentinels but the first `silent` look to this primary and find it well. They
	 * connect to a server once a second at most, so who has just turned to one may hold
	 * it for down, and would promote the former one again if it were back by then.
	 */
	async agreed({ port }: RedisServer, silent: number): Promise<void> {
		await until(
			() => Promise.all(this.#ports.slice(silent).map(lookAround)),
			(views) =>
				views.every(
					({ primaryPort, isWell }) => primaryPort === port && isWell,
				),
		);
	}

	/** Has a Sentinel promote the replica while the primary lives. */
	async failOver(): Promise<void> {
		await say(this.#ports.at(-1) as number, "SENTINEL", "FAILOVER", NAME);
	}

	/** kill -9 to all Sentinels. They come back knowing what they knew; resolves when all nodes listen to them again. */
	async restartSentinels(nodes: number): Promise<void> {
		await this.#endSentinels();
		await this.#startSentinels();
		for (const port of this.#ports) {
			await until(
				() => say<string>(port, "CLIENT", "LIST", "TYPE", "pubsub"),
				(clients) => clients.match(/ sub=1/g)?.length === nodes,
			);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#endSentinels();
		await Promise.all(this.#servers.map((server) => server.stop()));
		rmSync(this.#folder, { recursive: true });
	}

	async #begin(): Promise<void> {
		for (const { port } of this.#servers) {
			// A new replica is not kept waiting for others that may come.
			await say(port, "CONFIG", "SET", "repl-diskless-sync-delay", 0);
		}
		const [primary, replica] = this.#servers;
		await say(replica.port, "REPLICAOF", HOST, primary.port);
		await this.#startSentinels();
	}

	async #startSentinels(): Promise<void> {
		this.sentinels = this.#ports.map((port) => {
			const path = this.#pathOf(port);
			return new OwnProcess({
				command: ["redis-server", path, "--sentinel"],
				logPath: `${path}.log`,
				channel: "ignore",
			});
		});
		for (const port of this.#ports) {
			await until(
				() => isThere(port),
				(there) => there,
			);
			await say(port, "SENTINEL", "DEBUG", ...LOOKS_MS);
		}
		await this.whole();
	}

	async #endSentinels(): Promise<void> {
		for (const sentinel of this.sentinels) sentinel.signal("SIGKILL");
		await Promise.all(this.sentinels.map(({ ended }) => ended));
	}

	#pathOf(port: number): string {
		return join(this.#folder, `${port}.conf`);
	}
}

/** Resolves when the server is a primary; it is asked all the time. */
export async function promoted({ port }: RedisServer): Promise<void> {
	await until(
		() => say<[string]>(port, "ROLE").catch(notNow),
		(answer) => answer?.[0] === "master",
	);
}

/** Resolves when so many nodes have their connection to this server: scripts are theirs alone. */
export async function found(
	{ port }: RedisServer,
	nodes: number,
): Promise<void> {
	await until(
		() => say<string>(port, "CLIENT", "LIST", "TYPE", "normal").catch(notNow),
		(clients) => clients?.match(/ cmd=eval/g)?.length === nodes,
	);
}

/** A server that is given another role hangs up on everybody. */
function notNow(): undefined {}

/** Resolves when the replica has all that the primary has acknowledged so far. */
export async function replicated({ port }: RedisServer): Promise<void> {
	const redis = new Redis(port, HOST);
	try {
		await redis.set("mark", "set");
		if ((await redis.wait(1, 5_000)) !== 1) {
			throw new Error("the replica does not follow");
		}
	} finally {
		redis.disconnect();
	}
}

/** What one Sentinel makes of its world. */
async function lookAround(port: number) {
	const [facts, replicas] = await Promise.all([
		say<string[]>(port, "SENTINEL", "MASTER", NAME),
		say<string[][]>(port, "SENTINEL", "REPLICAS", NAME),
	]);
	const primary = record(facts);
	const replica = record(replicas[0] ?? []);
	const isWell = isA("master", primary);
	const isWhole =
		isWell &&
		primary.get("num-other-sentinels") === String(SENTINELS - 1) &&
		replicas.length === 1 &&
		isA("slave", replica);
	return { isWell, isWhole, primaryPort: Number(primary.get("port")) };
}

/**
 * By the Sentinel's own books and by what the server has told it: a server that it has not yet
 * heard call itself a replica, it would make one again right after a promotion.
 */
function isA(role: string, server: ReadonlyMap<string, string>): boolean {
	return server.get("flags") === role && server.get("role-reported") === role;
}

function record(flat: readonly string[]): Map<string, string> {
	const entries = flat.flatMap((name, i) =>
		i % 2 === 0 ? [[name, flat[i + 1] ?? ""] as const] : [],
	);
	return new Map(entries);
}

async function isThere(port: number): Promise<boolean> {
	return await say(port, "PING").then(
		() => true,
		() => false, // It has only just been started.
	);
}

/** One command on a connection of its own. */
async function say<Reply>(
	port: number,
	name: string,
	...args: (string | number)[]
): Promise<Reply> {
	const redis = new Redis(port, HOST, {
		retryStrategy: () => null,
		maxRetriesPerRequest: 0,
	});
	// Told by the command's own failure.
	redis.on("error", () => {});
	try {
		return (await redis.call(name, ...args)) as Reply;
	} finally {
		redis.disconnect();
	}
}
