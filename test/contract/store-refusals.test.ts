/**
 * A real Redis refuses the same as the simulated store while its memory is full, or
 * while it takes no writes, and nothing else: method by method.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Shard, StoreError } from "../../node/ports.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { keeping } from "../keeping.ts";
import { type Refusing, refusalOf } from "../sim/refusals.ts";
import { newToken } from "./store-access.ts";
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

/** Every method, with arguments that are valid at any time. */
const CALLS: {
	readonly [S in Exclude<keyof Shard, "index">]: Readonly<
		Record<keyof Shard[S], (subject: Shard[S]) => Promise<unknown>>
	>;
} = {
	stats: {
		add: (stats) => stats.add([]),
		sums: (stats) => stats.sums("hour", 0),
	},
	sessions: {
		deaths: (sessions) => sessions.deaths("ann"),
		open: (sessions) =>
			sessions.open({
				record,
				ttlMs: TTL_MS,
				known: NO_GENERATION,
				knownEpoch: 0,
			}),
		adopt: (sessions) => sessions.adopt(NO_GENERATION),
		describe: (sessions) => sessions.describe(SESSION, record),
		pulse: (sessions) => sessions.pulse(SESSION, TTL_MS),
		close: (sessions) => sessions.close(SESSION, 1),
		revoke: (sessions) =>
			sessions.revoke({
				session: SESSION,
				grounds: { when: "now" },
				limit: 1,
			}),
		lostWith: (sessions) => sessions.lostWith(record),
		askToDrain: (sessions) => sessions.askToDrain("ann"),
		running: (sessions) => sessions.running(SESSION),
		unlisted: (sessions) => sessions.unlisted(SESSION, [held]),
		nodes: (sessions) => sessions.nodes(),
	},
	tasks: {
		submit: (tasks) => tasks.submit([task]),
		claim: (tasks) => tasks.claim(request),
		busy: (tasks) => tasks.busy(),
		complete: (tasks) => tasks.complete([{ ...held, ...end }]),
		giveBack: (tasks) => tasks.giveBack([{ ...held, ...back }]),
		cancel: (tasks) =>
			tasks.cancel({
				tasks: [{ id: "a", round: undefined }],
				by: "me",
				reason: "",
				force: false,
			}),
		elapse: (tasks) => tasks.elapse(1),
		change: (tasks) =>
			tasks.change({
				...{ id: "a", seen: PLAIN, options: PLAIN, priority: 1 },
				...{ due: undefined, expires: undefined },
			}),
		retry: (tasks) =>
			tasks.retry([
				{ id: "a", round: undefined, afterMs: 0, expiresMs: undefined },
			]),
		remove: (tasks) => tasks.remove([{ id: "a", round: undefined }]),
		trim: (tasks) => tasks.trim(keeping(1), 0),
		get: (tasks) => tasks.get(["a"]),
		known: (tasks) => tasks.known([task]),
		ahead: (tasks) => tasks.ahead("q|t|", "a"),
		leftOver: (tasks) => tasks.leftOver(["q|t|"], 0),
		queues: (tasks) => tasks.queues({ above: -1, limit: 1 }),
		failures: (tasks) =>
			tasks.failures({ since: { agoMs: 1 }, from: undefined, limit: 1 }),
		newest: (tasks) => tasks.newest("a"),
		over: (tasks) => tasks.over(["a"]),
		list: (tasks) => tasks.list({ state: undefined, beforeSeq: 1, limit: 1 }),
		counts: (tasks) => tasks.counts(),
	},
	access: {
		tokens: (access) => access.tokens(0, 1),
		grantToken: (access) => access.grantToken(newToken("ci")),
		revokeToken: (access) => access.revokeToken("ci"),
		putTokensBack: (access) =>
			access.putTokensBack([{ ...newToken("ci"), version: 1, createdMs: 1 }]),
		tokensUsed: (access) => access.tokensUsed(["ci"], 1),
	},
	events: {
		after: (events) => events.after(undefined),
		before: (events) => events.before(undefined),
		cut: (events) => events.cut(),
		audit: (events) => events.audit("{}"),
	},
	live: {
		look: (live) => live.look(0),
		sample: (live) => live.sample({ slots: 1, oldestMs: 0 }),
		holders: (live) => live.holders([SESSION]),
		heads: (live) => live.heads(["a"]),
	},
};

let ground: StoreOnRedis;

beforeAll(async () => {
	ground = await StoreOnRedis.start("full");
	await ground.store.agreeOnShards(true);
	// If nobody had adopted it, a claim would not even be sent.
	await ground.shard.sessions.adopt(NO_GENERATION);
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
		const refused = async (answer: Promise<unknown>) => {
			try {
				await answer;
				return undefined;
			} catch (error) {
				if (!(error instanceof StoreError)) throw error;
				return error.kind;
			}
		};
		await redis.config("SET", setting, value);
		for (const [subject, calls] of Object.entries(CALLS)) {
			const asked = shard[subject as keyof typeof CALLS];
			// Each call belongs to the subject under whose name it stands.
			for (const [method, call] of Object.entries(calls))
				expect(`${method}: ${await refused(call(asked as never))}`).toBe(
					`${method}: ${refusalOf(method, refusing)?.kind}`,
				);
		}
		await redis.config("SET", setting, before);
	},
);
