/** Rules of revoking: how the tasks of a lost session are taken over. */
import { expect, it } from "vitest";
import type { RevokeRequest } from "../../node/ports.ts";
import { LEASE_TTL_MS, SILENT_LEASE_MS } from "../../protocol/limits.ts";
import { type Bench, type Session, success, TTL_MS } from "./store-bench.ts";

const RENEWED = { ok: false, code: "renewed" };

/** A request of a node that saw the lease with this end. */
function whenExpired(
	{ name }: Session,
	expiresMs: number,
	limit = 10,
): RevokeRequest {
	const grounds = { when: "expired", expiresMs } as const;
	return { session: name, grounds, limit };
}

function now({ name }: Session, limit = 10): RevokeRequest {
	return { session: name, grounds: { when: "now" }, limit };
}

export function revokingRules(bench: Bench): void {
	it("the registry says when a session was last revoked; neither a goodbye nor a refusal counts", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		await bench.sessions.close(ann.name, 1);
		await bench.sessions.revoke(now(ann));
		await bench.sessions.revoke(whenExpired(bob, 1));
		expect((await bench.sessions.nodes()).lostMs).toBe(0);
		await bench.sessions.revoke(now(bob));
		const { lostMs, nowMs } = await bench.sessions.nodes();
		expect(lostMs).toBeGreaterThanOrEqual(bob.nowMs);
		expect(lostMs).toBeLessThanOrEqual(nowMs);
	});

	it("a session whose lease has not expired is not revoked by a sweep", async () => {
		const ann = await bench.open();
		await bench.started(ann);
		const expiresMs = ann.nowMs + TTL_MS;
		expect(await bench.sessions.revoke(whenExpired(ann, expiresMs))).toEqual(
			RENEWED,
		);
		expect((await bench.pulse(ann)).running).toBe(1);
	});

	it("a session that renewed its lease after somebody saw it expire is not revoked, although it expired again", async () => {
		const ann = await bench.open();
		await bench.started(ann);
		const expiresMs = await bench.lapse(ann);
		await bench.lapse(ann);
		expect(await bench.sessions.revoke(whenExpired(ann, expiresMs))).toEqual(
			RENEWED,
		);
		expect((await bench.pulse(ann)).running).toBe(1);
	});

	it("a session that has fallen silent is revoked before its lease expires, once its last renewal is old enough", async () => {
		const ann = await bench.open();
		const { id } = await bench.started(ann);
		const silent = (expiresMs: number): RevokeRequest => {
			const grounds = { when: "silent", expiresMs } as const;
			return { session: ann.name, grounds, limit: 10 };
		};
		const leftMs = LEASE_TTL_MS - SILENT_LEASE_MS;
		const early = await bench.pulse(ann, leftMs + 60_000);
		const earlyEndMs = early.nowMs + leftMs + 60_000;
		expect(await bench.sessions.revoke(silent(earlyEndMs))).toEqual(RENEWED);
		const { nowMs } = await bench.pulse(ann, leftMs);
		expect(await bench.sessions.revoke(silent(earlyEndMs))).toEqual(RENEWED);
		expect(await bench.sessions.revoke(silent(nowMs + leftMs))).toMatchObject({
			...{ ok: true, left: 0 },
		});
		const { attempts } = await bench.read(id);
		expect(attempts).toMatchObject([{ end: "revoked" }]);
	});

	it("the tasks of a session whose lease expired wait again at their old places", async () => {
		const ann = await bench.open("ann");
		const lost = await bench.started(ann);
		const [later] = await bench.submit({});
		const expiresMs = await bench.lapse(ann);
		expect(await bench.sessions.revoke(whenExpired(ann, expiresMs))).toEqual({
			ok: true,
			taken: true,
			putBack: [{ route: lost.route, count: 1, topPriority: lost.priority }],
			left: 0,
		});
		const record = await bench.read(lost.id);
		expect(record).toMatchObject({ state: "PENDING", losses: 1, crashes: 0 });
		expect(record.attempts).toMatchObject([
			{ token: lost.token, nodeId: "ann", end: "lease-lost" },
		]);
		const bob = await bench.open("bob");
		const { tasks } = await bench.claim(bob);
		const ids = [lost.id, later?.id];
		expect(tasks.map((task) => task.id)).toEqual(ids);
		expect(tasks[0]).toMatchObject({ attempt: 2, crashes: 0 });
		const { outcomes } = await bench.tasks.complete([success(lost)]);
		expect(outcomes).toEqual(["stale_token"]);
	});

	it("a session known to be dead is revoked at once", async () => {
		const ann = await bench.open();
		const { id } = await bench.started(ann);
		expect(await bench.sessions.revoke(now(ann))).toMatchObject({
			left: 0,
		});
		const { attempts } = await bench.read(id);
		expect(attempts).toMatchObject([{ end: "revoked" }]);
		expect(await bench.sessions.pulse(ann.name, TTL_MS)).toMatchObject({
			code: "revoked",
		});
	});

	it("a session that does not exist, or no longer does, has nothing to revoke", async () => {
		const ann = await bench.open();
		const nothing = { ok: true, putBack: [], left: 0 };
		const unknown = { ...ann, name: "nobody:1" };
		const noDeath = { ...nothing, noDeath: true };
		expect(await bench.sessions.revoke(whenExpired(unknown, 1))).toEqual(
			noDeath,
		);
		await bench.sessions.revoke(now(ann));
		expect(await bench.sessions.revoke(now(ann))).toEqual(nothing);
	});

	it("a session that said goodbye is distinguished from one that another node has revoked", async () => {
		const ann = await bench.open("ann");
		await bench.sessions.close(ann.name, 1);
		expect(await bench.sessions.revoke(now(ann))).toEqual({
			...{ ok: true, noDeath: true, putBack: [], left: 0 },
		});
	});

	it("a newer session of the node is never affected", async () => {
		const first = await bench.open();
		const second = await bench.open();
		await bench.started(second);
		await bench.sessions.revoke(now(first));
		expect((await bench.pulse(second)).running).toBe(1);
		const { nodes } = await bench.sessions.nodes();
		expect(nodes).toMatchObject([{ epoch: second.epoch, running: 1 }]);
	});
}

