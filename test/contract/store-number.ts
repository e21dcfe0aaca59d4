/** Rules of the number of shards, which shard 0 keeps, and of what is lost by hand. */
import { expect, it } from "vitest";
import { type Bench, nodeRecord, TTL_MS } from "./store-bench.ts";

const OTHER = 200;

/** On shard 0. */
export function numberRules(bench: Bench): void {
	it("a number becomes the cluster's only where nothing is and it may, and stands from then on", async () => {
		const { world } = bench;
		expect(await world.agree(false)).toBe("empty");
		expect(await world.agree(false)).toBe("empty");
		expect(await world.agree(true)).toBe("agreed");
		await world.lose("number", 0);
		await bench.submit({});
		expect(await world.agree(true)).toBe("used");
	});

	it("a pulse puts the number back that the store has lost, whether or not its session is known", async () => {
		const { world, shard } = bench;
		const ann = await bench.open();
		expect(await world.agree(true)).toBe("used");
		await bench.pulse(ann);
		expect(await world.agree(false)).toBe("agreed");
		await world.lose("number", 0);
		expect(await shard.pulse("ghost:1", TTL_MS)).toMatchObject({ ok: false });
		expect(await world.agree(false)).toBe("agreed");
	});

	it("who runs with another number is told so, whatever else there is to tell", async () => {
		const { shard } = bench;
		const ann = await bench.open();
		const { nowMs } = await bench.pulse(ann);
		const told = { ok: false, code: "other_shards" };
		const shards = (await shard.pulse(ann.name, 2 * TTL_MS, {
			shards: OTHER,
		})) as {
			shards?: number;
		};
		expect(shards).toMatchObject(told);
		expect(shards.shards).toBe(bench.world.store.shards.length);
		expect(
			await shard.pulse("ghost:1", TTL_MS, { shards: OTHER }),
		).toMatchObject(told);
		// Nothing was renewed.
		const { nodes } = await shard.nodes();
		expect(nodes[0]?.expiresMs).toBeLessThan(nowMs + 2 * TTL_MS);
	});
}

export function lossRules(bench: Bench): void {
	it("a node whose record was deleted finds that out, and puts it back under its session", async () => {
		const { world, shard, index } = bench;
		const ann = await bench.open();
		const before = await bench.pulse(ann);
		expect(before.registered).toBe(true);
		await world.lose({ nodeId: "ann" }, index);
		expect((await shard.nodes()).nodes).toEqual([]);
		expect((await bench.pulse(ann)).registered).toBe(false);
		await shard.describe(ann.name, nodeRecord("ann"));
		const after = await bench.pulse(ann);
		expect(after.registered).toBe(true);
		expect(after.registryVersion).toBeGreaterThan(before.registryVersion);
		const { nodes } = await shard.nodes();
		expect(nodes).toMatchObject([
			{ record: nodeRecord("ann"), epoch: ann.epoch },
		]);
	});

	it("a session without a lease puts no record back", async () => {
		const { world, shard, index } = bench;
		const ann = await bench.open();
		await world.lose({ nodeId: "ann" }, index);
		await shard.revoke({
			session: ann.name,
			grounds: { when: "now" },
			limit: 1,
		});
		await shard.describe(ann.name, nodeRecord("ann"));
		expect((await shard.nodes()).nodes).toEqual([]);
	});
}
