/** Rules of leases: renewing them, and what a pulse tells of others. */
import { expect, it } from "vitest";
import { formatSession } from "../../protocol/lease.ts";
import { OVERDUE_MS } from "../../protocol/limits.ts";
import { type Bench, TTL_MS } from "./store-bench.ts";

export function renewingRules(bench: Bench): void {
	it("a pulse renews the lease from the moment the store got it", async () => {
		const session = await bench.open("ann", 1_000);
		const { nowMs } = await bench.pulse(session, TTL_MS);
		const { nodes } = await bench.sessions.nodes();
		expect(nodes[0]?.expiresMs).toBe(nowMs + TTL_MS);
	});

	it("a lease that is not renewed expires in the store's time", async () => {
		const ann = await bench.open("ann", 50);
		const bob = await bench.open("bob");
		await bench.until("ann's lease has run out", async () => {
			const { expired, nowMs } = await bench.pulse(bob);
			const over = nowMs >= ann.nowMs + 50;
			const expiresMs = ann.nowMs + 50;
			expect(expired).toEqual(over ? [{ session: ann.name, expiresMs }] : []);
			return over;
		});
	});

	it("a lease that expired and was not revoked is revived by its holder", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		const expiresMs = await bench.lapse(ann);
		expect((await bench.pulse(bob)).expired).toEqual([
			{ session: ann.name, expiresMs },
		]);
		await bench.pulse(ann);
		expect((await bench.pulse(bob)).expired).toEqual([]);
	});

	it("no lease ends later than one renewed now, also after the clock was put back, and every session is told of that", async () => {
		await bench.open("ann", 60 * TTL_MS);
		const bob = await bench.open("bob");
		const { nowMs, clockStepsBack } = await bench.pulse(bob);
		expect(clockStepsBack).toBe(1);
		const { nodes, ...registry } = await bench.sessions.nodes();
		expect(registry.clockStepsBack).toBe(1);
		expect(nodes.map(({ expiresMs }) => expiresMs)).toEqual([
			nowMs + TTL_MS,
			nowMs + TTL_MS,
		]);
		expect((await bench.pulse(bob)).clockStepsBack).toBe(1);
	});

	it("a revoked session is told so", async () => {
		const ann = await bench.open("ann");
		await bench.submit({}, {});
		await bench.claim(ann);
		const request = {
			session: ann.name,
			grounds: { when: "now" },
			limit: 1,
		} as const;
		await bench.sessions.revoke(request);
		const refused = { ok: false, code: "revoked" };
		expect(await bench.sessions.pulse(ann.name, TTL_MS)).toEqual(refused);
		await bench.sessions.revoke(request);
		expect(await bench.sessions.pulse(ann.name, TTL_MS)).toEqual(refused);
	});

	it("a session that was never opened is revoked, and one with a successor superseded", async () => {
		const unknown = formatSession("ann", 5);
		expect(await bench.sessions.pulse(unknown, TTL_MS)).toEqual({
			ok: false,
			code: "revoked",
		});
		const first = await bench.open();
		await bench.open();
		expect(await bench.sessions.pulse(first.name, TTL_MS)).toEqual({
			ok: false,
			code: "superseded",
		});
	});
}

export function lookingRules(bench: Bench): void {
	it("a pulse says how many tasks the session runs, and which routes have work", async () => {
		const session = await bench.open();
		const routes = ["b|t|", "a|t|x", "a|t|"];
		await bench.submit(
			{ route: "c|t|" },
			...routes.map((route) => ({ route })),
		);
		await bench.claim(session, 1, ["c|t|"]);
		const { running, routes: told } = await bench.pulse(session);
		expect(running).toBe(1);
		expect(told.ready).toEqual(routes);
	});

	it("a pulse names at most 16 expired sessions, longest ago first, then by name", async () => {
		const watcher = await bench.open("watcher");
		const revoked = await bench.open("zoe");
		await bench.submit({}, {});
		await bench.claim(revoked);
		await bench.sessions.revoke({
			session: revoked.name,
			grounds: { when: "now" },
			limit: 1,
		});
		const lapsed = [];
		for (let i = 20; i > 0; i--) lapsed.push(await bench.open(`node-${i}`, 1));
		const order = lapsed
			.sort((a, b) => a.nowMs - b.nowMs || (a.name < b.name ? -1 : 1))
			.map((session) => session.name);
		await bench.lapse(watcher);
		const { expired } = await bench.pulse(watcher);
		expect(expired.map(({ session }) => session)).toEqual(
			[revoked.name, ...order].slice(0, 16),
		);
	});

	it("a pulse names sessions that have not renewed for a while, with the ends of their leases", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		const ofAnn = await bench.pulse(ann, TTL_MS - OVERDUE_MS);
		expect(await bench.pulse(bob)).toMatchObject({
			expired: [],
			overdue: [
				{
					session: ann.name,
					expiresMs: ofAnn.nowMs + TTL_MS - OVERDUE_MS,
				},
			],
		});
		await bench.pulse(ann);
		expect((await bench.pulse(bob)).overdue).toEqual([]);
	});
}
