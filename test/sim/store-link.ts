/**
 * A node's connection to the store: the `Store` port over a network that takes its time
 * and breaks.
 *
 * It behaves as `node/store/redis/connection.ts` does on Redis. Requests and answers keep
 * their order. A call that was sent before the connection broke may have been done or
 * not: `unknown`. While there is no connection nothing is sent: `unreachable`. A call
 * that is unanswered for STORE_COMMAND_TIMEOUT_MS ends the connection (Redis's own is
 * patient for up to twice as long if answers come, but slowly), and a new one is tried
 * until there is one.
 */
import {
	type Agreement,
	type Durability,
	type Shard,
	type Store,
	StoreError,
	StoreMismatch,
	type SubmitOutcome,
} from "../../node/ports.ts";
import { STORE_COMMAND_TIMEOUT_MS } from "../../protocol/limits.ts";
import type { VirtualClock } from "../clock.ts";
import type { SeededRandom } from "../random.ts";
import { linkShard } from "./linked-shard.ts";
import type { Machine } from "./machine.ts";
import type { StoreServer } from "./store-server.ts";

export interface LinkFaults {
	/** The bounds between which the time of one way is drawn. */
	delayMsMin: number;
	delayMsMax: number;
	/** Chances, 0–1, that a call breaks the connection before or after it is done. */
	breakBefore: number;
	breakAfter: number;
}

export interface LinkParts {
	readonly clock: VirtualClock;
	readonly random: SeededRandom;
	readonly machine: Machine;
	readonly server: StoreServer;
	/** The number of shards that its node runs with. */
	readonly shards: number;
	/** How much longer one way takes than to a store next door. */
	readonly awayMs: number;
	/** Called with each step that the store takes for this node. */
	readonly stepped: (name: string) => void;
	/** Called when the store did this for the node while the node's number of shards was not the cluster's. */
	readonly misplaced: (name: string, shards: number) => void;
	/** Called when a step met a broken rule of the store: nothing can be trusted any more. */
	readonly broken: (error: unknown) => void;
}

const CALM: Readonly<LinkFaults> = {
	delayMsMin: 0.1,
	delayMsMax: 0.5,
	breakBefore: 0,
	breakAfter: 0,
};
/** Methods that tell users about tasks, from the shards in which the node looks for them. */
const READS = new Set(["get", "known", "list", "counts"]);
/** The error for all calls: they are many while a store is away, and each new error takes its stack. */
const UNREACHABLE = new StoreError("unreachable", "the store is not reachable");
const RECONNECT_MS_MIN = 50;
const RECONNECT_MS_MAX = 1_000;

export class StoreLink implements Store {
	readonly shards: readonly Shard[];
	readonly faults: LinkFaults = { ...CALM };
	readonly #calm: Readonly<LinkFaults>;
	readonly tookS = [];
	readonly durability: Durability = {
		appendOnly: undefined,
		fsync: undefined,
		evictionPolicy: undefined,
	};
	up = false;
	/** Whether nothing passes, and nobody is told. */
	cut = false;
	/** Rises with every connection, and when one is lost. */
	#connection = 0;
	#tries = 0;
	#outMs = 0;
	#backMs = 0;
	readonly #pending = new Set<(error: StoreError) => void>();
	readonly #listeners: ((up: boolean) => void)[] = [];
	readonly #parts: LinkParts;
	readonly #severed = () => this.#sever();

