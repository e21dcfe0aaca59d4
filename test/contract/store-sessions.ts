/** Rules of sessions: opening, describing, closing. */
import { expect, it } from "vitest";
import { formatSession } from "../../protocol/lease.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { type Bench, nodeRecord, openSession, TTL_MS } from "./store-bench.ts";

export function openingRules(bench: Bench): void {
	it("a node's first session has its epoch from the store's clock", async () => {
		const session = await bench.open();
		expect(session.epoch).toBe(session.nowMs);
		expect(session.previous).toBeUndefined();
	});

	it("a later session has a later epoch, even after a goodbye in the same millisecond", async () => {
		const first = await bench.open();
		const second = await bench.open();
		await bench.sessions.close(second.name, 1);
		const third = await bench.open();
		expect(second.epoch).toBeGreaterThan(first.epoch);
		expect(third.epoch).toBeGreaterThan(second.epoch);
	});

	it("opening revokes and names the node's earlier session", async () => {
		const first = await bench.open();
		const second = await bench.open();
		expect(second.previous).toBe(first.name);
		const { expired } = await bench.pulse(second);
		expect(expired).toEqual([{ session: first.name, expiresMs: 0 }]);
		const { nodes } = await bench.sessions.nodes();
		expect(nodes.map((node) => node.epoch)).toEqual([second.epoch]);
	});

	it("an earlier session that said goodbye is not named", async () => {
		const first = await bench.open();
		await bench.sessions.close(first.name, 1);
		expect((await bench.open()).previous).toBeUndefined();
	});

	it("an opening sent again by a life that has not heard of its session gives the same one, renewed", async () => {
		const record = nodeRecord("ann");
		const request = { record, ttlMs: TTL_MS, known: NO_GENERATION };
		const first = await openSession(bench.shard, { ...request, ttlMs: 1_000 });
		const name = formatSession("ann", first.epoch);
		await bench.started({ ...first, name });
		const { opens } = await bench.pulse({ ...first, name }, 1_000);
		const again = await openSession(bench.shard, request);
		expect(again.epoch).toBe(first.epoch);
		expect(again.previous).toBeUndefined();
		const { nodes } = await bench.sessions.nodes();
		expect(nodes).toMatchObject([
			{ epoch: first.epoch, expiresMs: again.nowMs + TTL_MS, running: 1 },
		]);
		expect((await bench.pulse({ ...first, name })).opens).toBe(opens);
		await bench.sessions.revoke({
			...{ session: name, grounds: { when: "now" }, limit: 1 },
		});
		const anew = await openSession(bench.shard, request);
		expect(anew.epoch).toBeGreaterThan(first.epoch);
	});

	it("an opening gives a later epoch than its life was told of, even if the store lost that one and its clock was put back; sent again, it gives the same", async () => {
		const { nowMs } = await bench.open("bob");
		const knownEpoch = nowMs + 3_600_000;
		const request = {
			...{ record: nodeRecord("ann"), ttlMs: TTL_MS, known: NO_GENERATION },
			knownEpoch,
		};
		const first = await openSession(bench.shard, request);
		expect(first.epoch).toBe(knownEpoch + 1);
		const again = await openSession(bench.shard, request);
		expect(again).toMatchObject({ epoch: first.epoch, previous: undefined });
	});

	it("an opening of an older life of the node is refused while the newer one has a lease", async () => {
		const older = nodeRecord("ann");
		const newer = { ...older, startedMs: older.startedMs + 1 };
		const request = { ttlMs: TTL_MS, known: NO_GENERATION, knownEpoch: 0 };
		const first = await openSession(bench.shard, { ...request, record: older });
		const second = await openSession(bench.shard, {
			...{ ...request, record: newer },
		});
		expect(second.previous).toBe(formatSession("ann", first.epoch));
		const refused = { ok: false, code: "older_life" };
		const late = { ...request, record: older };
		expect(await bench.sessions.open(late)).toEqual(refused);
		const name = formatSession("ann", second.epoch);
		await bench.lapse({ ...second, name });
		expect(await bench.sessions.open(late)).toMatchObject({ ok: true });
	});

	it("pulses and the registry tell how many sessions were opened", async () => {
		const ann = await bench.open("ann");
		const before = (await bench.pulse(ann)).opens;
		expect((await bench.sessions.nodes()).opens).toBe(before);
		await bench.open("bob");
		await bench.sessions.describe(ann.name, nodeRecord("ann"));
		expect((await bench.pulse(ann)).opens).toBe(before + 1);
		expect((await bench.sessions.nodes()).opens).toBe(before + 1);
	});

	it("sessions of different nodes leave each other alone", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		expect(bob.previous).toBeUndefined();
		expect((await bench.pulse(ann)).expired).toEqual([]);
	});
}

