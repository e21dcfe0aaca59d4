/** The first line of a text that is not empty: by which errors are told apart. */
import { FIRST_LINE_CHARS_MAX } from "./limits.ts";

const FIRST = /^[ \t\r\n]*([^\r\n]*)/;

/** Without blanks around it, and cut to what is told. */
export function firstLineOf(text: string): string {
	const line = FIRST.exec(text)?.[1] ?? "";
	// Of whole characters, of which no more than two make one that people see.
	const characters = [...line.slice(0, 2 * FIRST_LINE_CHARS_MAX)];
	return characters.slice(0, FIRST_LINE_CHARS_MAX).join("").trimEnd();
}
