/** How long a task that failed waits, as a table. */
import { expect, test } from "vitest";
import { type Backoff, backoffMs } from "../../protocol/backoff.ts";

test.each<[Backoff, readonly number[]]>([
	[{}, [1_000, 2_000, 4_000, 8_000]],
	[{ delay: "10s", max: "1m" }, [10_000, 20_000, 40_000, 60_000, 60_000]],
	[{ type: "fixed", delay: 500 }, [500, 500, 500]],
	[{ type: "fixed", delay: "2h" }, [7_200_000, 7_200_000]],
	[{ delay: "2h" }, [7_200_000, 7_200_000]],
	[{ delay: 0 }, [0, 0, 0]],
])("%j waits %j without chance", (backoff, waits) => {
	const waited = waits.map((_, i) => backoffMs(backoff, i + 1, 0));
	expect(waited).toEqual(waits);
});

test("jitter only adds, up to its share", () => {
	expect(backoffMs({}, 1, 0.5)).toBe(1_250);
	expect(backoffMs({ jitter: 1 }, 1, 0.999)).toBe(1_999);
	expect(backoffMs({ jitter: 0 }, 1, 0.999)).toBe(1_000);
});

test("a retry waits at least as long as the error asks for, and jitter is added", () => {
	expect(backoffMs({}, 1, 0, 30_000)).toBe(30_000);
	expect(backoffMs({}, 1, 0.5, 30_000)).toBe(37_500);
	expect(backoffMs({ delay: "1m" }, 1, 0, 30_000)).toBe(60_000);
});

test("the hundredth failure waits no longer than the cap", () => {
	expect(backoffMs({}, 100, 0)).toBe(3_600_000);
});
