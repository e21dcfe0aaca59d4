/** Rules of losses: which tasks are suspected of killing their nodes, and what is known of these nodes. */
import { expect, it } from "vitest";
import type { RevokeRequest } from "../../node/ports.ts";
import {
	LEASE_TTL_MS,
	LOSSES_ALONE_MAX,
	LOSSES_SHARED_MAX,
	OVERDUE_MS,
} from "../../protocol/limits.ts";
import {
	type Bench,
	nodeRecord,
	type Session,
	success,
	TTL_MS,
} from "./store-bench.ts";

function now({ name }: Session, limit = 10): RevokeRequest {
	return { session: name, grounds: { when: "now" }, limit };
}

function lossesOn(bench: Bench) {
	/** Revokes a session until none of its tasks is left. */
	async function lose(
		session: Session,
		lostElsewhere?: boolean,
		limit?: number,
	): Promise<void> {
		const how = lostElsewhere === undefined ? {} : { lostElsewhere };
		for (let left = 1; left > 0; ) {
			const request = { ...now(session, limit), ...how };
			const reply = await bench.sessions.revoke(request);
			if (!reply.ok) throw new Error(reply.code);
			left = reply.left;
		}
	}

	/** A node starts, takes all waiting tasks, of which there are so many, and is lost. */
	async function loseWith(
		tasks: number,
		lostElsewhere?: boolean,
		limit?: number,
	): Promise<void> {
		bench.startAgain();
		const session = await bench.open();
		expect((await bench.claim(session)).tasks).toHaveLength(tasks);
		await lose(session, lostElsewhere, limit);
	}

	/** Makes a task that has lost its node so often that it runs in a process of its own. */
	async function suspect(): Promise<string> {
		const [task] = await bench.submit({});
		for (let times = 0; times < LOSSES_SHARED_MAX; times++) await loseWith(1);
		return task?.id ?? "";
	}

	return { lose, loseWith, suspect };
}

export function poisonRules(bench: Bench): void {
	const { loseWith, suspect } = lossesOn(bench);

	it("a task may lose its node any number of times if others ran there, whether they are taken back at once or one by one", async () => {
		const [one, two] = await bench.submit({}, {});
		for (let times = 0; times < 5; times++) {
			await loseWith(2, false);
			await loseWith(2, false, 1);
		}
		for (const task of [one, two])
			expect(await bench.read(task?.id ?? "")).toMatchObject({
				...{ state: "PENDING", losses: 10, crashes: 0 },
			});
		const { tasks } = await bench.claim(await bench.open());
		expect(tasks).toMatchObject([{ losses: 10 }, { losses: 10 }]);
	});

	it("a task that runs alone on its node, in a process of its own, is given up after its last loss, and its last holder is refused", async () => {
		const id = await suspect();
		const lossesMax = LOSSES_SHARED_MAX + LOSSES_ALONE_MAX;
		for (let times = LOSSES_SHARED_MAX + 1; times < lossesMax; times++)
			await loseWith(1, false);
		// A loss together with others, in this shard or another, does not count.
		const [other] = await bench.submit({});
		await loseWith(2, false);
		bench.startAgain();
		const session = await bench.open();
		const [last, beside] = (await bench.claim(session)).tasks;
		if (last === undefined || beside === undefined) throw new Error("two");
		await bench.tasks.complete([success(beside)]);
		const request = { ...now(session), lostElsewhere: false };
		expect(await bench.sessions.revoke(request)).toEqual({
			...{ ok: true, taken: true, putBack: [], left: 0 },
		});
		const record = await bench.read(id);
		expect(record).toMatchObject({
			...{ state: "FAILURE", losses: lossesMax + 1, crashes: 0 },
			error: { code: "crashed" },
		});
		expect(record.error?.message).toContain(`lost ${LOSSES_ALONE_MAX} times`);
		const alone = record.attempts.map((attempt) => attempt.alone ?? false);
		expect(alone).toEqual([false, false, true, false, true]);
		expect(record.finishedMs).toBe(record.attempts.at(-1)?.endedMs);
		const reply = await bench.tasks.complete([success(last)]);
		expect(reply).toMatchObject({
			outcomes: ["stale_token"],
			kept: { successes: { number: 1 }, failures: { number: 1 } },
		});
		const { states, waiting } = await bench.tasks.counts();
		expect(states).toMatchObject({ PENDING: 0, STARTED: 0, FAILURE: 1 });
		expect(waiting).toEqual([]);
		expect((await bench.read(other?.id ?? "")).state).toBe("SUCCESS");
	});
}