export function namingRules(bench: Bench): void {
	const open = async (nodeId: string, name: string, wishedName?: string) => {
		const wish = wishedName === undefined ? {} : { wishedName };
		const record = { ...nodeRecord(nodeId), name, ...wish };
		const { nodes } = await bench.sessions.nodes();
		const last = nodes.find((node) => node.record.nodeId === nodeId);
		const opened = await openSession(bench.shard, {
			...{ record, ttlMs: TTL_MS, known: NO_GENERATION },
			// It was told of its last session, so that this is a new one.
			knownEpoch: last?.epoch ?? 0,
		});
		return { ...opened, session: formatSession(nodeId, opened.epoch) };
	};
	const registered = async () => {
		const { nodes } = await bench.sessions.nodes();
		return nodes.map(({ record }) => record.name);
	};

	it("nodes that wish for the same name get one each, in the order in which they open", async () => {
		const names = ["ann", "bob", "cid"].map((id) => open(id, "host"));
		const given = (await Promise.all(names)).map(({ name }) => name);
		expect(given).toEqual(["host", "host-2", "host-3"]);
		expect(await registered()).toEqual(given);
	});

	it("a name that only looks like a generated one is also taken", async () => {
		await open("ann", "host");
		await open("bob", "host-2");
		expect((await open("cid", "host")).name).toBe("host-3");
	});

	it("a node keeps its name in its next session, whether it wished for that or was given it", async () => {
		await open("ann", "host");
		await open("bob", "host");
		expect((await open("ann", "host")).name).toBe("host");
		expect((await open("bob", "host-2", "host")).name).toBe("host-2");
	});

	it("a given name that was taken meanwhile is replaced by one made from the wish", async () => {
		await open("ann", "host-2");
		expect((await open("bob", "host-2", "host")).name).toBe("host");
		expect((await open("cid", "host-2", "host")).name).toBe("host-3");
	});

	it("a node that has not heard of the session that it opened is told the name that was given then", async () => {
		await open("ann", "host");
		const record = { ...nodeRecord("bob"), name: "host" };
		const request = { record, ttlMs: TTL_MS, known: NO_GENERATION };
		const first = await openSession(bench.shard, request);
		const again = await openSession(bench.shard, request);
		expect(again).toMatchObject({ epoch: first.epoch, name: "host-2" });
	});

	it("a name is free again after a goodbye, and once its node's lease was taken", async () => {
		const ann = await open("ann", "host");
		const bob = await open("bob", "host");
		await bench.sessions.close(ann.session, 1);
		expect((await open("cid", "host")).name).toBe("host");
		await bench.sessions.revoke({
			...{ session: bob.session, grounds: { when: "now" }, limit: 1 },
		});
		expect((await open("dan", "host-2", "host")).name).toBe("host-2");
	});

	it("a lease that has expired but was not taken still holds its name", async () => {
		await bench.lapse(await bench.open("ann"));
		expect((await open("bob", "ann")).name).toBe("ann-2");
	});

	it("a node whose record was missing gets another name if its own is taken", async () => {
		const { shard } = bench;
		const { session } = await open("ann", "host");
		await bench.world.lose({ nodeId: "ann" }, bench.index);
		await open("bob", "host");
		const record = { ...nodeRecord("ann"), name: "host" };
		expect(await shard.sessions.describe(session, record)).toBe("host-2");
		expect(await registered()).toEqual(["host-2", "host"]);
	});

	it("a node that describes itself keeps its name", async () => {
		await open("ann", "host");
		const { session } = await open("bob", "host");
		const record = { ...nodeRecord("bob"), name: "host-2", slots: 1 };
		await bench.sessions.describe(session, record);
		expect(await registered()).toEqual(["host", "host-2"]);
		expect((await open("cid", "host-2")).name).toBe("host-2-2");
	});
}

export function drainRules(bench: Bench): void {
	const asked = async () => {
		const { nodes } = await bench.sessions.nodes();
		return nodes.map(({ askedToDrain }) => askedToDrain);
	};

	it("a node that is asked to drain finds the mark, and the registry has a new version", async () => {
		const session = await bench.open("ann");
		const before = await bench.pulse(session);
		expect(await asked()).toEqual([false]);
		expect(await bench.sessions.askToDrain("ann")).toBe(true);
		expect(await asked()).toEqual([true]);
		const { registryVersion } = await bench.pulse(session);
		expect(registryVersion).toBeGreaterThan(before.registryVersion);
	});

	it("a later session of the node is not the one that was asked to drain", async () => {
		await bench.open("ann");
		await bench.sessions.askToDrain("ann");
		await bench.open("ann");
		expect(await asked()).toEqual([false]);
	});

	it("a node that is unknown, gone or revoked cannot be asked to drain", async () => {
		const session = await bench.open("ann");
		await bench.open("bob");
		await bench.sessions.close(session.name, 1);
		expect(await bench.sessions.askToDrain("ann")).toBe(false);
		expect(await bench.sessions.askToDrain("cid")).toBe(false);
		expect(await asked()).toEqual([false]);
	});
}

export function describingRules(bench: Bench): void {
	const draining = { ...nodeRecord("ann"), draining: true };

	it("a session replaces its node's record, and the registry has a new version", async () => {
		const session = await bench.open();
		const before = await bench.pulse(session);
		await bench.sessions.describe(session.name, draining);
		const { nodes } = await bench.sessions.nodes();
		expect(nodes.map((node) => node.record)).toEqual([draining]);
		const { registryVersion } = await bench.pulse(session);
		expect(registryVersion).toBeGreaterThan(before.registryVersion);
	});

	it("an earlier session cannot replace the record", async () => {
		const first = await bench.open();
		await bench.open();
		await bench.sessions.describe(first.name, draining);
		const { nodes } = await bench.sessions.nodes();
		expect(nodes.map((node) => node.record)).toEqual([nodeRecord("ann")]);
	});

	it("a session that said goodbye cannot bring its record back", async () => {
		const session = await bench.open();
		await bench.sessions.close(session.name, 1);
		await bench.sessions.describe(session.name, draining);
		expect((await bench.sessions.nodes()).nodes).toEqual([]);
	});

	it("nodes are listed by id, with their lease and what they run", async () => {
		const bob = await bench.open("bob");
		const ann = await bench.open("ann");
		await bench.started(bob);
		const { nodes } = await bench.sessions.nodes();
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
