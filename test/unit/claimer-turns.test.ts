/** Claims of a node that takes turns with others. */
import { expect, test } from "vitest";
import {
	type ClaimReply,
	type ClaimRequest,
	type Log,
	StoreError,
} from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import { VirtualClock } from "../clock.ts";
import { claimedTask } from "../new-task.ts";
import { AROUND_CLAIMER, standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ROUTE = "default|work|";

/** A claimer with so many free slots, on a store that answers when it is told to. */
function claimerOf(free: number, lease = AROUND_CLAIMER.lease) {
	const node = { free };
	const asked: ClaimRequest[] = [];
	const answers: PromiseWithResolvers<ClaimReply>[] = [];
	const claimer = new Claimer({
		shard: standInShard({
			tasks: {
				claim: (request: ClaimRequest) => {
					asked.push(request);
					const answer = Promise.withResolvers<ClaimReply>();
					answers.push(answer);
					return answer.promise;
				},
			},
		}),
		...{ clock: new VirtualClock(), log },
		...AROUND_CLAIMER,
		lease,
		slots: {
			...AROUND_CLAIMER.slots,
			reserve: (slotsMax) => {
				const got = Math.min(slotsMax, node.free);
				node.free -= got;
				return got;
			},
			release: (count) => {
				node.free += count;
			},
		},
	});
	return { claimer, asked, answers, node };
}

test("a claim in turns leaves at once, whatever else is under way, and brings what came", async () => {
	const { claimer, asked, answers, node } = claimerOf(9);
	claimer.want(ROUTE, 1);
	const taking = claimer.takeTurns(["a|t|", "b|t|"], [1, 4, 7]);
	expect(asked).toMatchObject([
		{ routes: [ROUTE], limit: 1 },
		{ routes: ["a|t|", "b|t|"], limit: 3, turns: [1, 4, 7] },
	]);
	expect(asked[0]).not.toHaveProperty("turns");
	const tasks = [claimedTask("t", 1)];
	answers[1]?.resolve({ ok: true, tasks, waiting: [0, 2] });
	expect(await taking).toEqual(tasks);
	expect(node.free).toBe(7);
	// The tasks that still wait there are for others.
	expect(claimer.isHot("b|t|")).toBe(false);
});

test("a claim asks for no more turns than there are slots", async () => {
	const { claimer, asked } = claimerOf(2);
	void claimer.takeTurns([ROUTE], [1, 4, 7]);
	expect(asked).toMatchObject([{ limit: 2, turns: [1, 4] }]);
	expect(await claimer.takeTurns([ROUTE], [1])).toEqual([]);
	expect(asked).toHaveLength(1);
});

test("a node that may not claim, or no longer does, takes nothing", async () => {
	const none = { lease: undefined, hurry() {} };
	const without = claimerOf(9, none as never);
	expect(await without.claimer.takeTurns([ROUTE], [1])).toEqual([]);
	const stopped = claimerOf(9);
	stopped.claimer.stop();
	expect(await stopped.claimer.takeTurns([ROUTE], [1])).toEqual([]);
	expect([...without.asked, ...stopped.asked]).toEqual([]);
});

test("a claim that fails has brought nothing, and gives its slots back", async () => {
	const { claimer, answers, node } = claimerOf(2);
	const taking = claimer.takeTurns([ROUTE], [1, 2]);
	answers[0]?.reject(new StoreError("unknown", "no answer"));
	expect(await taking).toEqual([]);
	expect(node.free).toBe(2);
});
