/** A store that is slow, silent or lost: how long new tasks wait for it, and what their senders are told. */
import { expect, test } from "vitest";
import {
	type KnownTask,
	type Log,
	StoreError,
	type SubmitOutcome,
} from "../../node/ports.ts";
import { Submitter } from "../../node/work/submitter.ts";
import {
	SUBMIT_BATCH_MAX,
	SUBMIT_BATCHES_MAX,
	SUBMIT_QUEUE_MS_MAX,
	SUBMIT_SILENCE_MS,
	SUBMIT_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";
import { newTask } from "../new-task.ts";
import { AROUND_SUBMITTER, standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** What becomes of a call to the store: an answer after a time, none at all, or a lost connection. */
type Fate =
	| { readonly answersMs: number }
	| { readonly lostMs: number; readonly stores: boolean }
	| "silent";

/** A store that treats one submission after another as it is told to, and the rest as the last. */
function slowStore(...fates: Fate[]) {
	const clock = new VirtualClock();
	const stored = new Map<string, NewTask>();
	const sent: string[][] = [];
	const seen = { lookUps: 0, fate: undefined as Fate | undefined };
	const after = (ms: number) =>
		new Promise<void>((resolve) => clock.after(ms, resolve));
	const shard = standInShard({
		tasks: {
			async submit(tasks: readonly NewTask[]): Promise<SubmitOutcome[]> {
				sent.push(tasks.map(({ id }) => id));
				seen.fate = fates.shift() ?? seen.fate ?? "silent";
				const { fate } = seen;
				if (fate === "silent") return await new Promise(() => {});
				const isLost = "lostMs" in fate;
				if (!isLost || fate.stores)
					for (const task of tasks) stored.set(task.id, task);
				await after(isLost ? fate.lostMs : fate.answersMs);
				if (isLost) throw new StoreError("unknown", "the connection closed");
				return tasks.map((_, seq) => ({ ok: true, created: true, seq }));
			},
			async known(
				tasks: readonly NewTask[],
			): Promise<(KnownTask | undefined)[]> {
				seen.lookUps += 1;
				if (seen.fate === "silent") return await new Promise(() => {});
				await after(1);
				return tasks.map(({ id }) => stored.get(id) as KnownTask | undefined);
			},
		},
	});
	const submitter = new Submitter({
		...AROUND_SUBMITTER,
		...{ shard, clock, log },
	});
	/** What each sender was told, and when. */
	const told: { what: string; atMs: number }[] = [];
	const submit = (count: number, more: Partial<NewTask> = {}) => {
		for (let i = 0; i < count; i++) {
			const id = `t${told.length}-${i}`;
			void submitter.submit(newTask(id, more)).then((outcome) =>
				told.push({
					what:
						outcome instanceof StoreError
							? outcome.kind
							: typeof outcome === "string"
								? outcome
								: outcome.ok && !outcome.created
									? "found"
									: "stored",
					atMs: clock.monoMs(),
				}),
			);
		}
	};
	return { clock, seen, sent, told, submit };
}

const FULL_PIPE = SUBMIT_BATCH_MAX * SUBMIT_BATCHES_MAX;

test("tasks that wait in the node for a store which is slow, and answers, are all stored", async () => {
	const { clock, told, submit } = slowStore({ answersMs: 600 });
	submit(12 * FULL_PIPE);
	await clock.runFor(12 * 600 + 10);
	expect(new Set(told.map(({ what }) => what))).toEqual(new Set(["stored"]));
	expect(told).toHaveLength(12 * FULL_PIPE);
});

test("the time that a task waited in the node does not count against the store", async () => {
	const { clock, told, submit } = slowStore(
		...Array<Fate>(SUBMIT_BATCHES_MAX).fill({ answersMs: 600 }),
		{ answersMs: 600 },
	);
	submit(FULL_PIPE + 1);
	await clock.runFor(1_210);
	expect(told.at(-1)).toMatchObject({ what: "stored" });
});

test("a task whose answer was lost is looked up, and found where it was stored", async () => {
	const { clock, told, submit } = slowStore({ lostMs: 5, stores: true });
	submit(3);
	await clock.runFor(20);
	expect(told.map(({ what }) => what)).toEqual(["found", "found", "found"]);
});

test("a task that may be another run of its id is not looked for under it: its outcome is unknown", async () => {
	const { clock, told, submit } = slowStore({ lostMs: 5, stores: true });
	submit(2, { again: true });
	submit(1);
	await clock.runFor(20);
	expect(told.map(({ what }) => what)).toEqual(["unknown", "unknown", "found"]);
});

test("a task that is not there may yet come: its outcome is unknown", async () => {
	const { clock, told, submit } = slowStore({ lostMs: 5, stores: false });
	submit(1);
	await clock.runFor(SUBMIT_TIMEOUT_MS);
	expect(told).toMatchObject([{ what: "unknown" }]);
});

test("if the store says nothing, tasks that were sent are looked up, others are refused, both in time", async () => {
	const { clock, seen, sent, told, submit } = slowStore("silent");
	submit(FULL_PIPE + 10);
	await clock.runFor(SUBMIT_TIMEOUT_MS);
	expect(seen.lookUps).toBe(SUBMIT_BATCHES_MAX);
	const behind = told.filter(({ what }) => what === "behind");
	const unknown = told.filter(({ what }) => what === "unknown");
	expect([behind.length, unknown.length]).toEqual([10, FULL_PIPE]);
	for (const { atMs } of told) expect(atMs).toBeLessThan(1_000);
	// Nor does it take more, or send later what it has refused.
	submit(1);
	await clock.runFor(1);
	expect(told.at(-1)).toMatchObject({ what: "behind" });
	await clock.runFor(10 * SUBMIT_TIMEOUT_MS);
	expect(sent).toHaveLength(SUBMIT_BATCHES_MAX);
});

test("an answer that comes while it is looked for stands, and more is taken from then on", async () => {
	const { clock, told, submit } = slowStore(
		{ answersMs: SUBMIT_SILENCE_MS + 100 },
		{ answersMs: 1 },
	);
	submit(1);
	await clock.runFor(SUBMIT_SILENCE_MS + 101);
	expect(told.map(({ what }) => what)).toEqual(["found"]);
	submit(1);
	await clock.runFor(10);
	expect(told.map(({ what }) => what)).toEqual(["found", "stored"]);
});

test("a submission that waits too long behind others is told that the node has too much to do", async () => {
	const { clock, told, submit } = slowStore({ answersMs: 600 });
	const rounds = Math.ceil(SUBMIT_QUEUE_MS_MAX / 600) + 2;
	submit(rounds * FULL_PIPE);
	await clock.runFor(SUBMIT_QUEUE_MS_MAX + 1_000);
	const late = told.filter(({ what }) => what === "overloaded");
	const stored = told.filter(({ what }) => what === "stored");
	expect(late.length).toBeGreaterThan(FULL_PIPE);
	expect(stored).toHaveLength(rounds * FULL_PIPE - late.length);
});
