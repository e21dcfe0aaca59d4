/** Rules of the records of lost attempts, and of how sessions were lost. */
import { expect, it } from "vitest";
import type { RevokeRequest } from "../../node/ports.ts";
import { DEATH_SIGHTINGS_MAX, DEATHS_KEPT_MAX } from "../../protocol/limits.ts";
import type { Sighting } from "../../protocol/loss.ts";
import { type Bench, type Session, TTL_MS } from "./store-bench.ts";

function sawOf(nodeId: string): Sighting[] {
	return [{ nodeId, connection: "closed", port: "refused", verdict: "dead" }];
}

function now(
	{ name }: Session,
	by?: string,
	limit = 10,
	saw: readonly Sighting[] = by === undefined ? [] : sawOf(by),
): RevokeRequest {
	const grounds = { when: "now" } as const;
	const told = by === undefined ? {} : { by, saw };
	return { session: name, grounds, limit, ...told };
}

export function begunRules(bench: Bench): void {
	const newest = async (id: string) => (await bench.read(id)).attempts.at(-1);
	const tell = (
		session: Session,
		...begun: { id: string; token: number; startedMs: number }[]
	) => bench.sessions.pulse(session.name, TTL_MS, {}, begun);

	it("the time at which an attempt's code began is known once its holder has told it, and is kept if the attempt is lost", async () => {
		const ann = await bench.open();
		const task = await bench.started(ann);
		expect(await newest(task.id)).not.toHaveProperty("startedMs");
		const startedMs = task.claimedMs + 5;
		const later = { ...task, startedMs: startedMs + 9 };
		await tell(ann, { ...task, startedMs }, later);
		await tell(ann, later);
		expect(await newest(task.id)).toMatchObject({ startedMs });
		expect(await bench.pulse(ann)).toMatchObject({ running: 1 });
		await bench.sessions.revoke(now(ann, "bob"));
		expect(await newest(task.id)).toMatchObject({
			...{ claimedMs: task.claimedMs, startedMs },
			...{ end: "revoked", why: "now", by: "bob" },
		});
	});

	it("the time is kept when the attempt ends with a result, which tells it, too", async () => {
		const ann = await bench.open();
		const { id, token } = await bench.started(ann, { options: {} });
		await tell(ann, { id, token, startedMs: 7 });
		const end = { id, token, startedMs: 8, state: "SUCCESS" } as const;
		const { outcomes } = await bench.tasks.complete([{ ...end, result: "1" }]);
		expect(outcomes).toEqual(["accepted"]);
		expect(await newest(id)).toMatchObject({ startedMs: 8, end: "success" });
	});

	it("a report about an attempt that is not the newest changes nothing", async () => {
		const ann = await bench.open();
		const task = await bench.started(ann);
		await tell(ann, { ...task, token: task.token + 1, startedMs: 7 });
		await tell(ann, { id: "nobody", token: task.token, startedMs: 7 });
		expect(await newest(task.id)).not.toHaveProperty("startedMs");
		const back = { id: task.id, token: task.token, message: "" };
		await bench.tasks.giveBack([{ ...back, end: "not-begun" }]);
		await tell(ann, { ...task, startedMs: 7 });
		expect((await bench.read(task.id)).attempts).toEqual([]);
	});

	it("a holder says why it hands a task back, and how its worker crashed", async () => {
		const ann = await bench.open();
		const { id, token } = await bench.started(ann);
		const back = { id, token, message: "stopping", startedMs: 7 } as const;
		await bench.tasks.giveBack([{ ...back, end: "handed-back" }]);
		const again = await bench.claimOne(ann);
		const message = 'it said "no"\n\\ alone';
		const crash = { id, token: again.token, end: "crashed", message } as const;
		await bench.tasks.giveBack([crash]);
		const third = await bench.claimOne(ann);
		expect(third).toMatchObject({ crashes: 1 });
		await bench.sessions.close(ann.name, 5);
		const { attempts } = await bench.read(id);
		expect(attempts).toMatchObject([
			{ end: "handed-back", why: "stopping", startedMs: 7 },
			{ end: "crashed", why: message },
			{ end: "handed-back", why: "goodbye" },
		]);
		for (const attempt of attempts) {
			expect(attempt).not.toHaveProperty("by");
			expect(attempt).not.toHaveProperty("alone");
		}
	});
}

