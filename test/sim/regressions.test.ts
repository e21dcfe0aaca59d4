/**
 * What the simulator has found, each case as small as possible.
 */
import { expect, test } from "vitest";
import { type Log, type Shard, StoreError } from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import { Finisher } from "../../node/work/finisher.ts";
import { formatSession } from "../../protocol/lease.ts";
import {
	LEASE_TTL_MS,
	PULSE_MS_MAX,
	STORE_RETRY_MS,
} from "../../protocol/limits.ts";
import type { TaskEnd } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import type { MemoryShard } from "../fakes/shard.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { NONE_KEPT } from "../keeping.ts";
import { AROUND_CLAIMER, AROUND_FINISHER, standInShard } from "../stand-ins.ts";
import { startRenewer } from "./lone-renewer.ts";
import { runSeed } from "./run.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ROUTE = "default|work|";

test("free slots do not make a node try an unreachable store without end", async () => {
	const clock = new VirtualClock();
	let claims = 0;
	const claimer = new Claimer({
		shard: standInShard({
			tasks: {
				claim: async () => {
					claims += 1;
					throw new StoreError("unreachable", "it is away");
				},
			},
		}),
		...{ clock, log },
		...AROUND_CLAIMER,
		slots: {
			...AROUND_CLAIMER.slots,
			// As the runner does, it reports at once that slots have come free.
			release: () => clock.soon(() => claims < 10 && claimer.kick()),
		},
	});
	claimer.hint(ROUTE);
	await clock.runFor(1_000);
	expect(claims).toBe(1);
	claimer.hint(ROUTE);
	await clock.runFor(1_000);
	expect(claims).toBe(2);
});

test("a finisher that is stopped does not try again", async () => {
	const clock = new VirtualClock();
	let tries = 0;
	const finisher = new Finisher({
		shard: standInShard({
			tasks: {
				complete: async () => {
					tries += 1;
					throw new StoreError("unreachable", "it is away");
				},
			},
		}),
		clock,
		log,
		share: 1,
		...AROUND_FINISHER,
	});
	finisher.finish({
		...{ id: "a", token: 1, startedMs: 0 },
		...{ state: "SUCCESS", result: "1" },
	});
	await clock.runFor(STORE_RETRY_MS);
	expect(tries).toBe(2);
	finisher.stop();
	await clock.runFor(10 * STORE_RETRY_MS);
	expect(tries).toBe(2);
});

test("an end that comes while a task is given back is brought to the store too", async () => {
	const clock = new VirtualClock();
	const brought: TaskEnd[] = [];
	const finisher = new Finisher({
		shard: standInShard({
			tasks: {
				complete: async (ends: readonly TaskEnd[]) => {
					brought.push(...ends);
					return { outcomes: ends.map(() => "accepted"), kept: NONE_KEPT };
				},
				giveBack: () =>
					new Promise((resolve) => clock.after(10, () => resolve(["pending"]))),
			},
		}),
		clock,
		log,
		share: 1,
		...AROUND_FINISHER,
	});
	const [id, token] = ["a", 1];
	finisher.giveBack({
		...{ id, token, end: "crashed", message: "" },
		...{ route: ROUTE, priority: 5 },
	});
	await clock.runFor(5);
	const end: TaskEnd = {
		...{ id: "b", token: 2, startedMs: 0 },
		...{ state: "SUCCESS", result: "1" },
	};
	finisher.finish(end);
	await clock.runFor(1_000);
	expect(brought).toEqual([end]);
	expect(finisher.idle).toBe(true);
});

test.each([
	["an earlier life of it, which comes late", 500, ["opened"]],
	["another program", 1_500, ["opened", "superseded"]],
])(
	"a node keeps its session, or learns that it is over, if one is opened by %s",
	async (_whose, startedMs, expected) => {
		const { clock, shard, begin } = oneIdentity();
		const { renewer, told } = await begin(1_000);
		await shard.sessions.open({
			...{ record: { ...nodeRecord("ann"), startedMs }, ttlMs: LEASE_TTL_MS },
			...{ known: NO_GENERATION, knownEpoch: 0 },
		});
		// Long enough for what must not follow: another session of its own.
		await clock.runFor(2 * PULSE_MS_MAX);
		renewer.stop();
		expect(told).toEqual(expected);
	},
);

