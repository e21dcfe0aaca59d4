/**
 * The local cluster: its Redis, then its nodes, kept up until told to stop,
 * then stopped in the opposite order. Composition for one machine; nothing
 * here is needed by nodes that are started by hand.
 */
import { join } from "node:path";
import type { Address } from "../../options.ts";
import type { Clock } from "../../ports.ts";
import type { Environment } from "../flags.ts";
import type { Terminal } from "../terminal.ts";
import { formatAddress } from "../values.ts";
import { LocalRedis } from "./local-redis.ts";
import { Member, type MemberPlan } from "./member.ts";
import { checkPorts } from "./ports.ts";
import { findRedisPlace } from "./redis-place.ts";

export interface ClusterPlan {
	readonly folder: string;
	readonly nodes: number;
	/** The HTTP address of the first node; each further one has the next port. */
	readonly first: Address;
	/** Whether the nodes speak TLS. */
	readonly isSecure: boolean;
	/** The URL of a Redis that runs already; undefined to start one. */
	readonly redis: string | undefined;
	/** How long a node may take to let its tasks finish when it stops. */
	readonly drainMs: number;
	/** This program: what precedes the arguments of a command. */
	readonly program: readonly string[];
	/** Flags for every node. */
	readonly args: readonly string[];
	readonly env: Environment;
}

export class LocalCluster {
	readonly #plan: ClusterPlan;
	readonly #clock: Clock;
	readonly #terminal: Terminal;
	readonly #members: readonly Member[];
	#stopping = false;
	#redis: LocalRedis | undefined;

	constructor(plan: ClusterPlan, clock: Clock, terminal: Terminal) {
		this.#plan = plan;
		this.#clock = clock;
		this.#terminal = terminal;
		this.#members = Array.from(
			{ length: plan.nodes },
			(_, i) => new Member(this.#memberPlan(i), clock, terminal),
		);
	}

	/** The base of the HTTP side of node `index`, counted from 0. */
	url(index: number): string {
		const scheme = this.#plan.isSecure ? "https" : "http";
		return `${scheme}://${this.#addressOf(index)}`;
	}

	get redisUrl(): string {
		return this.#redis?.url ?? this.#plan.redis ?? "";
	}

	/**
	 * Starts the cluster. Resolves when every node is ready. If told to stop meanwhile, it
	 * starts and prints nothing more. @throws ConfigError, StartFailed, or the system's
	 * error for a port in use
	 */
	async start(): Promise<void> {
		const { redis, folder, drainMs, first, nodes } = this.#plan;
		const [clock, terminal] = [this.#clock, this.#terminal];
		const place =
			redis === undefined
				? await findRedisPlace(folder, drainMs, clock, terminal)
				: undefined;
		// Only now, as an earlier cluster here may have used them until now.
		await checkPorts(first, nodes);
		if (place !== undefined && !this.#stopping) {
			const own = new LocalRedis(place, clock, terminal);
			this.#redis = own;
			await own.ready();
			if (!this.#stopping)
				terminal.line(`redis   ${own.url}  (pid ${own.pid})`);
		}
		if (this.#stopping) return;
		// They start all at once, but are reported in order.
		let told: Promise<unknown> = Promise.resolve();
		await Promise.all(
			this.#members.map((member) => {
				told = Promise.all([member.start(), told]).then(() => {
					if (!this.#stopping) terminal.line(member.greeting);
				});
				return told;
			}),
		);
	}

	/** Stops the nodes, which hand their tasks back, and then the Redis that holds these. */
	async stop(): Promise<void> {
		this.#stopping = true;
		await Promise.all(this.#members.map((member) => member.stop()));
		await this.#redis?.stop();
	}

	/** Ends all tasks at once, so that `stop` has little left to wait for. */
	hurry(): void {
		for (const member of this.#members) member.hurry();
	}

	#addressOf(index: number): string {
		const { host, port } = this.#plan.first;
		return formatAddress({ host, port: port + index });
	}

	#memberPlan(index: number): MemberPlan {
		const { folder, program, args, env, drainMs } = this.#plan;
		const name = `node-${index + 1}`;
		const own = {
			name,
			http: this.#addressOf(index),
			p2p: "127.0.0.1:0",
			data: join(folder, name),
		};
		return {
			name,
			url: this.url(index),
			logPath: join(folder, `${name}.log`),
			command: [
				...program,
				"node",
				...args,
				...Object.entries(own).flatMap(([flag, value]) => [`--${flag}`, value]),
			],
			env: () => ({
				...env,
				// Not as an argument: it may contain a password, and anybody can list arguments.
				HEARSAY_REDIS_URL: this.redisUrl,
				HEARSAY_ADVERTISE: undefined,
				HEARSAY_HTTP_ADVERTISE: undefined,
				// It has no certificate with which to ask them whether they are ready.
				HEARSAY_TLS_CLIENT_CA: undefined,
			}),
			drainMs,
			hold: () => this.#redis?.hold ?? "ignore",
		};
	}
}
