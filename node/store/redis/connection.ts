/**
 * The connection to Redis, through ioredis: one for all shards of a node.
 *
 * Owns when a command may be sent and what its failure means. Guarantees that every call
 * settles, that none is sent twice, and that a call which was sent but not answered
 * (`unknown`) is told apart from one that was not sent (`unreachable`):
 *
 * - no offline queue, no resending: ioredis's defaults run a command twice after a lost
 *   reply, and report success;
 * - commands in flight when a connection closes are settled here, at once, since ioredis
 *   would leave them hanging;
 * - a Redis that is frozen answers nothing and closes nothing: the socket timeout ends
 *   the connection then, and a new one is tried. A check every STORE_COMMAND_TIMEOUT_MS
 *   does the same if answers come, but too late.
 *
 * Redis may also answer and not let the node in (see `refusal.ts`): then there is no
 * connection, and the reason is known.
 *
 * Every new connection has a number (`life`), since a store that was away may have
 * restarted and lost writes: it has to be adopted before it gives tasks (see
 * `shard-scripts.ts`). Retrying is left to the actors, who know what may be repeated.
 */
import { type Redis, ReplyError } from "ioredis";
import {
	STORE_COMMAND_TIMEOUT_MS,
	STORE_COMMANDS_MAX,
} from "../../../protocol/limits.ts";
import { type Clock, type Log, StoreError, type Timer } from "../../ports.ts";
import { SlotMap } from "../../slot-map.ts";
import type { Script } from "../scripts.ts";
import { createClient } from "./client.ts";
import { absenceOf, isReadOnly, meaningOf } from "./failure.ts";
import { Flaws } from "./flaws.ts";
import { Outgoing } from "./outgoing.ts";
import { isRefusal, obstacleOf, refusalOf } from "./refusal.ts";
import { PROBE } from "./rights.ts";
import { SentinelWatch, type Told } from "./sentinel-watch.ts";
import { parseStoreUrl } from "./url.ts";

export type Reply = string | number | null | Reply[];

const CLOSED = new Error("the connection closed");

export class Connection {
	/** Rises with every connection made; undefined while there is none. */
	life: number | undefined;
	/**
	 * This machine's address in the newest connection; undefined if that is a Unix socket,
	 * or there was none.
	 */
	localAddress: string | undefined;
	/** Why Redis does not let this node in, if it says so: one clause. */
	refusal: string | undefined;
	/** What kept the connection away and was logged since it was last up. */
	#told: string | undefined;
	/** What Redis refuses although it lets the node in. */
	readonly #flaws: Flaws;
	#lives = 0;
	readonly #redis: Redis;
	readonly #watch: SentinelWatch | undefined;
	readonly #clock: Clock;
	readonly #log: Log;
	/**
	 * How many commands were ever sent and settled; and how many had been sent at the last
	 * check.
	 */
	#sent = 0;
	#settled = 0;
	#sentAtLook = 0;
	#looking: Timer | undefined;
	readonly #pending = new SlotMap<(cause: Error) => void>();
	readonly #outgoing: Outgoing;
	/** In which life scripts that lead were last sent whole: Redis knows them since. */
	readonly #ranIn = new Map<string, number | undefined>();
	readonly #listeners: ((up: boolean) => void)[] = [];
	/** Why it is away; while it is up, why it would be if it went without a word. */
	#lastTrouble: string;

