/** Rules of new tasks that are stored as claimed: who may have them at once, and what that leaves. */
import { expect, it } from "vitest";
import { ROUTES_MAX } from "../../protocol/limits.ts";
import type { NewTask } from "../../protocol/task.ts";
import { type Bench, type Session, success } from "./store-bench.ts";

const NOT_FIRST = { ok: false, code: "not_first" };

export function submittingClaimedRules(bench: Bench): void {
	const submit = (session: Session, ...tasks: NewTask[]) =>
		bench.shard.submitClaimed(tasks, {
			session: session.name,
			generation: session.generation,
		});
	const get = (tasks: readonly NewTask[]) =>
		bench.shard.get(tasks.map(({ id }) => id));

	it("new tasks are the session's at once, as if it had claimed them", async () => {
		const session = await bench.open();
		const before = await bench.started(session);
		const tasks = [
			bench.task({ payload: '"ä\\n"', priority: 0 }),
			bench.task({ route: "other|t|gpu", priority: 255 }),
		];
		const reply = await submit(session, ...tasks);
		const records = await get(tasks);
		const nowMs = records[0]?.createdMs ?? Number.NaN;
		const seqs = records.map((record) => record?.seq ?? Number.NaN);
		const [seq = Number.NaN] = seqs;
		expect(seq).toBeGreaterThan((await bench.read(before.id)).seq);
		expect(seqs).toEqual([seq, seq + 1]);
		const claimed = tasks.map((task, i) => ({
			...{ ...task, token: before.token + 1 + i, attempt: 1 },
			...{ createdMs: nowMs, claimedMs: nowMs, crashes: 0 },
		}));
		expect(reply).toEqual({ ok: true, seqs, tasks: claimed });
		expect(records).toEqual(
			claimed.map(({ claimedMs, token, ...task }, i) => ({
				...{ ...task, state: "STARTED", seq: seqs[i], losses: 0 },
				attempts: [{ token, nodeId: "ann", epoch: session.epoch, claimedMs }],
			})),
		);
		expect(await bench.shard.running(session.name)).toEqual(
			[before, ...claimed].map(({ id, token }) => ({ id, token })),
		);
		const { states, accepted, attempts, waiting } = await bench.shard.counts();
		expect(states).toMatchObject({ PENDING: 0, STARTED: 3 });
		expect([accepted, attempts, waiting]).toEqual([3, 3, []]);
	});

	it("they end, and go back to wait, as any others", async () => {
		const session = await bench.open();
		const [ending, lost] = [bench.task(), bench.task()];
		const reply = await submit(session, ending, lost);
		if (!reply.ok) throw new Error(reply.code);
		const { outcomes } = await bench.shard.complete(
			reply.tasks.slice(0, 1).map(success),
		);
		expect(outcomes).toEqual(["accepted"]);
		expect(await bench.read(ending.id)).toMatchObject({ state: "SUCCESS" });
		const revoke = { session: session.name, when: "now", limit: 9 } as const;
		expect(await bench.shard.revoke(revoke)).toMatchObject({
			putBack: [{ route: lost.route, count: 1 }],
		});
		const again = await bench.claimOne(await bench.open("bob"));
		expect(again).toMatchObject({ id: lost.id, attempt: 2 });
		expect(again.token).toBeGreaterThan(reply.tasks[1]?.token ?? Number.NaN);
	});

	it("where a task waits on one of their routes none is stored, as that one goes first", async () => {
		const session = await bench.open();
		await bench.submit({ route: "x|t|", priority: 0 });
		const behind = [bench.task(), bench.task({ route: "x|t|", priority: 9 })];
		expect(await submit(session, ...behind)).toEqual(NOT_FIRST);
		expect(await get(behind)).toEqual([undefined, undefined]);
		expect(await bench.shard.counts()).toMatchObject({
			...{ accepted: 1, attempts: 0, states: { PENDING: 1, STARTED: 0 } },
		});
		await bench.claim(session, 1, ["x|t|"]);
		expect(await submit(session, ...behind)).toMatchObject({ ok: true });
	});

	it("where an id is known, or comes twice, none is stored", async () => {
		const session = await bench.open();
		const known = await bench.started(session);
		const [ended] = await bench.ended(session, 1);
		const task = bench.task();
		for (const other of [known, ended, task]) {
			const again = bench.task({ id: other?.id ?? "" });
			expect(await submit(session, task, again)).toEqual(NOT_FIRST);
			expect(await get([task])).toEqual([undefined]);
		}
		expect((await bench.shard.counts()).accepted).toBe(2);
	});

	it("however many routes have work, one that waits for nothing is not one too many", async () => {
		const session = await bench.open();
		const routes = Array.from({ length: ROUTES_MAX }, (_, i) => `q${i}|t|`);
		await bench.submit(...routes.map((route) => ({ route })));
		const beyond = bench.task({ route: "beyond|t|" });
		expect(await submit(session, beyond)).toMatchObject({ ok: true });
	});

	it("without a lease none is stored: unknown, run out, revoked or of another generation", async () => {
		const lapsed = await bench.open("lapsed");
		const revoked = await bench.open("revoked");
		const revoke = { session: revoked.name, when: "now", limit: 1 } as const;
		await bench.shard.revoke(revoke);
		await bench.lapse(lapsed);
		const session = await bench.open();
		const task = bench.task();
		const unknown = { ...session, name: `${session.name}0` };
		for (const without of [unknown, lapsed, revoked])
			expect(await submit(without, task)).toEqual({
				...{ ok: false, code: "no_lease" },
			});
		const other = { ...session, generation: session.generation - 1 };
		expect(await submit(other, task)).toEqual({
			...{ ok: false, code: "stale_generation" },
		});
		expect(await get([task])).toEqual([undefined]);
		expect((await bench.shard.counts()).accepted).toBe(0);
	});
}
