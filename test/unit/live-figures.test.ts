/** Figures over time, from the samples that shards keep. */
import { expect, test } from "vitest";
import { Figures } from "../../node/live/figures.ts";
import type { LiveLook, LiveSample } from "../../node/ports.ts";
import {
	LIVE_STEP_LATE_MS,
	LIVE_STEPS,
	LIVE_STEP_MS as STEP_MS,
} from "../../protocol/limits.ts";

const AT_MS = Date.UTC(2026, 10, 29, 12, 0, 0);

/** The sample of the step that ended so many steps ago. */
function sampleOf(back: number, more: Partial<LiveSample> = {}): LiveSample {
	return {
		...{ atMs: AT_MS - back * STEP_MS, pending: 1, started: 2, slots: 8 },
		...{ ended: 1_000 - 10 * back, failed: 1, oldestMs: 0, ...more },
	};
}

function lookOf(
	samples: readonly LiveSample[],
	more: Partial<LiveLook> = {},
): LiveLook {
	return {
		...{ nowMs: AT_MS + 500, pending: 3, started: 4, ended: 1_005 },
		...{ failed: 7, sessions: [], samples, ...more },
	};
}

test("steps of all shards are summed up; nothing is known of a step that a shard has not kept", () => {
	const figures = new Figures(2);
	figures.looked([
		lookOf([sampleOf(2), sampleOf(1), sampleOf(0)]),
		lookOf([sampleOf(2), sampleOf(0)]),
	]);
	expect(figures).toMatchObject({ pending: 6, started: 8, failed: 14 });
	const series = figures.news(AT_MS + 500);
	expect(series).toMatchObject({ stepMs: STEP_MS, untilMs: AT_MS });
	expect(series?.pending).toHaveLength(LIVE_STEPS);
	expect(series?.pending.slice(-4)).toEqual([null, 2, null, 2]);
	expect(series?.slots.slice(-3)).toEqual([8, null, 8]);
	// How many ended in a step is not known without the one before it.
	expect(series?.ended.slice(-3)).toEqual([null, null, null]);
});

test("the count of a step is what had ended at its end and not before", () => {
	const figures = new Figures(1);
	const lost = sampleOf(0, { ended: 3, oldestMs: AT_MS - 9_000 });
	figures.looked([lookOf([sampleOf(2), sampleOf(1), lost])]);
	const { ended, oldestMs } = figures.news(AT_MS + 500) ?? {};
	// If the store has lost writes, the count is 0.
	expect(ended?.slice(-3)).toEqual([null, 10, 0]);
	expect(oldestMs?.slice(-3)).toEqual([0, 0, 9_000]);
});

test("a step is reported once: when it is known, or when nobody will say more", () => {
	const figures = new Figures(1);
	figures.looked([lookOf([sampleOf(1)])]);
	expect(figures.news(AT_MS + 500)?.untilMs).toBe(AT_MS - STEP_MS);
	const unknown = sampleOf(0, { oldestMs: undefined });
	figures.looked([lookOf([unknown])]);
	expect(figures.news(AT_MS + 600)).toBeUndefined();
	figures.looked([lookOf([sampleOf(0)])]);
	expect(figures.news(AT_MS + 700)).toMatchObject({
		...{ untilMs: AT_MS, pending: [1], ended: [10], oldestMs: [0] },
	});
	expect(figures.news(AT_MS + 800)).toBeUndefined();
	const lateMs = AT_MS + STEP_MS + LIVE_STEP_LATE_MS;
	expect(figures.news(lateMs)).toMatchObject({ pending: [null] });
	expect(figures.series.pending.slice(-3)).toEqual([1, 1, null]);
});

test("how many tasks ended since some time is calculated between two samples", () => {
	const figures = new Figures(1);
	figures.looked([lookOf([sampleOf(2), sampleOf(1), sampleOf(0)])]);
	expect(figures.endedSince(AT_MS)).toBe(5);
	expect(figures.endedSince(AT_MS - STEP_MS)).toBe(15);
	expect(figures.endedSince(AT_MS - STEP_MS / 2)).toBe(10);
	// Before the first sample there is nothing to go by.
	expect(figures.endedSince(AT_MS - 99 * STEP_MS)).toBe(25);
});