	constructor(url: string, clock: Clock, log: Log) {
		const address = parseStoreUrl(url);
		this.#clock = clock;
		this.#outgoing = new Outgoing(clock);
		this.#log = log;
		this.#flaws = new Flaws(clock, log);
		// If Redis does not speak TLS, both sides wait for the other to begin.
		this.#lastTrouble = address.options.tls
			? "it has not answered over TLS yet"
			: "it has not been reached yet";
		this.#redis = createClient(
			address,
			() => (this.refusal ?? this.#flaws.first) !== undefined,
		);
		if (address.kind === "sentinel") {
			this.#watch = new SentinelWatch(address, clock, log, (told) =>
				this.#moved(told),
			);
		}
		this.#redis.on("connect", () => {
			this.refusal = undefined;
		});
		this.#redis.on("ready", () => {
			// If the database asked for is refused, ioredis would go on with the first one.
			if (this.refusal === undefined) this.#begin();
			else this.#redis.disconnect(true);
		});
		this.#redis.on("close", () => this.#lost());
		this.#redis.on("error", (error: Error) => {
			this.refusal = refusalOf(error) ?? this.refusal;
			const known = this.refusal ?? obstacleOf(error);
			if (known !== undefined) this.#tell(known);
			this.#lastTrouble = known ?? absenceOf(error);
		});
	}

	get up(): boolean {
		return this.life !== undefined;
	}

	/** Why it cannot be used, as one clause, for logs and answers; undefined if nothing is wrong. */
	get trouble(): string | undefined {
		const flaw = this.#flaws.first;
		return this.up ? flaw : (this.refusal ?? flaw ?? this.#lastTrouble);
	}

	onChange(listener: (up: boolean) => void): void {
		this.#listeners.push(listener);
	}

	/** @throws StoreError */
	async run(
		script: Script,
		tag: string,
		args: readonly (string | number)[],
	): Promise<Reply> {
		const sentMs = this.#clock.monoMs();
		const probe = () =>
			this.command("EVAL", PROBE, 1, tag) as Promise<string[]>;
		try {
			const reply = await this.#evaluate(script, tag, args);
			script.tookS.observe((this.#clock.monoMs() - sentMs) / 1_000);
			this.#flaws.ran(script, probe);
			return reply;
		} catch (error) {
			// Unlike a command that an operator may have forbidden, a script has to run.
			if (error instanceof StoreError && isRefusal(error)) {
				await this.#flaws.refused(script.name, tag, error.message, probe);
			}
			throw error;
		}
	}

	async #evaluate(
		script: Script,
		tag: string,
		args: readonly (string | number)[],
	): Promise<Reply> {
		const { source, sha1, leads } = script;
		const { life } = this;
		if (leads && this.up) this.#outgoing.gather(this.#redis.stream);
		// If Redis did not know one that leads, the second try would come after what is sent behind it.
		if (!leads || this.#ranIn.get(sha1) === life) {
			try {
				return await this.command("EVALSHA", sha1, 1, tag, ...args);
			} catch (error) {
				if (
					!(error instanceof ReplyError) ||
					!(error as Error).message.startsWith("NOSCRIPT")
				)
					throw error;
				// Redis does not know the script (any more), so it did not run: send it whole.
			}
		}
		const reply = await this.command("EVAL", source, 1, tag, ...args);
		if (leads) this.#ranIn.set(sha1, life);
		return reply;
	}

	/** @throws StoreError; ReplyError only if a script is not known. */
	async command(name: string, ...args: (string | number)[]): Promise<Reply> {
		// Nothing is written to a closing connection: this command would never leave.
		if (!this.up || !this.#redis.stream.writable)
			throw new StoreError(
				"unreachable",
				`Redis cannot be used: ${this.trouble}`,
			);
		if (this.#pending.size >= STORE_COMMANDS_MAX)
			throw new StoreError(
				"behind",
				`Redis does not keep up: ${STORE_COMMANDS_MAX} commands wait for its answers`,
			);
		return await this.#send(name, args);
	}

	async close(): Promise<void> {
		// A requested end is not a loss.
		this.#listeners.length = 0;
		this.#looking?.cancel();
		this.#watch?.close();
		const ended = new Promise<void>((resolve) =>
			this.#redis.once("end", () => resolve()),
		);
		// Only an open connection reports its end; one that is still being made does not.
		const open = ["connecting", "connect", "ready"].includes(
			this.#redis.status,
		);
		this.#redis.disconnect();
		if (open) await ended;
	}

	async #send(name: string, args: (string | number)[]): Promise<Reply> {
		const { promise: lost, reject } = Promise.withResolvers<never>();
		const place = this.#pending.put(reject);
		this.#sent += 1;
		this.#outgoing.begin(this.#redis.stream);
		try {
			const reply = this.#redis.call(name, ...args) as Promise<Reply>;
			return await Promise.race([reply, lost]);
		} catch (error) {
			// A former primary answers READONLY for good: look for the new one.
			if (isReadOnly(error as Error)) this.#leave();
			throw meaningOf(error as Error);
		} finally {
			this.#pending.take(place);
			this.#settled += 1;
			this.#outgoing.end();
		}
	}

	/** Once a connection: all that was under way is refused alike. */
	#leave(): void {
		if (this.#redis.stream.writable) this.#redis.disconnect(true);
	}

	/** What has arrived meanwhile is read first: it may be this node that stood still. */
	#lookLater(): void {
		const { life } = this;
		this.#looking = this.#clock.after(STORE_COMMAND_TIMEOUT_MS, () =>
			this.#clock.soon(() => {
				if (life === this.life) this.#look();
			}),
		);
	}

	/**
	 * Ends a connection that has owed an answer to a command since before the last check,
	 * so that none waits longer than two of them.
	 */
	#look(): void {
		if (this.#settled < this.#sentAtLook) {
			this.#log.warn({}, "Redis answers too slowly: connecting anew");
			this.#lastTrouble = "it answers too slowly";
			this.#redis.stream.destroy();
			return;
		}
		this.#sentAtLook = this.#sent;
		this.#lookLater();
	}

	/** Logs trouble that does not pass by itself. */
	#tell(trouble: string): void {
		// At the start, whoever waits for the store reports it.
		if (this.#lives === 0 || this.#told === trouble) return;
		this.#told = trouble;
		this.#log.warn({ trouble }, "Redis no longer lets this node in");
	}

	/**
	 * The primary is there now. A connection to the former one is ended at once, and asks
	 * again.
	 */
	async #moved({ host, port, addresses }: Told): Promise<void> {
		const { life } = this;
		const known = await addresses;
		const { remoteAddress, remotePort } = this.#redis.stream ?? {};
		// It is connected to nothing, and asks anyway; or it may be connected to anything,
		// and has asked since.
		if (remoteAddress === undefined) return;
		if (known.length === 0 && life !== this.life) return;
		if (known.includes(remoteAddress) && remotePort === port) {
			this.#log.debug({ host, port }, "told of the primary that it is with");
			return;
		}
		if (this.#redis.stream.destroyed) return; // Another Sentinel has told it before.
		this.#log.info({ host, port }, "Redis has another primary");
		this.#lastTrouble = "it is no longer the primary";
		this.#redis.stream.destroy();
	}

	#begin(): void {
		this.#lives += 1;
		this.life = this.#lives;
		this.localAddress = this.#redis.stream.localAddress;
		this.#told = undefined;
		this.#lastTrouble = absenceOf(CLOSED);
		this.#sentAtLook = this.#sent;
		this.#lookLater();
		for (const listener of this.#listeners) listener(true);
	}

	/** Whatever ended the connection was told before. */
	#lost(): void {
		const wasUp = this.up;
		this.life = undefined;
		this.#looking?.cancel();
		for (const reject of this.#pending) reject(CLOSED);
		if (!wasUp) return;
		for (const listener of this.#listeners) listener(false);
	}
}
