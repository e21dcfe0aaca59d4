/** Rules of what the live page is drawn from: figures, now and over time, running tasks, and past events. */
import { expect, it } from "vitest";
import type { EventEntry } from "../../node/ports.ts";
import { LIVE_HOLDERS_STEP, LIVE_STEP_MS } from "../../protocol/limits.ts";
import { type Bench, ROUTE, success } from "./store-bench.ts";

/** How much of a step must be left for what a test does within it. */
const ROOM_MS = 1_500;

export function liveRules(bench: Bench): void {
	const look = () => bench.shard.live.look(0);

	it("a look tells how many tasks wait, run, and have ever ended", async () => {
		const session = await bench.open();
		await bench.submit({}, {}, {}, { options: { delay: "1h" } });
		const [one, two] = (await bench.claim(session, 2)).tasks;
		if (one === undefined || two === undefined) throw new Error("too few");
		const held = { id: two.id, token: two.token, startedMs: 1 };
		const { id } = two;
		const error = { code: "failed", message: "no" };
		const failed = { state: "FAILURE", end: "failure", error } as const;
		await bench.tasks.complete([success(one), { ...held, ...failed }]);
		const three = await bench.claimOne(session);
		expect(await look()).toMatchObject({
			...{ pending: 0, started: 1, ended: 2, failed: 1, samples: [] },
			sessions: [{ session: session.name, running: 1 }],
		});
		// A task that was reopened ends once more.
		const again = { round: 1, afterMs: 0, expiresMs: undefined };
		await bench.tasks.retry([{ id, ...again }]);
		expect(await look()).toMatchObject({ pending: 1, ended: 2, failed: 0 });
		// Discarded tasks have ended, too.
		await bench.tasks.remove([{ id: one.id, round: undefined }]);
		await bench.tasks.complete([success(three)]);
		expect(await look()).toMatchObject({ pending: 1, started: 0, ended: 3 });
	});

	it("a look tells when leases end, but not of those that were taken", async () => {
		const [ann, bob] = [await bench.open("ann"), await bench.open("bob")];
		const grounds = { when: "now" } as const;
		await bench.sessions.revoke({ session: ann.name, grounds, limit: 1 });
		const { nodes } = await bench.sessions.nodes();
		const { expiresMs } =
			nodes.find(({ record }) => record.nodeId === "bob") ?? {};
		const { sessions } = await look();
		expect(sessions).toEqual([{ session: bob.name, expiresMs, running: 0 }]);
	});

	/** Waits for a moment at which the step goes on for a while. */
	async function inStep(): Promise<number> {
		let nowMs = 0;
		await bench.until("a step has just begun", async () => {
			({ nowMs } = await look());
			return nowMs % LIVE_STEP_MS < LIVE_STEP_MS - ROOM_MS;
		});
		return nowMs - (nowMs % LIVE_STEP_MS);
	}

	it("figures are kept once for each step; the age of the oldest task may be added later", async () => {
		const { live } = bench.shard;
		await bench.open();
		await bench.submit({}, {});
		const atMs = await inStep();
		expect(await live.sample({ slots: 8, oldestMs: undefined })).toBe(true);
		await bench.submit({});
		expect(await live.sample({ slots: 9, oldestMs: undefined })).toBe(false);
		const sample = { atMs, pending: 2, started: 0, slots: 8, ended: 0 };
		const failed = 0;
		const { samples } = await look();
		expect(samples).toEqual([{ ...sample, failed, oldestMs: undefined }]);
		expect(await live.sample({ slots: 9, oldestMs: 77 })).toBe(true);
		expect(await live.sample({ slots: 9, oldestMs: 78 })).toBe(false);
		expect((await look()).samples).toEqual([
			{ ...sample, failed, oldestMs: 77 },
		]);
		expect((await live.look(atMs)).samples).toEqual([]);
		expect((await live.look(atMs - 1)).samples).toHaveLength(1);
	});

	it("a step tells what sessions run, of as many as it may read", async () => {
		const [ann, bob] = [await bench.open("ann"), await bench.open("bob")];
		await bench.submit(
			...Array.from({ length: LIVE_HOLDERS_STEP + 5 }, () => ({})),
		);
		for (const limit of [100, 100, LIVE_HOLDERS_STEP - 197])
			await bench.claim(ann, limit);
		const two = await bench.claim(bob, 2);
		const { live } = bench.shard;
		const held = two.tasks.map(({ id, token, attempt, claimedMs }) => ({
			...{ id, token, attempt, claimedMs, session: bob.name },
		}));
		const sessions = ["nobody:1", bob.name, ann.name, bob.name];
		const { looked, attempts } = await live.holders(sessions);
		expect(looked).toBe(3);
		expect(attempts.slice(0, 2)).toEqual(held);
		const own = (await bench.sessions.running(ann.name)).slice(
			0,
			LIVE_HOLDERS_STEP,
		);
		expect(attempts.slice(2).map(({ id, token }) => ({ id, token }))).toEqual(
			own,
		);
		expect(await live.holders([bob.name])).toEqual({
			looked: 1,
			attempts: held,
		});
	});

	it("the heads of tasks are told in order", async () => {
		await bench.open();
		const [one, two] = await bench.submit({}, { route: "images|resize|gpu" });
		const ids = [two?.id ?? "", "nobody", one?.id ?? ""];
		expect(await bench.shard.live.heads(ids)).toEqual([
			{ round: 1, route: "images|resize|gpu" },
			undefined,
			{ round: 1, route: ROUTE },
		]);
	});

	it("events can also be read backwards, a step at a time", async () => {
		const { events } = bench.shard;
		await bench.open();
		const long = { options: { tags: Array(16).fill("t".repeat(64)) } };
		for (let each = 0; each < 300; each++) await bench.submit(long);
		const back: EventEntry[] = [];
		let reply = await events.before(undefined);
		expect(reply.more).toBe(true);
		for (;;) {
			back.push(...reply.entries);
			if (!reply.more) break;
			reply = await events.before(back.at(-1)?.place);
		}
		const [first] = back.slice(-1);
		const forth: EventEntry[] = [];
		for (let place = first?.place; ; ) {
			const reply = await events.after(place);
			forth.push(...reply.entries);
			place = forth.at(-1)?.place;
			if (!reply.more) break;
		}
		expect(back.slice(0, -1).reverse()).toEqual(forth);
		expect(back.length).toBeGreaterThanOrEqual(300);
	});
}
