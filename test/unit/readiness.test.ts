/** When a node says that it can accept tasks, by the state of its store. */
import { expect, test } from "vitest";
import { ClusterAnswers } from "../../node/answers/cluster.ts";
import { type FullError, StoreError } from "../../node/ports.ts";
import { READY_ASK_MS } from "../../protocol/limits.ts";
import { TASK_STATES, type TaskState } from "../../protocol/state.ts";
import { VirtualClock } from "../clock.ts";

const MEMORY = { why: "its memory is full", lacksMemory: true };
const DISK = { why: "its disk is full", lacksMemory: false };

function begin(ended: Partial<Record<TaskState, number>> = {}) {
	const clock = new VirtualClock();
	const world = {
		full: undefined as FullError | undefined,
		refusedLately: false,
		...{ trusted: true, up: true },
		asks: 0,
		ask: async () => world.full,
	};
	const none = Object.fromEntries(TASK_STATES.map((state) => [state, 0]));
	const counts = async () => ({ states: { ...none, ...ended } });
	const answers = new ClusterAnswers({
		clock,
		store: {
			get up() {
				return world.up;
			},
			refusesWrites: () => {
				world.asks += 1;
				return world.ask();
			},
		},
		engines: [
			{
				shard: { tasks: { counts } },
				submitter: {
					get refusedLately() {
						return world.refusedLately;
					},
				},
				renewer: {
					epoch: 1,
					generation: 1,
					get trusted() {
						return world.trusted;
					},
				},
			},
		],
		report: { draining: false },
		access: { isKnown: true },
	} as unknown as ConstructorParameters<typeof ClusterAnswers>[0]);
	return { clock, world, answers };
}

const NO = (why: string) => ({ ready: false, reasons: [why] });
const YES = { ready: true, reasons: [] };

test("a node whose store takes no writes is not ready, and says why", async () => {
	const { world, answers } = begin({ SUCCESS: 5 });
	expect(await answers.readinessNow()).toEqual(YES);
	world.full = DISK;
	expect(await answers.readinessNow()).toEqual(
		NO("The store takes no new tasks: its disk is full."),
	);
	// It renews no lease then, which is not what an operator has to know first.
	world.trusted = false;
	expect((await answers.readinessNow()).reasons).toEqual([
		"The store takes no new tasks: its disk is full.",
		expect.stringContaining("lease"),
	]);
});

test("a store without memory is full if no ended task can be discarded, or a task was refused all the same", async () => {
	const empty = begin({ PENDING: 3 });
	empty.world.full = MEMORY;
	const full = NO("The store takes no new tasks: its memory is full.");
	expect(await empty.answers.readinessNow()).toEqual(full);
	const { world, answers } = begin({ EXPIRED: 1 });
	world.full = MEMORY;
	expect(await answers.readinessNow()).toEqual(YES);
	world.refusedLately = true;
	expect(await answers.readinessNow()).toEqual(full);
});

test("a store that does not answer in time is not there, and one that is known to be away is not asked", async () => {
	const { clock, world, answers } = begin();
	world.ask = () => new Promise(() => {});
	const answer = answers.readinessNow();
	await clock.runFor(READY_ASK_MS);
	expect(await answer).toEqual(NO("The store does not answer."));
	world.ask = () => Promise.reject(new StoreError("unreachable", "gone"));
	expect(await answers.readinessNow()).toEqual(
		NO("The store does not answer."),
	);
	world.ask = () => Promise.reject(new StoreError("behind", "too much"));
	expect(await answers.readinessNow()).toEqual(YES);
	const { asks } = world;
	world.up = false;
	expect((await answers.readinessNow()).ready).toBe(false);
	expect(world.asks).toBe(asks);
});
