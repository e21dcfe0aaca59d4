/** Rules of goodbyes: how a session ends, and what becomes of its tasks. */
import { expect, it } from "vitest";
import type { SessionName } from "../../protocol/lease.ts";
import { type Bench, ROUTE, success, TTL_MS } from "./store-bench.ts";

export function closingRules(bench: Bench): void {
	it("the goodbye of a session without tasks removes its lease and record", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		const before = await bench.pulse(bob);
		expect(await goodbye(bench, ann.name)).toEqual({ left: 0, putBack: [] });
		const { nodes } = await bench.sessions.nodes();
		expect(nodes.map((node) => node.record.nodeId)).toEqual(["bob"]);
		const after = await bench.pulse(bob);
		expect(after.expired).toEqual([]);
		expect(after.registryVersion).toBeGreaterThan(before.registryVersion);
		expect(await bench.sessions.pulse(ann.name, TTL_MS)).toMatchObject({
			code: "revoked",
		});
	});

	it("the tasks of a session that says goodbye wait again at their old places, and that is no loss", async () => {
		const ann = await bench.open("ann");
		const task = await bench.started(ann);
		const [later] = await bench.submit({});
		expect(await goodbye(bench, ann.name)).toEqual({
			putBack: [{ route: task.route, count: 1, topPriority: task.priority }],
			left: 0,
		});
		const record = await bench.read(task.id);
		expect(record).toMatchObject({ state: "PENDING", losses: 0, crashes: 0 });
		expect(record.attempts).toMatchObject([
			{ token: task.token, nodeId: "ann", end: "handed-back" },
		]);
		const { states } = await bench.tasks.counts();
		expect(states).toMatchObject({ PENDING: 2, STARTED: 0 });
		const bob = await bench.open("bob");
		const { tasks } = await bench.claim(bob);
		expect(tasks.map(({ id }) => id)).toEqual([task.id, later?.id]);
		const { outcomes } = await bench.tasks.complete([success(task)]);
		expect(outcomes).toEqual(["stale_token"]);
	});

	it("a session with many tasks says goodbye in several calls, and after the first nobody can renew it or claim under it", async () => {
		const ann = await bench.open("ann");
		await bench.submit({}, {}, {});
		await bench.claim(ann);
		const first = await goodbye(bench, ann.name, 2);
		expect(first).toMatchObject({ left: 1, putBack: [{ count: 2 }] });
		expect(await bench.sessions.pulse(ann.name, TTL_MS)).toMatchObject({
			code: "revoked",
		});
		const lease = { session: ann.name, generation: ann.generation };
		const claim = { ...lease, routes: [ROUTE], limit: 5 };
		expect(await bench.tasks.claim(claim)).toMatchObject({
			code: "no_lease",
		});
		expect(await goodbye(bench, ann.name, 2)).toMatchObject({ left: 0 });
		const { nodes } = await bench.sessions.nodes();
		expect(nodes).toEqual([]);
		expect(await goodbye(bench, ann.name)).toEqual({ left: 0, putBack: [] });
	});

	it("the goodbye of an earlier session leaves the record of the newer one", async () => {
		const first = await bench.open();
		const second = await bench.open();
		expect(await goodbye(bench, first.name)).toMatchObject({ left: 0 });
		const { nodes } = await bench.sessions.nodes();
		expect(nodes.map((node) => node.epoch)).toEqual([second.epoch]);
		expect((await bench.pulse(second)).expired).toEqual([]);
	});
}

function goodbye({ shard }: Bench, session: SessionName, limit = 10) {
	return shard.sessions.close(session, limit);
}
