/** Rules of sessions: opening, describing, renewing, closing. */
import { expect, it } from "vitest";
import { formatSession } from "../../protocol/lease.ts";
import { type Bench, nodeRecord, TTL_MS } from "./store-bench.ts";

export function openingRules(bench: Bench): void {
	it("a node's first session has its epoch from the store's clock", async () => {
		const session = await bench.open();
		expect(session.epoch).toBe(session.nowMs);
		expect(session.previous).toBeUndefined();
	});

	it("a later session has a later epoch, even after a goodbye in the same millisecond", async () => {
		const first = await bench.open();
		const second = await bench.open();
		await bench.shard.close(second.name);
		const third = await bench.open();
		expect(second.epoch).toBeGreaterThan(first.epoch);
		expect(third.epoch).toBeGreaterThan(second.epoch);
	});

	it("opening revokes and names the node's earlier session", async () => {
		const first = await bench.open();
		const second = await bench.open();
		expect(second.previous).toBe(first.name);
		const { expired } = await bench.pulse(second);
		expect(expired).toEqual([first.name]);
		const { nodes } = await bench.shard.nodes();
		expect(nodes.map((node) => node.epoch)).toEqual([second.epoch]);
	});

	it("an earlier session that said goodbye is not named", async () => {
		const first = await bench.open();
		await bench.shard.close(first.name);
		expect((await bench.open()).previous).toBeUndefined();
	});

	it("sessions of different nodes leave each other alone", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		expect(bob.previous).toBeUndefined();
		expect((await bench.pulse(ann)).expired).toEqual([]);
	});
}

export function drainRules(bench: Bench): void {
	const asked = async () => {
		const { nodes } = await bench.shard.nodes();
		return nodes.map(({ askedToDrain }) => askedToDrain);
	};

	it("a node that is asked to drain finds the mark, and the registry has a new version", async () => {
		const session = await bench.open("ann");
		const before = await bench.pulse(session);
		expect(await asked()).toEqual([false]);
		expect(await bench.shard.askToDrain("ann")).toBe(true);
		expect(await asked()).toEqual([true]);
		const { registryVersion } = await bench.pulse(session);
		expect(registryVersion).toBeGreaterThan(before.registryVersion);
	});

	it("a later session of the node is not the one that was asked to drain", async () => {
		await bench.open("ann");
		await bench.shard.askToDrain("ann");
		await bench.open("ann");
		expect(await asked()).toEqual([false]);
	});

	it("a node that is unknown, gone or revoked cannot be asked to drain", async () => {
		const session = await bench.open("ann");
		await bench.open("bob");
		await bench.shard.close(session.name);
		expect(await bench.shard.askToDrain("ann")).toBe(false);
		expect(await bench.shard.askToDrain("cid")).toBe(false);
		expect(await asked()).toEqual([false]);
	});
}

export function describingRules(bench: Bench): void {
	const draining = { ...nodeRecord("ann"), draining: true };

	it("a session replaces its node's record, and the registry has a new version", async () => {
		const session = await bench.open();
		const before = await bench.pulse(session);
		await bench.shard.describe(session.name, draining);
		const { nodes } = await bench.shard.nodes();
		expect(nodes.map((node) => node.record)).toEqual([draining]);
		const { registryVersion } = await bench.pulse(session);
		expect(registryVersion).toBeGreaterThan(before.registryVersion);
	});

	it("an earlier session cannot replace the record", async () => {
		const first = await bench.open();
		await bench.open();
		await bench.shard.describe(first.name, draining);
		const { nodes } = await bench.shard.nodes();
		expect(nodes.map((node) => node.record)).toEqual([nodeRecord("ann")]);
	});

	it("a session that said goodbye cannot bring its record back", async () => {
		const session = await bench.open();
		await bench.shard.close(session.name);
		await bench.shard.describe(session.name, draining);
		expect((await bench.shard.nodes()).nodes).toEqual([]);
	});

	it("nodes are listed by id, with their lease and what they run", async () => {
		const bob = await bench.open("bob");
		const ann = await bench.open("ann");
		await bench.started(bob);
		const { nodes } = await bench.shard.nodes();
		expect(nodes).toEqual(
			[ann, bob].map((session) => ({
				record: nodeRecord(session === ann ? "ann" : "bob"),
				epoch: session.epoch,
				expiresMs: session.nowMs + TTL_MS,
				running: session === ann ? 0 : 1,
				askedToDrain: false,
			})),
		);
	});
}

