/**
 * What the simulated store refuses while its memory is full, or while it takes
 * no writes, a real Redis refuses too, and nothing else: method by method.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Shard, StoreError } from "../../node/ports.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { type Refusing, refusalOf } from "../sim/refusals.ts";
import { nodeRecord, ROUTE, TTL_MS } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const SESSION = "ann:1";
const record = nodeRecord("ann");
const request = { session: SESSION, generation: 0, routes: [ROUTE], limit: 1 };
const task = {
	id: "a",
	route: ROUTE,
	priority: 5,
	options: PLAIN,
	payload: "1",
};
const held = { id: "a", token: 1 };
const end = { startedMs: 0, state: "SUCCESS", result: "1" } as const;
const back = { end: "handed-back", message: "" } as const;

/** Every method, asked for what it may be asked for at any time. */
const CALLS: Readonly<
	Record<Exclude<keyof Shard, "index">, (shard: Shard) => Promise<unknown>>
> = {
	open: (shard) =>
		shard.open({ record, ttlMs: TTL_MS, known: NO_GENERATION, knownEpoch: 0 }),
	adopt: (shard) => shard.adopt(NO_GENERATION),
	describe: (shard) => shard.describe(SESSION, record),
	pulse: (shard) => shard.pulse(SESSION, TTL_MS),
	close: (shard) => shard.close(SESSION, 1),
	submit: (shard) => shard.submit([task]),
	claim: (shard) => shard.claim(request),
	complete: (shard) => shard.complete([{ ...held, ...end }]),
	giveBack: (shard) => shard.giveBack([{ ...held, ...back }]),
	revoke: (shard) =>
		shard.revoke({
			session: SESSION,
			grounds: { when: "now" },
			limit: 1,
		}),
	askToDrain: (shard) => shard.askToDrain("ann"),
	running: (shard) => shard.running(SESSION),
	unlisted: (shard) => shard.unlisted(SESSION, [held]),
	trim: (shard) => shard.trim(1),
	get: (shard) => shard.get(["a"]),
	over: (shard) => shard.over(["a"]),
	list: (shard) => shard.list({ state: undefined, beforeSeq: 1, limit: 1 }),
	counts: (shard) => shard.counts(),
	nodes: (shard) => shard.nodes(),
};

let ground: StoreOnRedis;

beforeAll(async () => {
	ground = await StoreOnRedis.start("full");
	await ground.store.agreeOnShards(true);
	// Where nobody ever adopted it, a claim would not even be sent.
	await ground.shard.adopt(NO_GENERATION);
});
afterAll(() => ground[Symbol.asyncDispose]());

test.each<[Refusing, string, string, string]>([
	["nothing", "maxmemory", "0", "0"],
	["memory full", "maxmemory", "1", "0"],
	["writes refused", "min-replicas-to-write", "1", "0"],
])(
	"a Redis refuses as the simulated store does: %s",
	async (refusing, setting, value, before) => {
		const { redis, shard } = ground;
		const refused = async (call: (shard: Shard) => Promise<unknown>) => {
			try {
				await call(shard);
				return undefined;
			} catch (error) {
				if (!(error instanceof StoreError)) throw error;
				return error.kind;
			}
		};
		await redis.config("SET", setting, value);
		for (const [method, call] of Object.entries(CALLS))
			expect(`${method}: ${await refused(call)}`).toBe(
				`${method}: ${refusalOf(method, refusing)?.kind}`,
			);
		await redis.config("SET", setting, before);
	},
);
