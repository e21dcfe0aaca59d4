/** The virtual clock turns time in one order, the same every time. */
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import { SeededRandom } from "../random.ts";

describe("the virtual clock", () => {
	it("stands still until it is told to run", async () => {
		const clock = new VirtualClock(1_000);
		let fired = false;
		clock.after(0, () => {
			fired = true;
		});
		await Promise.resolve();
		expect([clock.monoMs(), clock.wallMs(), fired]).toEqual([0, 1_000, false]);
		await clock.runFor(0);
		expect(fired).toBe(true);
	});

	it("fires timers by their time and, within one instant, in the order of setting", async () => {
		const clock = new VirtualClock();
		const fired: string[] = [];
		const set = (ms: number, name: string) =>
			clock.after(ms, () => fired.push(`${name}@${clock.monoMs()}`));
		set(20, "c");
		set(10, "a");
		set(20, "d");
		set(10, "b");
		set(30, "too late");
		await clock.runFor(29);
		expect(fired).toEqual(["a@10", "b@10", "c@20", "d@20"]);
		expect(clock.monoMs()).toBe(29);
		await clock.runFor(1);
		expect(fired.at(-1)).toBe("too late@30");
	});

	it("keeps the order of a thousand timers set at random", async () => {
		const random = new SeededRandom(1);
		const clock = new VirtualClock();
		const fired: [number, number][] = [];
		for (let i = 0; i < 1_000; i++) {
			const ms = random.below(50);
			const timer = clock.after(ms, () => fired.push([ms, i]));
			if (random.oneIn(10)) timer.cancel();
		}
		await clock.runFor(50);
		const sorted = [...fired].sort(([a, i], [b, j]) => a - b || i - j);
		expect(fired).toEqual(sorted);
		expect(fired.length).toBeGreaterThan(800);
	});

	it("lets promises go on first, then `soon`, then timers of the same instant", async () => {
		const clock = new VirtualClock();
		const order: string[] = [];
		clock.after(5, () => {
			order.push("first timer");
			clock.after(0, () => order.push("timer set for now"));
			clock.soon(() => order.push("soon"));
			clock.soon(() => order.push("soon after"));
			void (async () => {
				for (let i = 0; i < 100; i++) await Promise.resolve();
				order.push("promise");
				clock.soon(() => order.push("soon of the promise"));
			})();
		});
		clock.after(5, () => order.push("second timer"));
		await clock.runFor(5);
		expect(order).toEqual([
			"first timer",
			"promise",
			"soon",
			"soon after",
			"soon of the promise",
			"second timer",
			"timer set for now",
		]);
	});

	it("does not fire what was cancelled, also not within the same instant", async () => {
		const clock = new VirtualClock();
		const fired: string[] = [];
		const timers = ["a", "b", "c"].map((name) =>
			clock.after(10, () => {
				fired.push(name);
				timers[1]?.cancel();
			}),
		);
		await clock.runFor(10);
		expect(fired).toEqual(["a", "c"]);
	});

	it("runs until a condition holds, or says that it never did", async () => {
		const clock = new VirtualClock();
		let ticks = 0;
		const tick = () => {
			ticks += 1;
			clock.after(10, tick);
		};
		tick();
		expect(await clock.runUntil(() => ticks === 4, 1_000)).toBe(true);
		expect(clock.monoMs()).toBe(30);
		expect(await clock.runUntil(() => ticks === 0, 1_000)).toBe(false);
		expect(clock.monoMs()).toBe(1_030);
	});

	it("ends its run with the error of an event, and can run on", async () => {
		const clock = new VirtualClock();
		clock.after(1, () => {
			throw new Error("broken");
		});
		await expect(clock.runFor(10)).rejects.toThrow("broken");
		await clock.runFor(9);
		expect(clock.monoMs()).toBe(10);
	});

	it("is run by one at a time", async () => {
		const clock = new VirtualClock();
		const first = clock.runFor(1);
		await expect(clock.runFor(1)).rejects.toThrow("running already");
		await first;
	});
});
