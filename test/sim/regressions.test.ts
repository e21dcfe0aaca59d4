/** What the simulator has found, as small as it can be told. */
import { expect, test } from "vitest";
import { Claimer } from "../../node/claimer.ts";
import { Finisher } from "../../node/finisher.ts";
import { type Log, type Shard, StoreError } from "../../node/ports.ts";
import type { TaskEnd } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ROUTE = "default|work|";

test("free slots do not make a node try an unreachable store without end", async () => {
	const clock = new VirtualClock();
	let claims = 0;
	const claimer = new Claimer({
		shard: {
			claim: async () => {
				claims += 1;
				throw new StoreError("unreachable", "it is away");
			},
		} as unknown as Shard,
		log,
		serves: () => true,
		lease: () => ({ session: "a:1", generation: 1 }),
		reserve: () => 1,
		// As the runner does, it tells at once that slots have come free.
		release: () => clock.soon(() => claims < 10 && claimer.kick()),
		deliver() {},
		staleGeneration() {},
		noLease() {},
	});
	claimer.hint(ROUTE);
	await clock.runFor(1_000);
	expect(claims).toBe(1);
	claimer.hint(ROUTE);
	await clock.runFor(1_000);
	expect(claims).toBe(2);
});

test("an end that comes while a task is given back is brought to the store too", async () => {
	const clock = new VirtualClock();
	const brought: TaskEnd[] = [];
	const finisher = new Finisher({
		shard: {
			index: 0,
			complete: async (ends: readonly TaskEnd[]) => {
				brought.push(...ends);
				return { outcomes: ends.map(() => "accepted"), endedKept: 0 };
			},
			giveBack: () =>
				new Promise((resolve) => clock.after(10, () => resolve(["pending"]))),
		} as unknown as Shard,
		clock,
		log,
		ended() {},
		kept() {},
		putBack() {},
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
