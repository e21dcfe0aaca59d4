/**
 * Filters, as people type them: `state:failure type:flaky node:node-3 attempt:>1 cat.jpg`. In an
 * address each is a parameter, named as the API names it; in the field they are one line.
 */
import { TASK_STATES } from "../../protocol/state.ts";

/** Parameters of `GET /v1/tasks`, by the words that stand for them. */
const TASK_WORDS = {
	state: "state",
	type: "type",
	queue: "queue",
	node: "node",
	tag: "tag",
	attempt: "attemptMin",
	moved: "moved",
	since: "since",
	until: "until",
} as const;

/** Filters of events, by the words that stand for them; each may occur several times. */
const EVENT_WORDS = {
	kind: "kind",
	type: "type",
	queue: "queue",
	node: "node",
	task: "task",
	tag: "tag",
} as const;

export const TASK_FILTERS: readonly string[] = [
	...Object.values(TASK_WORDS),
	"q",
];
export const EVENT_FILTERS: readonly string[] = Object.values(EVENT_WORDS);

/** One filter: as it is typed, and as it stands in an address. */
export interface Chip {
	readonly name: string;
	readonly value: string;
	readonly text: string;
}

type Read =
	| { readonly ok: true; readonly chips: readonly Chip[] }
	/** One sentence. */
	| { readonly ok: false; readonly why: string };

export const readTaskFilter = (line: string): Read => read(line, TASK_WORDS);
export const readEventFilter = (line: string): Read => read(line, EVENT_WORDS);

/** What the parameters of an address mean; what is none of them is left out. */
export function chipsIn(
	query: URLSearchParams,
	names: readonly string[],
): Chip[] {
	return [...query]
		.filter(([name, value]) => names.includes(name) && isSound(name, value))
		.map(([name, value]) => chipOf(name, value));
}

/** As a parameter of the API has it: what may come several times is a list. */
export function askedFor(
	chips: readonly Chip[],
	lists: readonly string[],
): Record<string, string | readonly string[]> {
	const asked: Record<string, string | readonly string[]> = {};
	for (const { name, value } of chips)
		asked[name] = lists.includes(name)
			? [...(asked[name] ?? []), value]
			: value;
	return asked;
}

export const lineOf = (chips: readonly Chip[]): string =>
	chips.map(({ text }) => text).join(" ");

function isSound(name: string, value: string): boolean {
	if (value === "") return false;
	if (name === "state") return isState(value);
	if (name === "attemptMin") return /^[1-9]\d{0,5}$/.test(value);
	if (name === "moved") return value === "true";
	return true;
}

const isState = (text: string): boolean =>
	(TASK_STATES as readonly string[]).includes(text.toUpperCase());

function chipOf(name: string, value: string): Chip {
	return { name, value, text: textOf(name, value) };
}

function textOf(name: string, value: string): string {
	if (name === "state") return `state:${value.toLowerCase()}`;
	if (name === "attemptMin") return `attempt:>${Number(value) - 1}`;
	if (name === "moved") return "moved";
	if (name === "q") return quotedIf(value, /[\s:"]|^moved$/);
	return `${name}:${quotedIf(value, /[\s"]/)}`;
}

const quotedIf = (text: string, needs: RegExp): string =>
	needs.test(text) ? JSON.stringify(text) : text;

/** A word, or one with a value; either may be quoted. */
const TOKEN = /(?:([a-z]+):)?("(?:[^"\\]|\\.)*"|\S+)/gi;

function read(line: string, words: Readonly<Record<string, string>>): Read {
	const chips: Chip[] = [];
	const free: string[] = [];
	for (const [whole, word, given = ""] of line.matchAll(TOKEN)) {
		const value = unquoted(given);
		if (word === undefined && given === "moved" && "moved" in words) {
			chips.push(chipOf("moved", "true"));
			continue;
		}
		const name = word === undefined ? undefined : words[word.toLowerCase()];
		if (name === undefined) {
			free.push(word === undefined ? value : whole);
			continue;
		}
		const meant = meantBy(name, value);
		if (meant === undefined) return { ok: false, why: adviceOn(name, whole) };
		chips.push(chipOf(name, meant));
	}
	if (free.length > 0) {
		if (!("moved" in words)) return { ok: false, why: notEvents(free, words) };
		chips.push(chipOf("q", free.join(" ")));
	}
	return { ok: true, chips: withoutDoubles(chips, words === EVENT_WORDS) };
}

const notEvents = (
	free: readonly string[],
	words: Readonly<Record<string, string>>,
): string =>
	`"${free.join(" ")}" is no filter of events: they have ${Object.keys(words).join(", ")}, such as node:node-1.`;

function unquoted(text: string): string {
	if (!/^".*"$/s.test(text)) return text;
	try {
		return JSON.parse(text);
	} catch {
		return text.slice(1, -1);
	}
}

function meantBy(name: string, value: string): string | undefined {
	if (name === "state") return isState(value) ? value.toUpperCase() : undefined;
	if (name === "moved") return value === "true" ? value : undefined;
	if (name === "since" || name === "until") {
		const ms = Date.parse(value);
		return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
	}
	if (name !== "attemptMin") return value;
	const [, sign, count] = /^(>=?)?(\d{1,6})$/.exec(value) ?? [];
	if (count === undefined) return undefined;
	const min = Number(count) + (sign === ">" ? 1 : 0);
	// No exact number can be asked for; 1 alone is understood, as "at least one".
	return sign === undefined && min !== 1 ? undefined : `${Math.max(1, min)}`;
}

function adviceOn(name: string, whole: string): string {
	if (name === "state")
		return `"${whole}" names no state: they are ${TASK_STATES.join(", ").toLowerCase()}.`;
	if (name === "moved") return `Write "moved" alone, not "${whole}".`;
	if (name === "attemptMin")
		return `"${whole}" is not understood: write attempt:>1 for those with more than one.`;
	return `"${whole}" names no time: write ${name}:2026-11-30T12:00Z.`;
}

/** Keeps only the last of filters that may occur once. */
function withoutDoubles(chips: readonly Chip[], mayRepeat: boolean): Chip[] {
	return chips.filter(({ name, value }, at) => {
		const later = chips.slice(at + 1).filter((each) => each.name === name);
		if (mayRepeat || name === "tag")
			return !later.some((each) => each.value === value);
		return later.length === 0;
	});
}