export function batchRules(bench: Bench): void {
	it("a large session is revoked in batches, oldest task first, and cannot renew in between", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		const tasks = await bench.submit({}, { priority: 9 }, {}, { priority: 0 });
		await bench.claim(ann);
		const expiresMs = await bench.lapse(ann);
		const first = await bench.sessions.revoke(whenExpired(ann, expiresMs, 3));
		expect(first).toMatchObject({ ok: true, left: 1 });
		const records = await bench.tasks.get(tasks.map((task) => task.id));
		expect(records.map((task) => task?.state)).toEqual([
			...["PENDING", "PENDING", "PENDING", "STARTED"],
		]);
		expect(await bench.sessions.pulse(ann.name, TTL_MS)).toMatchObject({
			code: "revoked",
		});
		expect((await bench.pulse(bob)).expired).toEqual([
			{ session: ann.name, expiresMs: 0 },
		]);
		const second = await bench.sessions.revoke(whenExpired(ann, expiresMs, 3));
		expect(second).toMatchObject({
			...{ ok: true, left: 0, putBack: [{ count: 1, topPriority: 0 }] },
		});
		expect((await bench.pulse(bob)).expired).toEqual([]);
	});

	it("tasks that were put back are counted by route, with the highest priority of each", async () => {
		const ann = await bench.open();
		const routes = ["b|t|", "a|t|"];
		await bench.submit(
			{ route: "b|t|", priority: 3 },
			{ route: "a|t|", priority: 0 },
			{ route: "b|t|", priority: 200 },
			{ route: "b|t|", priority: 7 },
		);
		await bench.claim(ann, 10, routes);
		expect(await bench.sessions.revoke(now(ann))).toMatchObject({
			putBack: [
				{ route: "a|t|", count: 1, topPriority: 0 },
				{ route: "b|t|", count: 3, topPriority: 200 },
			],
		});
		expect((await bench.pulse(await bench.open("bob"))).routes.ready).toEqual([
			...["b|t|", "a|t|"],
		]);
	});

	it("when the last task is put back the lease is gone, and the node's record stays for a while", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		const before = await bench.pulse(bob);
		await bench.sessions.revoke(now(ann));
		const { nodes } = await bench.sessions.nodes();
		expect(nodes).toMatchObject([
			{ record: { nodeId: "ann" }, epoch: ann.epoch, running: 0 },
			{ record: { nodeId: "bob" } },
		]);
		expect(nodes[0]?.expiresMs).toBeUndefined();
		const { registryVersion } = await bench.pulse(bob);
		expect(registryVersion).toBeGreaterThan(before.registryVersion);
	});

	it("while tasks are left the revoked lease is reported as 0", async () => {
		const ann = await bench.open();
		await bench.submit({}, {});
		await bench.claim(ann);
		await bench.sessions.revoke(now(ann, 1));
		const { nodes } = await bench.sessions.nodes();
		expect(nodes).toMatchObject([{ expiresMs: 0, running: 1 }]);
	});
}