	constructor(parts: LinkParts) {
		this.#parts = parts;
		this.#calm = {
			...CALM,
			delayMsMin: CALM.delayMsMin + parts.awayMs,
			delayMsMax: CALM.delayMsMax + parts.awayMs,
		};
		this.calm();
		this.shards = parts.server
			.reach(parts.shards)
			.map((shard) =>
				linkShard(shard, (name, step) => this.#call(name, step, shard.index)),
			);
		parts.machine.onDeath(() => parts.server.disconnect(this.#severed));
		parts.machine.after(1, () => this.#connect());
	}

	/** Ends all that was wrong with the link. */
	calm(): void {
		Object.assign(this.faults, this.#calm);
	}

	get isCalm(): boolean {
		const { delayMsMax, breakBefore, breakAfter } = this.faults;
		return (
			delayMsMax === this.#calm.delayMsMax && breakBefore + breakAfter === 0
		);
	}

	onChange(listener: (up: boolean) => void): void {
		this.#listeners.push(listener);
	}

	async agreeOnShards(mayMake: boolean): Promise<Agreement> {
		const { server, shards } = this.#parts;
		const agreed = await this.#call("agree", async () =>
			server.agree(shards, mayMake),
		);
		if (typeof agreed === "string") return agreed;
		if (agreed !== shards)
			throw new StoreMismatch(`the cluster has ${agreed} shards`);
		return "agreed";
	}

	numberIsLost(): StoreMismatch {
		return new StoreMismatch("the cluster has lost its number of shards");
	}

	async close(): Promise<void> {
		this.#lose("the node has closed it");
	}

	/** Breaks the connection; the node learns of it when it runs. */
	#sever(): void {
		const { clock, machine } = this.#parts;
		const connection = this.#connection;
		clock.after(this.#delayMs(), () =>
			machine.run(() => {
				if (connection === this.#connection) this.#lose("it was closed");
			}),
		);
	}

	#call<Reply>(
		name: string,
		step: () => Promise<Reply>,
		index = 0,
	): Promise<Reply> {
		if (!this.up) return Promise.reject(UNREACHABLE);
		const { random } = this.#parts;
		const { breakBefore, breakAfter } = this.faults;
		const chance = random.unit();
		return new Promise((resolve, reject) => {
			const timer = this.#parts.machine.after(STORE_COMMAND_TIMEOUT_MS, () => {
				// As if over a connection that is this shard's alone.
				if (this.#parts.server.troubles.has(index))
					settle(new StoreError("unknown", "the shard does not answer"));
				else this.#lose("it does not answer");
			});
			const settle = (error?: StoreError, reply?: Reply) => {
				timer.cancel();
				this.#pending.delete(settle);
				if (error === undefined) resolve(reply as Reply);
				else reject(error);
			};
			this.#pending.add(settle);
			if (chance < breakBefore) {
				this.#sever();
				return;
			}
			const connection = this.#connection;
			this.#send(name, step, index, (error, reply) => {
				const serve = this.#compare(name, reply);
				if (chance < breakBefore + breakAfter) this.#sever();
				else
					this.#answer(connection, () => {
						if (this.#pending.has(settle)) serve();
						settle(error, reply);
					});
			});
		});
	}

	#send<Reply>(
		name: string,
		step: () => Promise<Reply>,
		index: number | undefined,
		done: (error?: StoreError, reply?: Reply) => void,
	): void {
		const { clock, random, server, stepped, broken } = this.#parts;
		const connection = this.#connection;
		const nowMs = clock.monoMs();
		this.#outMs = Math.max(this.#outMs, nowMs + this.#delayMs());
		clock.after(this.#outMs - nowMs, () => {
			if (this.cut) return;
			// A call under way when the connection broke may still arrive.
			if (connection !== this.#connection && random.oneIn(2)) return;
			server.receive(() => {
				stepped(name);
				const refusal = server.refusalOf(name, index);
				if (refusal !== undefined) done(refusal);
				else
					step().then(
						(reply) => done(undefined, reply),
						(error) => {
							if (error instanceof StoreError) done(error);
							else broken(error);
						},
					);
			}, index);
		});
	}

	/**
	 * If there is a reply, something that depends on the number of shards was done. This
	 * compares the number with the cluster's. What was put stays. A read is to be reported
	 * with its answer, which nobody may wait for.
	 */
	#compare(name: string, reply: unknown): () => void {
		const { server, shards, misplaced } = this.#parts;
		const { number = shards } = server;
		if (number === shards || reply === undefined) return () => {};
		const isNew = (told: SubmitOutcome) => told.ok && told.created;
		if (name === "submit" && (reply as SubmitOutcome[]).some(isNew))
			misplaced(name, number);
		return () => READS.has(name) && misplaced(name, number);
	}

	#answer(connection: number, settle: () => void): void {
		const { clock, machine } = this.#parts;
		const nowMs = clock.monoMs();
		this.#backMs = Math.max(this.#backMs, nowMs + this.#delayMs());
		clock.after(this.#backMs - nowMs, () => {
			if (this.cut) return;
			machine.run(() => {
				if (connection === this.#connection) settle();
			});
		});
	}

	#lose(why: string): void {
		const { server, machine } = this.#parts;
		const wasUp = this.up;
		this.up = false;
		this.#connection += 1;
		server.disconnect(this.#severed);
		for (const settle of [...this.#pending])
			settle(new StoreError("unknown", `the connection to the store: ${why}`));
		if (!wasUp) return;
		this.#tries = 0;
		for (const listener of this.#listeners) listener(false);
		machine.after(RECONNECT_MS_MIN, () => this.#connect());
	}

	#connect(): void {
		const { server, machine } = this.#parts;
		const ms = RECONNECT_MS_MIN * 2 ** Math.min(this.#tries++, 5);
		const again = () =>
			machine.after(Math.min(ms, RECONNECT_MS_MAX), () => this.#connect());
		if (this.cut || server.condition === "down") {
			again();
			return;
		}
		this.#connection += 1;
		const connection = this.#connection;
		server.connect(this.#severed);
		const timer = machine.after(STORE_COMMAND_TIMEOUT_MS, () => {
			this.#lose("it did not greet");
			again();
		});
		this.#send(
			"greet",
			async () => {},
			undefined,
			() =>
				this.#answer(connection, () => {
					timer.cancel();
					this.up = true;
					for (const listener of this.#listeners) listener(true);
				}),
		);
	}

	#delayMs(): number {
		const { delayMsMin, delayMsMax } = this.faults;
		return delayMsMin + this.#parts.random.unit() * (delayMsMax - delayMsMin);
	}
}