export function deathRules(bench: Bench): void {
	it("the record of a lost session says when it was lost, on what grounds, to whom, with how much of its lease and how many tasks", async () => {
		const ann = await bench.open();
		expect((await bench.sessions.deaths("ann")).deaths).toEqual([]);
		await bench.submit({}, {});
		await bench.claim(ann);
		const { nowMs } = await bench.pulse(ann);
		await bench.sessions.revoke(now(ann, "bob"));
		const told = await bench.sessions.deaths("ann");
		const { atMs = 0, leaseLeftMs, ...death } = told.deaths[0] ?? {};
		expect(death).toEqual({
			...{ epoch: ann.epoch, grounds: "now", by: "bob", tasks: 2 },
			saw: sawOf("bob"),
		});
		expect(atMs).toBeGreaterThanOrEqual(nowMs);
		expect(told.nowMs).toBeGreaterThanOrEqual(atMs);
		expect(leaseLeftMs).toBe(nowMs + TTL_MS - atMs);
		expect(told.deaths).toHaveLength(1);
	});

	it("a node that goes on taking over a session names the node that took its lease", async () => {
		const ann = await bench.open();
		await bench.submit({}, {});
		const { tasks } = await bench.claim(ann);
		await bench.sessions.revoke(now(ann, "bob", 1));
		const grounds = { when: "expired", expiresMs: 0 } as const;
		await bench.sessions.revoke({ ...now(ann, "cid"), grounds });
		for (const { id } of tasks) {
			const { attempts } = await bench.read(id);
			expect(attempts).toMatchObject([{ why: "now", by: "bob" }]);
		}
	});

	it("a node that comes too late to take a lease adds what it saw, which replaces what others said in its name", async () => {
		const ann = await bench.open();
		const [bob] = sawOf("bob");
		const hearsay: Sighting = { nodeId: "cid", verdict: "suspect" };
		if (bob === undefined) throw new Error("bob saw it");
		await bench.sessions.revoke(now(ann, "bob", 10, [bob, hearsay]));
		const sawn = async () =>
			(await bench.sessions.deaths("ann")).deaths.map(({ saw }) => saw);
		expect(await sawn()).toEqual([[bob, hearsay]]);
		for (const by of ["cid", "dan", "dan", "bob"])
			await bench.sessions.revoke(now(ann, by));
		expect(await sawn()).toEqual([[bob, ...sawOf("cid"), ...sawOf("dan")]]);
		for (let i = 0; i < DEATH_SIGHTINGS_MAX; i++)
			await bench.sessions.revoke(now(ann, `late-${i}`));
		expect((await sawn())[0]).toHaveLength(DEATH_SIGHTINGS_MAX);
	});

	it("a node that starts again counts as having taken its earlier life's lease; one that says goodbye has lost none", async () => {
		const ann = await bench.open();
		await bench.submit({});
		const task = await bench.claimOne(ann);
		bench.startAgain();
		const again = await bench.open();
		expect((await bench.sessions.deaths("ann")).deaths).toMatchObject([
			{ epoch: ann.epoch, grounds: "restarted", by: "ann", tasks: 1, saw: [] },
		]);
		const grounds = { when: "expired", expiresMs: 0 } as const;
		await bench.sessions.revoke({ ...now(ann), grounds });
		expect((await bench.read(task.id)).attempts).toMatchObject([
			{ end: "lease-lost", why: "restarted", by: "ann" },
		]);
		await bench.sessions.close(again.name, 5);
		await bench.sessions.revoke(now(again, "bob"));
		expect((await bench.sessions.deaths("ann")).deaths).toHaveLength(1);
	});

	it("the newest deaths of each node are kept, newest first", async () => {
		const epochs: number[] = [];
		for (let life = 0; life <= DEATHS_KEPT_MAX; life++) {
			const { epoch } = await bench.open();
			epochs.unshift(epoch);
			bench.startAgain();
		}
		const { deaths } = await bench.sessions.deaths("ann");
		const [, ...dead] = epochs;
		expect(deaths.map(({ epoch }) => epoch)).toEqual(
			dead.slice(0, DEATHS_KEPT_MAX),
		);
		const bob = await bench.open("bob");
		expect((await bench.sessions.deaths("bob")).deaths).toEqual([]);
		await bench.sessions.revoke(now(bob));
		expect((await bench.sessions.deaths("bob")).deaths).toMatchObject([
			{ by: "", grounds: "now" },
		]);
	});
}
