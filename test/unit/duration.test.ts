/**
 * Durations, as a table.
 */
import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../protocol/duration.ts";

test.each([
	["0", 0],
	["1500", 1_500],
	["500ms", 500],
	["30s", 30_000],
	["5m", 300_000],
	["2h", 7_200_000],
	["7d", 604_800_000],
])("%s is %d ms", (text, ms) => {
	expect(parseDuration(text)).toBe(ms);
});

test.each(["", "s", "1.5s", "-1s", "1 s", "1w", "1S", "01s", "1e3", "30s\n"])(
	"%j is no duration",
	(text) => {
		expect(parseDuration(text)).toBeUndefined();
	},
);

test.each(["0s", "1500ms", "30s", "90s", "5m", "2h", "366d"])(
	"%s is written as it is read",
	(text) => {
		expect(formatDuration(parseDuration(text) ?? Number.NaN)).toBe(text);
	},
);
