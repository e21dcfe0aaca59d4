/**
 * The ids of tasks: what they may look like, where they are at home, and the ids of tasks
 * that bring none.
 *
 * The part of an id before its first `~` is its home, which alone says in which shard the
 * task lies: tasks that must change together share a home. An id without `~` is its own
 * home.
 */
import { ID_CHARS_MAX } from "./limits.ts";

/** The pattern of an id. It excludes `.` and `..`, which are taken for steps in an address. */
export const ID_PATTERN = "^(?!\\.{1,2}$)[A-Za-z0-9._:-][A-Za-z0-9._:~-]*$";
const pattern = new RegExp(ID_PATTERN);

export function isTaskId(text: string): boolean {
	return text.length <= ID_CHARS_MAX && pattern.test(text);
}

export function homeOf(id: string): string {
	const end = id.indexOf("~");
	return end === -1 ? id : id.slice(0, end);
}

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 9;
export const ID_CHANCE_CHARS = 11;
const newId = new RegExp(`^[${DIGITS}]{${TIME_CHARS + ID_CHANCE_CHARS}}$`);

/** The last time that an id was given, as text: many ids are given within a millisecond. */
let last = { wallMs: -1, time: "" };

function timeText(wallMs: number): string {
	if (wallMs === last.wallMs) return last.time;
	// Crockford's digits sort as the numbers do, so ids sort by time.
	let time = "";
	for (
		let rest = wallMs;
		time.length < TIME_CHARS;
		rest = Math.floor(rest / 32)
	)
		time = DIGITS.charAt(rest % 32) + time;
	last = { wallMs, time };
	return time;
}

/** A new id: 20 characters, ordered by time. `chance`: ID_CHANCE_CHARS of it. */
export function newTaskId(wallMs: number, chance: string): string {
	return timeText(wallMs) + chance;
}

/** Whether the id may be one that `newTaskId` made. */
export function isNewTaskId(id: string): boolean {
	return newId.test(id);
}
