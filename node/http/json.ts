/**
 * JSON at the door: bytes in, a sound value out, or the reason why not.
 *
 * `JSON.parse` lets pass what would hurt or mislead further in, so this also
 * refuses
 * - bytes that are not UTF-8 (they would turn into U+FFFD without a word),
 * - deep nesting, before parsing: eight million brackets take `JSON.parse` four
 *   seconds and two gigabytes,
 * - a name that occurs twice in an object (which one counts differs by reader),
 * - `__proto__` and `constructor.prototype`, which task code that copies its
 *   payload carelessly would make into a prototype,
 * - numbers that no double can hold: 1e999 would be written on as null,
 * - whole numbers beyond 2^53, which would reach task code as their neighbours.
 *
 * Names that occur twice are found by counting: as many names in the text as in
 * the value, or some were lost. That costs one pass over each and no memory.
 */
import { JSON_DEPTH_MAX } from "../../protocol/limits.ts";
import type { Problem } from "../../protocol/problem.ts";

export type Parsed =
	| { readonly ok: true; readonly value: unknown }
	| { readonly ok: false; readonly problem: Problem };

const decoder = new TextDecoder("utf-8", { fatal: true });

export function parseJson(bytes: Uint8Array): Parsed {
	let text: string;
	try {
		text = decoder.decode(bytes);
	} catch {
		return refuse("The JSON must be UTF-8, and is not.");
	}
	const { names, depth } = scan(text);
	if (depth > JSON_DEPTH_MAX) {
		return refuse(
			`The JSON is nested more than ${JSON_DEPTH_MAX} levels deep; flatten it, or send the inner part as text.`,
		);
	}
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		return refuse(`The text is not JSON: ${(error as SyntaxError).message}.`);
	}
	const found: Inspection = { names: 0 };
	inspect(value, found);
	if (found.flaw !== undefined) {
		return refuse(found.flaw, found.path?.replace(/^\./, ""));
	}
	if (found.names !== names) {
		return refuse("A name occurs twice in one object; each may occur once.");
	}
	return { ok: true, value };
}

function refuse(detail: string, field?: string): Parsed {
	const problem = { code: "invalid_json" as const, detail };
	return {
		ok: false,
		problem: field ? { ...problem, field } : problem,
	};
}

/** Smaller whole numbers are written in digits, larger ones with an exponent. */
const DIGITS_BELOW = 1e21;

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
/** `[` and `{`, `]` and `}` differ in this one bit. */
const CURLY = 0x20;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** Counts names and levels in a text that may yet turn out not to be JSON. */
function scan(text: string): { names: number; depth: number } {
	let names = 0;
	let level = 0;
	let depth = 0;
	for (let i = 0; i < text.length; i++) {
		const char = text.charCodeAt(i);
		if (char === QUOTE) i = closingQuote(text, i);
		else if (char === COLON) names++;
		else if ((char & ~CURLY) === OPEN) depth = Math.max(depth, ++level);
		else if ((char & ~CURLY) === CLOSE) level--;
	}
	return { names, depth };
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

interface Inspection {
	names: number;
	flaw?: string;
	/** Where the flaw lies: `.payload.list[3]`. Built on the way back up. */
	path?: string;
}

/** Depth is bounded by the scan, so recursion is safe. */
function inspect(value: unknown, found: Inspection): void {
	if (typeof value === "number") {
		if (!Number.isFinite(value)) {
			found.flaw = "A number is too large; send it as text.";
		} else if (isInexact(value)) {
			found.flaw =
				"A whole number is larger than 2^53 and would be changed; send it as text.";
		}
		return;
	}
	if (typeof value !== "object" || value === null) return;
	if (Array.isArray(value)) {
		for (let i = 0; i < value.length; i++) {
			inspect(value[i], found);
			if (found.flaw !== undefined) {
				found.path = `[${i}]${found.path ?? ""}`;
				return;
			}
		}
		return;
	}
	for (const name in value) {
		found.names++;
		const inner = (value as Record<string, unknown>)[name];
		if (pollutes(name, inner)) found.flaw = `The name "${name}" is not taken.`;
		else inspect(inner, found);
		if (found.flaw !== undefined) {
			found.path = `.${name}${found.path ?? ""}`;
			return;
		}
	}
}

/**
 * Whether digits may have been lost. How the number was written is gone by now;
 * from 1e21 on, writers of JSON use an exponent and claim no exact digits, so
 * that 1e300 is taken.
 */
function isInexact(value: number): boolean {
	return (
		Number.isInteger(value) &&
		!Number.isSafeInteger(value) &&
		Math.abs(value) < DIGITS_BELOW
	);
}

function pollutes(name: string, value: unknown): boolean {
	if (name === "__proto__") return true;
	return (
		name === "constructor" &&
		typeof value === "object" &&
		value !== null &&
		Object.hasOwn(value, "prototype")
	);
}
