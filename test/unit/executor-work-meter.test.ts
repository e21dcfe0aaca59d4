/** What a thread's own account of its work is worth, as Node.js gives it. */
import { expect, test } from "vitest";
import { WorkMeter } from "../../node/executor/work-meter.ts";

interface Said {
	readonly idle: number;
	readonly active: number;
}

/** The meter of a worker that says these, one after another. */
function meterOf(...said: readonly Said[]): WorkMeter {
	const left = [...said];
	return new WorkMeter({
		performance: {
			eventLoopUtilization: () => ({
				...(left.shift() as Said),
				utilization: 0,
			}),
		},
	});
}

test("the meter returns the work since the last call", () => {
	const meter = meterOf(
		{ idle: 10, active: 5 },
		{ idle: 90, active: 5 },
		{ idle: 95, active: 12 },
	);
	expect([meter.takeMs(), meter.takeMs(), meter.takeMs()]).toEqual([5, 0, 7]);
});

test("the meter knows nothing about a worker that is ending, all of whose life reads as work", () => {
	const meter = meterOf({ idle: 90, active: 5 }, { idle: -1, active: 96 });
	meter.takeMs();
	expect(meter.takeMs()).toBeUndefined();
});

test("the meter knows nothing about a worker that has ended, which reads as if it had never worked", () => {
	const meter = meterOf({ idle: 90, active: 5 }, { idle: 0, active: 0 });
	meter.takeMs();
	expect(meter.takeMs()).toBeUndefined();
});

test("work that was read too high, as the clock was read late, is not lost: the meter counts from there", () => {
	const meter = meterOf(
		{ idle: 90, active: 5.2 },
		{ idle: 90, active: 5 },
		{ idle: 90, active: 8 },
	);
	expect(meter.takeMs()).toBe(5.2);
	expect(meter.takeMs()).toBeUndefined();
	expect(meter.takeMs()).toBeCloseTo(2.8);
});
