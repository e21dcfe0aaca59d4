/**
 * What a person sees of a node's log on the terminal, and how: warnings and errors, in
 * words instead of JSON, and whatever is not a log entry (the last words of a program
 * that failed). Pure.
 */

const WARN = 40;
const ERROR = 50;
/** Fields of every entry that are of no use on the terminal. */
const COMMON_FIELDS = new Set([
	"level",
	"time",
	"pid",
	"hostname",
	"msg",
	"node",
	"err",
]);

/** The line to show; undefined if it is not to be shown. */
export function formatLogLine(line: string): string | undefined {
	const entry = parseEntry(line);
	if (entry === undefined) return line.trim() === "" ? undefined : line;
	const { level, msg, err } = entry;
	if (typeof level === "number" && level < WARN) return;
	const details = Object.entries(entry)
		.filter(([name]) => !COMMON_FIELDS.has(name))
		.map(([name, value]) => `${name}=${textOf(value)}`);
	const cause = messageOf(err);
	if (cause !== undefined) details.unshift(cause);
	const word = Number(level) >= ERROR ? "error" : "warning";
	const more = details.length === 0 ? "" : ` (${details.join(", ")})`;
	return `${word}: ${textOf(msg)}${more}`;
}

function parseEntry(line: string): Record<string, unknown> | undefined {
	if (!line.startsWith("{")) return;
	try {
		return JSON.parse(line);
	} catch {
		return; // It is not an entry, and is shown as it is.
	}
}

function messageOf(error: unknown): string | undefined {
	if (typeof error !== "object" || error === null) return;
	return "message" in error ? textOf(error.message) : undefined;
}

function textOf(value: unknown): string {
	return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
