/** Rules of new tasks that are submitted with a lease: when they are its session's at once, and what follows from that. */
import { expect, it } from "vitest";
import type { ClaimedTask, NewTask } from "../../protocol/task.ts";
import {
	type Bench,
	type Session,
	SOME_OPTIONS,
	success,
} from "./store-bench.ts";
import { knownAs } from "./store-known.ts";

export function submittingClaimedRules(bench: Bench): void {
	const submit = ({ name, generation }: Session, ...tasks: NewTask[]) =>
		bench.tasks.submit(tasks, { session: name, generation });
	/** Submits tasks that have to be the session's at once. */
	const take = async (session: Session, ...tasks: NewTask[]) => {
		const outcomes = await submit(session, ...tasks);
		return outcomes.map((outcome): ClaimedTask => {
			if (outcome.ok && outcome.created && outcome.claimed !== undefined)
				return outcome.claimed;
			throw new Error(`not claimed: ${JSON.stringify(outcome)}`);
		});
	};
	const get = (tasks: readonly NewTask[]) =>
		bench.tasks.get(tasks.map(({ id }) => id));

	it("new tasks are the session's at once, as if it had claimed them", async () => {
		const session = await bench.open();
		const before = await bench.started(session);
		const tasks = [
			bench.task({ payload: '"ä\\n"', priority: 0, options: SOME_OPTIONS }),
			bench.task({ route: "other|t|gpu", priority: 255 }),
		];
		const outcomes = await submit(session, ...tasks);
		const records = await get(tasks);
		const nowMs = records[0]?.createdMs ?? Number.NaN;
		const seqs = records.map((record) => record?.seq ?? Number.NaN);
		const [seq = Number.NaN] = seqs;
		expect(seq).toBeGreaterThan((await bench.read(before.id)).seq);
		expect(seqs).toEqual([seq, seq + 1]);
		const claimed = tasks.map((task, i) => ({
			...{ ...task, token: before.token + 1 + i, attempt: 1 },
			...{ createdMs: nowMs, claimedMs: nowMs },
			...{ round: 1, failures: 0, crashes: 0, losses: 0 },
		}));
		expect(outcomes).toEqual(
			claimed.map((task, i) => ({
				...{ ok: true, created: true, seq: seqs[i], claimed: task },
			})),
		);
		expect(records).toEqual(
			claimed.map(({ claimedMs, token, ...task }, i) => ({
				...{ ...task, state: "STARTED", seq: seqs[i], round: 1, failures: 0 },
				attempts: [
					{ token, round: 1, nodeId: "ann", epoch: session.epoch, claimedMs },
				],
			})),
		);
		expect(await bench.sessions.running(session.name)).toEqual(
			[before, ...claimed].map(({ id, token }) => ({ id, token })),
		);
		const { states, accepted, attempts, waiting } = await bench.tasks.counts();
		expect(states).toMatchObject({ PENDING: 0, STARTED: 3 });
		expect([accepted, attempts, waiting]).toEqual([3, 3, []]);
	});

	it("tasks that are claimed as they are stored end, and are put back, like any others", async () => {
		const session = await bench.open();
		const [ending, lost] = [bench.task(), bench.task()];
		const claimed = await take(session, ending, lost);
		const { outcomes } = await bench.tasks.complete(
			claimed.slice(0, 1).map(success),
		);
		expect(outcomes).toEqual(["accepted"]);
		expect(await bench.read(ending.id)).toMatchObject({ state: "SUCCESS" });
		const revoke = {
			session: session.name,
			grounds: { when: "now" },
			limit: 9,
		} as const;
		expect(await bench.sessions.revoke(revoke)).toMatchObject({
			putBack: [{ route: lost.route, count: 1 }],
		});
		const again = await bench.claimOne(await bench.open("bob"));
		expect(again).toMatchObject({ id: lost.id, attempt: 2 });
		expect(again.token).toBeGreaterThan(claimed[1]?.token ?? Number.NaN);
	});

	it("if a task waits on one of their routes all new tasks wait behind it", async () => {
		const session = await bench.open();
		const [first] = await bench.submit({ route: "x|t|" });
		const behind = [bench.task(), bench.task({ route: "x|t|" })];
		const outcomes = await submit(session, ...behind);
		expect(outcomes.map((outcome) => Object.keys(outcome))).toEqual(
			behind.map(() => ["ok", "created", "seq"]),
		);
		expect(await bench.tasks.counts()).toMatchObject({
			...{ accepted: 3, attempts: 0, states: { PENDING: 3, STARTED: 0 } },
		});
		const { tasks } = await bench.claim(session, 9, ["x|t|"]);
		expect(tasks.map(({ id }) => id)).toEqual([first?.id, behind[1]?.id]);
		// Nothing waits there any more, but one task waits on another route.
		await take(session, bench.task({ route: "x|t|" }));
	});

	it("for an id that is taken, or comes twice, the answer is the task as it is; the others are the session's", async () => {
		const session = await bench.open();
		const [ended] = await bench.ended(session, 1);
		const known = await bench.started(session);
		const task = bench.task();
		const outcomes = await submit(session, known, task, ended as NewTask, task);
		expect(outcomes).toMatchObject([
			{ created: false, existing: await knownAs(bench, known) },
			{ created: true, claimed: { id: task.id, token: known.token + 1 } },
			{ created: false, existing: await knownAs(bench, ended as NewTask) },
			{ created: false, existing: await knownAs(bench, task) },
		]);
		expect(await bench.tasks.counts()).toMatchObject({
			...{ accepted: 3, attempts: 3, states: { STARTED: 2, SUCCESS: 1 } },
		});
	});

	it("without a lease new tasks wait: unknown, expired, revoked or of another generation", async () => {
		const lapsed = await bench.open("lapsed");
		const revoked = await bench.open("revoked");
		const revoke = {
			session: revoked.name,
			grounds: { when: "now" },
			limit: 1,
		} as const;
		await bench.sessions.revoke(revoke);
		await bench.lapse(lapsed);
		const session = await bench.open();
		const unknown = { ...session, name: `${session.name}0` };
		const other = { ...session, generation: session.generation - 1 };
		const all = [unknown, lapsed, revoked, other];
		for (const [i, without] of all.entries())
			expect(
				await submit(without, bench.task({ route: `q${i}|t|` })),
			).not.toHaveProperty("0.claimed");
		expect(await bench.tasks.counts()).toMatchObject({
			...{ accepted: 4, attempts: 0, states: { PENDING: 4, STARTED: 0 } },
		});
		await take(session, bench.task());
	});
}
