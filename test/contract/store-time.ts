/** Rules that take minutes or a day: only for a store whose clock the test controls. */
import { expect, it } from "vitest";
import { DEAD_NODE_KEPT_MS, SUCCESSES_KEPT_MS } from "../../protocol/limits.ts";
import { keeping } from "../keeping.ts";
import { type Bench, success } from "./store-bench.ts";

const MANY = 1_000_000;

export function timeRules(bench: Bench): void {
	it("an ended task is discarded after its time, and no sooner", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		await bench.world.advance?.(SUCCESSES_KEPT_MS);
		await bench.tasks.complete([success(task)]);
		await bench.world.advance?.(SUCCESSES_KEPT_MS - 1);
		expect(await bench.tasks.trim(keeping(MANY), 0)).toBe(0);
		await bench.world.advance?.(1);
		expect(await bench.tasks.trim(keeping(MANY), 0)).toBe(1);
		expect(await bench.tasks.get([task.id])).toEqual([undefined]);
	});

	it("the record of a dead node is left out after its time, and discarded by a pulse", async () => {
		const ann = await bench.open("ann");
		const bob = await bench.open("bob");
		await bench.sessions.revoke({
			session: ann.name,
			grounds: { when: "now" },
			limit: 1,
		});
		const before = await bench.pulse(bob);
		await bench.world.advance?.(DEAD_NODE_KEPT_MS - 1);
		const kept = await bench.pulse(bob);
		expect(kept.registryVersion).toBe(before.registryVersion);
		expect((await bench.sessions.nodes()).nodes).toHaveLength(2);
		await bench.world.advance?.(1);
		expect((await bench.sessions.nodes()).nodes).toHaveLength(1);
		const after = await bench.pulse(bob);
		expect(after.registryVersion).toBe(before.registryVersion + 1);
		expect((await bench.pulse(bob)).registryVersion).toBe(
			after.registryVersion,
		);
	});

	it("a dead node that comes back in time is not discarded", async () => {
		const ann = await bench.open("ann");
		await bench.sessions.revoke({
			session: ann.name,
			grounds: { when: "now" },
			limit: 1,
		});
		await bench.world.advance?.(DEAD_NODE_KEPT_MS - 1);
		const again = await bench.open("ann");
		expect(again.previous).toBeUndefined();
		await bench.world.advance?.(DEAD_NODE_KEPT_MS);
		await bench.pulse(again);
		expect((await bench.sessions.nodes()).nodes).toHaveLength(1);
	});
}
