/** How the ends of attempts are gathered into batches, and what bounds them. */
import { expect, test } from "vitest";
import { type Log, StoreError } from "../../node/ports.ts";
import { Finisher } from "../../node/work/finisher.ts";
import {
	COMPLETE_BATCHES_MAX,
	ENDS_WAITING_BYTES_MAX,
	RESULT_BYTES_MAX,
	STORE_RETRY_MS,
} from "../../protocol/limits.ts";
import type { TaskEnd } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";
import { NONE_KEPT } from "../keeping.ts";
import { AROUND_FINISHER, standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ROUTE = "default|work|";

function finisherOf(share: number) {
	const clock = new VirtualClock();
	const batches: string[] = [];
	const answers: ((error?: StoreError) => void)[] = [];
	const underWay = (batch: readonly { id: string }[]) => {
		batches.push(batch.map(({ id }) => id).join(""));
		return new Promise<void>((resolve, reject) =>
			answers.push((error) => (error ? reject(error) : resolve())),
		);
	};
	const node = { sent: 0 };
	const finisher = new Finisher({
		shard: standInShard({
			tasks: {
				complete: async (ends: readonly TaskEnd[]) => {
					await underWay(ends);
					return { outcomes: ends.map(() => "accepted"), kept: NONE_KEPT };
				},
				giveBack: async (tasks: readonly { id: string }[]) => {
					await underWay(tasks);
					return tasks.map(() => "pending");
				},
			},
		}),
		clock,
		log,
		share,
		...AROUND_FINISHER,
		turns: {
			slotsFreed: () => {
				node.sent += 1;
			},
		},
	});
	const finish = async (ids: string) => {
		for (const id of ids)
			finisher.finish({
				...{ id, token: 1, startedMs: 0 },
				...{ state: "SUCCESS", result: "1" },
			});
		await clock.runFor(0);
	};
	const answer = async (error?: StoreError) => {
		answers.shift()?.(error);
		await clock.runFor(0);
	};
	return { clock, finisher, node, batches, finish, answer };
}

test("behind a batch that is under way only a full one follows", async () => {
	const { batches, finish, answer } = finisherOf(3);
	await finish("a");
	await finish("bc");
	expect(batches).toEqual(["a"]);
	await finish("de");
	expect(batches).toEqual(["a", "bcd"]);
	await answer();
	await answer();
	expect(batches).toEqual(["a", "bcd", "e"]);
});

test("the number of batches under way at once is bounded", async () => {
	const { batches, finish, finisher } = finisherOf(1);
	await finish("abcdefgh");
	expect(batches).toHaveLength(COMPLETE_BATCHES_MAX);
	expect(finisher.unsent).toBe(8 - COMPLETE_BATCHES_MAX);
	expect(finisher.waiting).toBe(8);
	expect(finisher.held()).toHaveLength(8);
});

test("ends that the store did not take are kept, and sent again before the others", async () => {
	const { clock, batches, finish, answer, finisher, node } = finisherOf(2);
	await finish("ab");
	await finish("c");
	expect(node.sent).toBe(1);
	await answer(new StoreError("unreachable", "it is away"));
	await finish("d");
	expect(finisher.unsent).toBe(4);
	expect(batches).toEqual(["ab"]);
	await clock.runFor(STORE_RETRY_MS);
	expect(batches).toEqual(["ab", "ab", "cd"]);
	expect(node.sent).toBe(3);
	await answer();
	await answer();
	expect(finisher.idle).toBe(true);
});

test("tasks given back and ends go in turn, so that neither keeps the other", async () => {
	const { clock, batches, finish, finisher, answer } = finisherOf(2);
	const giveBack = (id: string) =>
		finisher.giveBack({
			...{ id, token: 1, end: "handed-back", message: "" },
			...{ route: ROUTE, priority: 5 },
		});
	await finish("ab");
	giveBack("x");
	await finish("c");
	await answer();
	expect(batches).toEqual(["ab", "x"]);
	await answer(new StoreError("refused", "it is damaged"));
	await clock.runFor(STORE_RETRY_MS);
	expect(batches).toEqual(["ab", "x", "c"]);
	await answer();
	expect(batches).toEqual(["ab", "x", "c", "x"]);
});

test("a node takes no more work while results for a store that is away fill its memory", async () => {
	const { finisher, answer, clock } = finisherOf(1);
	const result = "x".repeat(RESULT_BYTES_MAX);
	const fitting = ENDS_WAITING_BYTES_MAX / RESULT_BYTES_MAX;
	const finish = (id: string) =>
		finisher.finish({
			...{ id, token: 1, startedMs: 0 },
			...{ state: "SUCCESS", result },
		});
	finish("first");
	await clock.runFor(0);
	await answer(new StoreError("unreachable", "it is away"));
	for (let i = 1; i < fitting; i++) finish(`${i}`);
	expect(finisher.clogged).toBe(false);
	finish("last");
	expect(finisher.clogged).toBe(true);
	await clock.runFor(STORE_RETRY_MS);
	expect(finisher.clogged).toBe(false);
});
