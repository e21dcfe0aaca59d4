/** The texts of `--help`, made from the tables of flags. */
import type { Flag, Flags } from "./flags.ts";

/** The column where explanations begin, and the width of the whole. */
const LEFT_CHARS = 26;
const LINE_CHARS = 92;

export interface CommandHelp {
	readonly usage: string;
	readonly summary: string;
	/** Flags in groups, each under a heading. */
	readonly groups: readonly (readonly [heading: string, flags: Flags])[];
	readonly notes?: readonly string[];
}

export function formatHelp({
	usage,
	summary,
	groups,
	notes = [],
}: CommandHelp): string {
	const parts = [`Usage: ${usage}`, ...wrap(summary, 0)];
	for (const [heading, flags] of groups) {
		parts.push("", `${heading}:`);
		for (const [name, flag] of Object.entries(flags)) {
			parts.push(...formatFlag(name, flag));
		}
	}
	for (const note of notes) parts.push("", ...wrap(note, 0));
	return parts.join("\n");
}

function formatFlag(name: string, { value, help, env }: Flag): string[] {
	const left = `  --${name}${value === undefined ? "" : ` ${value}`}`;
	const variable = env === undefined ? "" : ` [${env[0]}]`;
	const lines = wrap(help + variable, LEFT_CHARS);
	if (left.length >= LEFT_CHARS - 1) return [left, ...lines];
	return [left + (lines[0] ?? "").slice(left.length), ...lines.slice(1)];
}

/** Lines of whole words, each after `indent` spaces. */
function wrap(text: string, indent: number): string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(" ")) {
		if (line !== "" && indent + line.length + 1 + word.length > LINE_CHARS) {
			lines.push(line);
			line = "";
		}
		line = line === "" ? word : `${line} ${word}`;
	}
	return [...lines, line].map((each) => " ".repeat(indent) + each);
}