export function renewingRules(bench: Bench): void {
	it("a pulse renews the lease from the moment the store got it", async () => {
		const session = await bench.open("ann", 1_000);
		const { nowMs } = await bench.pulse(session, TTL_MS);
		const { nodes } = await bench.shard.nodes();
		expect(nodes[0]?.expiresMs).toBe(nowMs + TTL_MS);
	});

	it("a lease that is not renewed runs out in the store's time", async () => {
		const ann = await bench.open("ann", 50);
		const bob = await bench.open("bob");
		await bench.until("ann's lease has run out", async () => {
			const { expired, nowMs } = await bench.pulse(bob);
			const over = nowMs >= ann.nowMs + 50;
			expect(expired).toEqual(over ? [ann.name] : []);
			return over;
		});
	});

	it("a lease that ran out and was not revoked is revived by its holder", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		await bench.lapse(ann);
		expect((await bench.pulse(bob)).expired).toEqual([ann.name]);
		await bench.pulse(ann);
		expect((await bench.pulse(bob)).expired).toEqual([]);
	});

	it("no lease ends later than one that is renewed now, as it would where the clock was put back, and all are told", async () => {
		await bench.open("ann", 60 * TTL_MS);
		const bob = await bench.open("bob");
		const { nowMs, clockStepsBack } = await bench.pulse(bob);
		expect(clockStepsBack).toBe(1);
		const { nodes, ...registry } = await bench.shard.nodes();
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
		const request = { session: ann.name, when: "now", limit: 1 } as const;
		await bench.shard.revoke(request);
		const refused = { ok: false, code: "revoked" };
		expect(await bench.shard.pulse(ann.name, TTL_MS)).toEqual(refused);
		await bench.shard.revoke(request);
		expect(await bench.shard.pulse(ann.name, TTL_MS)).toEqual(refused);
	});

	it("a session that was never opened is revoked, one with a successor superseded", async () => {
		const unknown = formatSession("ann", 5);
		expect(await bench.shard.pulse(unknown, TTL_MS)).toEqual({
			ok: false,
			code: "revoked",
		});
		const first = await bench.open();
		await bench.open();
		expect(await bench.shard.pulse(first.name, TTL_MS)).toEqual({
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
		const { running, ready } = await bench.pulse(session);
		expect(running).toBe(1);
		expect(ready).toEqual(["a|t|", "a|t|x", "b|t|"]);
	});

	it("a pulse names at most 16 sessions that ran out, longest ago first, then by name", async () => {
		const watcher = await bench.open("watcher");
		const revoked = await bench.open("zoe");
		await bench.submit({}, {});
		await bench.claim(revoked);
		await bench.shard.revoke({ session: revoked.name, when: "now", limit: 1 });
		const lapsed = [];
		for (let i = 20; i > 0; i--) lapsed.push(await bench.open(`node-${i}`, 1));
		const order = lapsed
			.sort((a, b) => a.nowMs - b.nowMs || (a.name < b.name ? -1 : 1))
			.map((session) => session.name);
		await bench.lapse(watcher);
		const { expired } = await bench.pulse(watcher);
		expect(expired).toEqual([revoked.name, ...order].slice(0, 16));
	});
}

export function closingRules(bench: Bench): void {
	it("a session without tasks says goodbye: lease and record are gone", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		const before = await bench.pulse(bob);
		expect(await bench.shard.close(ann.name)).toBe("closed");
		const { nodes } = await bench.shard.nodes();
		expect(nodes.map((node) => node.record.nodeId)).toEqual(["bob"]);
		const after = await bench.pulse(bob);
		expect(after.expired).toEqual([]);
		expect(after.registryVersion).toBeGreaterThan(before.registryVersion);
		expect(await bench.shard.pulse(ann.name, TTL_MS)).toMatchObject({
			code: "revoked",
		});
	});

	it("a session with tasks cannot say goodbye", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		expect(await bench.shard.close(session.name)).toBe("has_tasks");
		expect((await bench.pulse(session)).running).toBe(1);
		expect(await bench.shard.running(session.name)).toEqual([
			{ id: task.id, token: task.token },
		]);
	});

	it("the goodbye of an earlier session leaves the newer one's record", async () => {
		const first = await bench.open();
		const second = await bench.open();
		expect(await bench.shard.close(first.name)).toBe("closed");
		const { nodes } = await bench.shard.nodes();
		expect(nodes.map((node) => node.epoch)).toEqual([second.epoch]);
		expect((await bench.pulse(second)).expired).toEqual([]);
	});
}
