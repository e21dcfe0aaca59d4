/**
 * JSON as it was written. A program that reads a number of more than 53 bits has another one
 * afterwards; so what people are to see, copy and send again is cut out of a text, laid out, and
 * put into one, and no number in it is ever read.
 */
import { jsonFlaw } from "./json-flaw.ts";

const INDENT = "  ";
/** A text that would be longer than so many times what it was, and this, stays as it is: of one all brackets there would be no end. */
const GROWS_MAX = 4;
const GROWS_CHARS_MAX = 65_536;

/** The text of a member of an object, as it stands in the object's sound text; undefined if it has none. */
export function memberOf(text: string, name: string): string | undefined {
	let at = skipBlanks(text, text.indexOf("{") + 1);
	while (text[at] === '"') {
		const keyEnd = endOfString(text, at);
		const key = JSON.parse(text.slice(at, keyEnd));
		const from = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
		const to = endOfValue(text, from);
		if (key === name) return text.slice(from, to).trimEnd();
		at = skipBlanks(text, to + 1);
	}
	return undefined;
}

/** A sound text, one value a line. */
export function laidOut(text: string): string {
	const parts: string[] = [];
	let depth = 0;
	let length = 0;
	const line = () => {
		length += depth * INDENT.length;
		return `\n${INDENT.repeat(depth)}`;
	};
	let at = skipBlanks(text, 0);
	while (at < text.length) {
		if (length > GROWS_MAX * text.length + GROWS_CHARS_MAX) return text;
		const from = at;
		const sign = text[at] as string;
		at = sign === '"' ? endOfString(text, at) : at + 1;
		if (sign === "{" || sign === "[") {
			const next = skipBlanks(text, at);
			const isEmpty = text[next] === "}" || text[next] === "]";
			if (isEmpty) at = next + 1;
			else depth++;
			parts.push(isEmpty ? `${sign}${text[next]}` : sign + line());
		} else if (sign === "}" || sign === "]") {
			depth--;
			parts.push(line() + sign);
		} else if (sign === ",") parts.push(sign + line());
		else if (sign === ":") parts.push(": ");
		else {
			if (sign !== '"') at = endOfWord(text, from);
			parts.push(text.slice(from, at));
		}
		at = skipBlanks(text, at);
	}
	return parts.join("");
}

type Read =
	| { readonly ok: true; readonly value: unknown }
	/** One sentence: what is wrong, and where. */
	| { readonly ok: false; readonly why: string };

/** As much of what a browser may have as is needed, as it is newer than the others. */
interface ExactJson {
	parse(
		text: string,
		revive: (
			key: string,
			value: unknown,
			context?: { readonly source?: string },
		) => unknown,
	): unknown;
	rawJSON?(text: string): unknown;
}

/** What somebody has typed: a value that is written again with each number as it was typed. */
export function readExactly(text: string): Read {
	const exact: ExactJson = JSON;
	let inexact: string | undefined;
	try {
		const value = exact.parse(text, (_key, each, context) => {
			const { source } = context ?? {};
			if (typeof each !== "number" || source === undefined) return each;
			if (String(each) === source) return each;
			if (exact.rawJSON !== undefined) return exact.rawJSON(source);
			inexact ??= source;
			return each;
		});
		if (inexact === undefined) return { ok: true, value };
		const why = `This browser would change the number ${inexact}; use the curl below, or a newer browser.`;
		return { ok: false, why };
	} catch (error) {
		return { ok: false, why: jsonFlaw(text) ?? `${(error as Error).message}.` };
	}
}

function skipBlanks(text: string, from: number): number {
	let at = from;
	while (at < text.length && isBlank(text.charCodeAt(at))) at++;
	return at;
}

const isBlank = (code: number): boolean =>
	code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Behind the closing quotation mark of the text that begins at `from`. */
function endOfString(text: string, from: number): number {
	for (let at = from + 1; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === 0x5c) at++;
		else if (code === 0x22) return at + 1;
	}
	return text.length;
}

/** Behind a number, or one of true, false and null. */
function endOfWord(text: string, from: number): number {
	const end = /[\s,:[\]{}"]/g;
	end.lastIndex = from;
	return end.exec(text)?.index ?? text.length;
}

/** Where the value ends that begins at `from`: at a comma, or what closes that around it. */
function endOfValue(text: string, from: number): number {
	let depth = 0;
	let at = from;
	while (at < text.length) {
		const sign = text[at];
		if (sign === '"') at = endOfString(text, at) - 1;
		else if (sign === "{" || sign === "[") depth++;
		else if (depth === 0 && (sign === "," || sign === "}" || sign === "]"))
			return at;
		else if (sign === "}" || sign === "]") depth--;
		at++;
	}
	return at;
}
