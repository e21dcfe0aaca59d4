/**
 * Durations, as people write them: `500ms`, `30s`, `5m`, `2h`, `7d`, or a plain
 * number of milliseconds.
 */
export const DURATION_PATTERN = "^(0|[1-9][0-9]{0,11})(ms|s|m|h|d)?$";
const duration = new RegExp(DURATION_PATTERN);

const UNIT_MS: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1_000,
	m: 60_000,
	h: 3_600_000,
	d: 86_400_000,
};

/** The milliseconds of a duration; undefined if the text is none. */
export function parseDuration(text: string): number | undefined {
	const [, amount, unit] = duration.exec(text) ?? [];
	if (amount === undefined) return;
	return Number(amount) * (UNIT_MS[unit ?? "ms"] ?? 1);
}

/** The duration as a whole number with a unit: 90 s are `90s`, since they are not whole minutes. */
export function formatDuration(ms: number): string {
	const units = Object.entries(UNIT_MS).reverse();
	const [unit, unitMs] = units.find(
		([, each]) => ms >= each && ms % each === 0,
	) ?? ["s", 1_000];
	return `${ms / unitMs}${unit}`;
}