test("a node opens another session if nothing says any more whose the newer one was", async () => {
	const { clock, shard, begin } = oneIdentity();
	const { renewer, told } = await begin(1_000);
	// By the same life, as when the answer to an earlier request was lost.
	await shard.sessions.open({
		...{ record: { ...nodeRecord("ann"), startedMs: 1_000 } },
		...{ ttlMs: LEASE_TTL_MS, known: NO_GENERATION },
		knownEpoch: renewer.epoch,
	});
	loseRecordWhenAsked(shard);
	await clock.runFor(2 * PULSE_MS_MAX);
	renewer.stop();
	expect(told).toEqual(["opened", "revoked", "opened"]);
});

test("of two programs with one identity the later stays although their record was lost", async () => {
	const { clock, shard, begin } = oneIdentity();
	const earlier = await begin(1_000);
	loseRecordWhenAsked(shard);
	const later = await begin(1_500);
	await clock.runFor(6 * PULSE_MS_MAX);
	later.renewer.stop();
	expect(earlier.told).toEqual(["opened", "revoked", "opened", "superseded"]);
	expect(later.told).toEqual(["opened", "revoked", "opened"]);
});

/** A store, and programs that all have the identity "ann" and run at once. */
function oneIdentity() {
	const clock = new VirtualClock();
	const { shards } = createMemoryStore({
		shards: 1,
		nowMs: () => clock.wallMs(),
	});
	const shard = shards[0] as MemoryShard;
	const begin = (startedMs: number) =>
		startRenewer(clock, shard, { ...nodeRecord("ann"), startedMs });
	return { clock, shard, begin };
}

/** The next question for the nodes comes after the loss of the record that it is about. */
function loseRecordWhenAsked({ contents, sessions }: MemoryShard): void {
	const nodes = sessions.nodes.bind(sessions);
	sessions.nodes = async () => {
		sessions.nodes = nodes;
		const image = contents.save();
		image.sessions.lose("ann");
		contents.load(image);
		return await nodes();
	};
}

test("no token repeats when the store forgets the very raise of its generation", async () => {
	let nowMs = Date.UTC(2026, 6, 1);
	const store = createMemoryStore({ shards: 1, nowMs: () => nowMs });
	const shard = store.shards[0] as Shard;
	const task = {
		id: "a",
		route: ROUTE,
		priority: 5,
		options: PLAIN,
		payload: "1",
	};
	/** A node that knows no generation comes and claims the task. */
	const claimAnew = async (nodeId: string) => {
		const record = nodeRecord(nodeId);
		const opened = await openSession(shard, {
			record,
			ttlMs: 1,
			known: NO_GENERATION,
		});
		const reply = await shard.tasks.claim({
			session: formatSession(nodeId, opened.epoch),
			generation: opened.generation,
			...{ routes: [ROUTE], limit: 1 },
		});
		return reply.ok ? (reply.tasks[0]?.token ?? 0) : 0;
	};
	await shard.sessions.adopt(NO_GENERATION);
	await shard.tasks.submit([task]);
	const image = store.save();
	store.restart(image);
	nowMs += 1;
	const before = await claimAnew("ann");
	store.restart(image);
	nowMs += 1;
	expect(await claimAnew("bob")).toBeGreaterThan(before);
});

// The last of them: while the store was down its clock was put back and all its leases ended.
test.each([400496, 900131, 1160535])(
	"tokens that the store forgot are not given again by a node that comes back: seed %i",
	async (seed) => {
		const { verdict } = await runSeed({ seed });
		expect(verdict.breaches).toEqual([]);
	},
);

test.each([2, 52, 108, 122, 370])(
	"a node that was away while its cluster was made anew neither puts a task nor looks for one where the others do not, and knows its tokens: seed %i",
	async (seed) => {
		const fault = "joiner of another number";
		const { verdict } = await runSeed({ seed, fault });
		expect(verdict.breaches).toEqual([]);
	},
);

test.each([2068, 5347])(
	"who made the cluster anew may lose it again with the store, before it can put its number back: seed %i",
	async (seed) => {
		const { verdict } = await runSeed({ seed });
		expect(verdict.breaches).toEqual([]);
	},
);
