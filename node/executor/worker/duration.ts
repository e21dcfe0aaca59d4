/**
 * Reads lengths of time that task code names, using only what was kept from before task
 * code was loaded.
 */
import { DURATION_PATTERN } from "../../../protocol/duration.ts";
import { exec, isFiniteNumber, numberOf, roundUp } from "./native.ts";

const pattern = new RegExp(DURATION_PATTERN);

/** The duration in whole milliseconds, rounded up; undefined if the value is no duration. */
export function durationMs(value: unknown): number | undefined {
	if (typeof value === "number")
		return isFiniteNumber(value) && value >= 0 ? roundUp(value) : undefined;
	if (typeof value !== "string") return undefined;
	const parts = exec(pattern, value);
	return parts === null ? undefined : numberOf(parts[1]) * unitMs(parts[2]);
}

function unitMs(unit: string | undefined): number {
	switch (unit) {
		case "s":
			return 1_000;
		case "m":
			return 60_000;
		case "h":
			return 3_600_000;
		case "d":
			return 86_400_000;
		default:
			return 1;
	}
}