export function suspectRules(bench: Bench): void {
	const { lose, suspect } = lossesOn(bench);

	/** How many losses count against the task, which waits. */
	async function heldAgainst(id: string): Promise<number> {
		const { state, attempts } = await bench.read(id);
		expect(state).toBe("PENDING");
		return attempts.filter(({ alone }) => alone).length;
	}

	it("whether a task was alone is asked after the lease was taken and before the task is put back; and only of a suspect", async () => {
		const id = await suspect();
		bench.startAgain();
		const session = await bench.open();
		await bench.claimOne(session);
		const { startedMs } = bench.life();
		const asked = { ok: false, code: "suspect", startedMs };
		for (let times = 0; times < 2; times++)
			expect(await bench.sessions.revoke(now(session))).toEqual(asked);
		expect(await bench.read(id)).toMatchObject({ state: "STARTED" });
		expect(await bench.sessions.pulse(session.name, TTL_MS)).toMatchObject({
			...{ ok: false, code: "revoked" },
		});
		await lose(session, true);
		expect(await heldAgainst(id)).toBe(0);
	});

	it("a suspect was not alone if its node's life had lost another task here before", async () => {
		const id = await suspect();
		bench.startAgain();
		const first = await bench.open();
		await bench.claimOne(first);
		const second = await bench.open();
		await lose(first, false);
		expect(await heldAgainst(id)).toBe(1);
		await bench.claimOne(second);
		await lose(second, false);
		expect(await heldAgainst(id)).toBe(1);
	});

	it("a suspect was not alone if its session's life is unknown", async () => {
		const id = await suspect();
		bench.startAgain();
		const session = await bench.open();
		await bench.claimOne(session);
		await bench.world.lose({ nodeId: "ann" }, bench.index);
		await lose(session, false);
		expect(await heldAgainst(id)).toBe(0);
	});
}

export function lifeRules(bench: Bench): void {
	/** What is known of ann's first life. */
	const first = nodeRecord("ann");
	const lostWith = () => bench.sessions.lostWith(first);

	/** Opens a session that has not renewed its lease for so long. */
	async function renewedAgo(session: Session, ms: number): Promise<void> {
		await bench.pulse(session, LEASE_TTL_MS - ms);
	}

	it("a life's losses stay known after its tasks were put back, and after its node has come back and lost others", async () => {
		const ann = await bench.open();
		await bench.submit({}, {}, {});
		await bench.claim(ann);
		await bench.sessions.revoke(now(ann, 2));
		expect(await lostWith()).toBe(3);
		await bench.sessions.revoke(now(ann, 2));
		expect(await lostWith()).toBe(3);
		bench.startAgain();
		const again = await bench.open();
		expect(await lostWith()).toBe(3);
		expect(await bench.sessions.lostWith(bench.life())).toBeUndefined();
		await bench.claim(again, 1);
		await bench.sessions.revoke(now(again));
		expect(await bench.sessions.lostWith(bench.life())).toBe(1);
		expect(await lostWith()).toBeUndefined();
	});

	it("a life that another of its node has followed has lost what it ran, which may be nothing", async () => {
		await bench.open();
		bench.startAgain();
		await bench.started(await bench.open());
		expect(await lostWith()).toBe(0);
		bench.startAgain();
		const { nodeId, startedMs } = bench.life();
		await bench.open();
		const second = { nodeId, startedMs: startedMs - 1 };
		expect(await bench.sessions.lostWith(second)).toBe(1);
	});

	it("all sessions of a life count, also the present one if it has not been renewed for long", async () => {
		const ann = await bench.open();
		await bench.started(ann);
		await bench.sessions.revoke(now(ann));
		const next = await bench.open();
		await bench.claimOne(next);
		expect(await lostWith()).toBeUndefined();
		await renewedAgo(next, OVERDUE_MS - 900);
		expect(await lostWith()).toBeUndefined();
		await renewedAgo(next, OVERDUE_MS);
		expect(await lostWith()).toBe(2);
		await bench.pulse(next);
		expect(await lostWith()).toBeUndefined();
		await bench.sessions.revoke(now(next));
		expect(await lostWith()).toBe(2);
	});

	it("nothing is known about a life that nobody has seen, or that has said goodbye", async () => {
		expect(await lostWith()).toBeUndefined();
		const ann = await bench.open();
		await bench.started(ann);
		await bench.sessions.revoke(now(ann));
		const next = await bench.open();
		await bench.submit({});
		await bench.claim(next);
		await bench.sessions.close(next.name, 1);
		expect(await lostWith()).toBeUndefined();
		await bench.sessions.close(next.name, 1);
		expect(await lostWith()).toBeUndefined();
	});
}
