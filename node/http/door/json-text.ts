/**
 * JSON as text: what is lost once it has been parsed. How many names there are, how deep
 * it is nested, and whether integers keep their digits.
 *
 * `scan` looks at every text, which may yet turn out not to be JSON: one pass, no memory.
 * `findFlaw` locates what `scan` noticed; that takes a memory of names, and is for texts
 * that are refused anyway.
 */
import type { JsonText } from "../../../protocol/task.ts";

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
/**
 * `[` and `{`, `]` and `}` differ in this one bit, as upper and lower case letters do.
 */
const CURLY = 0x20;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const EXPONENT = 0x65;

/** Integers with fewer digits are all below 2^53. */
const DIGITS_UNSURE = 16;

interface Scan {
	readonly names: number;
	readonly depth: number;
	/** Whether an integer in it would come back as a different one. */
	readonly changes: boolean;
}

export function scan(text: string): Scan {
	let names = 0;
	let level = 0;
	let depth = 0;
	let changes = false;
	for (let i = 0; i < text.length; i++) {
		const char = text.charCodeAt(i);
		if (char === QUOTE) i = closingQuote(text, i);
		else if (char === COLON) names++;
		else if ((char & ~CURLY) === OPEN) depth = Math.max(depth, ++level);
		else if ((char & ~CURLY) === CLOSE) level--;
		else if (isDigit(char)) {
			const end = numberEnd(text, i);
			changes ||= isChanged(text, i, end);
			i = end - 1;
		}
	}
	return { names, depth, changes };
}

/** The quote that closes the one at `open`, or the end of the text. */
function closingQuote(text: string, open: number): number {
	for (let i = open + 1; i < text.length; i++) {
		const char = text.charCodeAt(i);
		if (char === QUOTE) return i;
		if (char === BACKSLASH) i++;
	}
	return text.length;
}

function isDigit(char: number): boolean {
	return char >= ZERO && char <= NINE;
}

function numberEnd(text: string, start: number): number {
	let end = start + 1;
	for (; end < text.length; end++) {
		const char = text.charCodeAt(end);
		const isPart =
			isDigit(char) ||
			char === POINT ||
			char === PLUS ||
			char === MINUS ||
			(char | CURLY) === EXPONENT;
		if (!isPart) break;
	}
	return end;
}

/**
 * Whether digits are lost: an integer, written out, that would be written differently
 * after it has been a double. A number with a fraction or an exponent does not claim
 * exact digits, so 1e300 is accepted.
 */
function isChanged(text: string, start: number, end: number): boolean {
	if (end - start < DIGITS_UNSURE) return false;
	const digits = text.slice(start, end);
	const value = Number(digits);
	return (
		/^[0-9]+$/.test(digits) && value < Infinity && writeOut(value) !== digits
	);
}

/** An integer as JavaScript writes it, without an exponent. */
function writeOut(value: number): string {
	const [digits = "", exponent] = String(value).split("e+");
	if (exponent === undefined) return digits;
	const [whole = "", fraction = ""] = digits.split(".");
	return whole + fraction.padEnd(Number(exponent), "0");
}

export interface TextFlaw {
	/** The name that its object already has; undefined if the flaw is a number that would change. */
	readonly twice: string | undefined;
	/** Where the flaw is: `[3].payload.list`. */
	readonly path: string;
}

/**
 * An object or array that is open at the current position, and what is being read in it.
 */
interface Level {
	/** The names so far; undefined for an array. */
	readonly names: Set<string> | undefined;
	at: string | number;
	/** Whether the next string is a name. */
	named: boolean;
}

/**
 * The first name that occurs twice, or number that would change, in a text that is JSON.
 */
export function findFlaw(text: JsonText): TextFlaw | undefined {
	const levels: Level[] = [];
	for (let i = 0; i < text.length; i++) {
		const char = text.charCodeAt(i);
		const level = levels.at(-1);
		if (char === QUOTE) {
			const end = closingQuote(text, i);
			if (level?.named) {
				const name = JSON.parse(text.slice(i, end + 1)) as string;
				const isTwice = level.names?.has(name);
				level.names?.add(name);
				level.at = name;
				level.named = false;
				if (isTwice) return { twice: name, path: pathOf(levels) };
			}
			i = end;
		} else if ((char & ~CURLY) === OPEN) {
			const isObject = char !== OPEN;
			const names = isObject ? new Set<string>() : undefined;
			levels.push({ names, at: 0, named: isObject });
		} else if ((char & ~CURLY) === CLOSE) {
			levels.pop();
		} else if (char === COMMA && level !== undefined) {
			level.named = level.names !== undefined;
			if (typeof level.at === "number") level.at++;
		} else if (isDigit(char)) {
			const end = numberEnd(text, i);
			if (isChanged(text, i, end)) {
				return { twice: undefined, path: pathOf(levels) };
			}
			i = end - 1;
		}
	}
	return;
}

function pathOf(levels: readonly Level[]): string {
	const steps = levels.map(({ at }) =>
		typeof at === "number" ? `[${at}]` : `.${at}`,
	);
	return steps.join("").replace(/^\./, "");
}
