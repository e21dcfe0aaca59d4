/** New tasks stored as claimed: when a node tries that, and what follows where it cannot be. */
import { expect, test } from "vitest";
import { Claimer, type ClaimerParts } from "../../node/claimer.ts";
import {
	type Log,
	type Shard,
	StoreError,
	type SubmitClaimedReply,
} from "../../node/ports.ts";
import { CLAIM_BATCH_MAX } from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";

const ROUTE = "default|work|";
const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

function tasksOf(...priorities: number[]): NewTask[] {
	return priorities.map((priority, i) => ({
		...{ id: `task-${i}`, route: ROUTE, priority, payload: "1" },
	}));
}

function stored(tasks: readonly NewTask[]): SubmitClaimedReply {
	const claimed = { attempt: 1, createdMs: 0, claimedMs: 0, crashes: 0 };
	return {
		ok: true,
		seqs: tasks.map((_, i) => i),
		tasks: tasks.map((task, i) => ({ ...task, ...claimed, token: i })),
	};
}

/** A node of ten slots, all free, on a store that answers as it is told. */
function node(
	answer: (tasks: readonly NewTask[]) => SubmitClaimedReply = stored,
	parts: Partial<ClaimerParts> = {},
) {
	const seen = {
		free: 10,
		asked: 0,
		ran: [] as string[],
		events: [] as string[],
	};
	const shard = {
		submitClaimed: async (tasks: readonly NewTask[]) => {
			seen.asked += 1;
			return answer(tasks);
		},
		claim: () => new Promise(() => {}),
	} as unknown as Shard;
	const claimer = new Claimer({
		...{ shard, log, clock: new VirtualClock() },
		serves: () => true,
		lease: () => ({ session: "a:1", generation: 1 }),
		reserve: (slotsMax, orNone) => {
			if (orNone && slotsMax > seen.free) return 0;
			const got = Math.min(slotsMax, seen.free);
			seen.free -= got;
			return got;
		},
		release: (slots) => {
			seen.free += slots;
		},
		deliver: (tasks) => seen.ran.push(...tasks.map(({ id }) => id)),
		staleGeneration: () => seen.events.push("stale_generation"),
		noLease: () => seen.events.push("no_lease"),
		claimLost: () => seen.events.push("lost"),
		...parts,
	});
	return { claimer, seen };
}

test("they keep a slot each and run, the most urgent first", async () => {
	const { claimer, seen } = node();
	const outcomes = claimer.claimNew(tasksOf(0, 9, 5, 9));
	expect(claimer.inFlight).toBe(true);
	expect(await outcomes).toEqual(
		[0, 1, 2, 3].map((seq) => ({ ok: true, created: true, seq })),
	);
	expect(seen).toMatchObject({ free: 6, asked: 1 });
	expect(seen.ran).toEqual(["task-1", "task-3", "task-2", "task-0"]);
	expect(claimer).toMatchObject({ inFlight: false, newestToken: 3 });
});

test("the store is not asked where there are fewer slots than tasks", async () => {
	const { claimer, seen } = node();
	expect(await claimer.claimNew(tasksOf(...Array(11).fill(5)))).toBe(undefined);
	expect(seen).toMatchObject({ asked: 0, free: 10 });
});

test("nor where there are more than one claim may bring", async () => {
	const { claimer, seen } = node(stored, {
		reserve: () => CLAIM_BATCH_MAX + 1,
	});
	const tasks = tasksOf(...Array(CLAIM_BATCH_MAX + 1).fill(5));
	expect(await claimer.claimNew(tasks)).toBe(undefined);
	expect(seen.asked).toBe(0);
});

test.each<[string, Partial<ClaimerParts>, (claimer: Claimer) => void]>([
	["by a node without a lease", { lease: () => undefined }, () => {}],
	["by a node that does not serve them", { serves: () => false }, () => {}],
	["by a node that takes no more", {}, (claimer) => claimer.stop()],
	[
		"where tasks of another route may wait, which may be more urgent",
		{},
		(claimer) => claimer.hint("other|work|"),
	],
])("nor %s", async (_, parts, prepare) => {
	const { claimer, seen } = node(stored, parts);
	prepare(claimer);
	const { free } = seen;
	expect(await claimer.claimNew(tasksOf(5))).toBe(undefined);
	expect(seen).toMatchObject({ asked: 0, free });
});

test.each([
	["not_first", []],
	["no_lease", ["no_lease"]],
	["stale_generation", ["stale_generation"]],
] as const)(
	"where the store says %s the slots are free again, and what it means is told",
	async (code, events) => {
		const { claimer, seen } = node(() => ({ ok: false, code }));
		expect(await claimer.claimNew(tasksOf(5, 5))).toBe(undefined);
		expect(seen).toMatchObject({ free: 10, ran: [], events });
	},
);

test.each([
	["unknown", ["lost"]],
	["unreachable", []],
	["full", []],
] as const)(
	"where the answer is that the store is %s the slots are free again, and who submits is told",
	async (kind, events) => {
		const { claimer, seen } = node(() => {
			throw new StoreError(kind, "it is not there");
		});
		await expect(claimer.claimNew(tasksOf(5))).rejects.toMatchObject({ kind });
		expect(seen).toMatchObject({ free: 10, ran: [], events });
	},
);
