/**
 * The first line of a text that is not empty: errors are told apart by it.
 */
import { FIRST_LINE_CHARS_MAX } from "./limits.ts";

const FIRST = /^[ \t\r\n]*([^\r\n]*)/;

/** The first line without blanks around it, cut to what is shown. */
export function firstLineOf(text: string): string {
	const line = FIRST.exec(text)?.[1] ?? "";
	// Made of whole characters, of which at most two make one that people see.
	const characters = [...line.slice(0, 2 * FIRST_LINE_CHARS_MAX)];
	return characters.slice(0, FIRST_LINE_CHARS_MAX).join("").trimEnd();
}
