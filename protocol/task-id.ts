/** The ids of tasks that bring none: 20 characters, ordered by time. */

const TIME_CHARS = 9;
export const ID_CHANCE_CHARS = 11;

/** `chance`: that many characters of it. */
export function taskId(wallMs: number, chance: string): string {
	// Crockford's digits sort as the numbers do, so ids sort by time.
	let time = "";
	for (
		let rest = wallMs;
		time.length < TIME_CHARS;
		rest = Math.floor(rest / 32)
	)
		time = "0123456789abcdefghjkmnpqrstvwxyz".charAt(rest % 32) + time;
	return time + chance;
}
