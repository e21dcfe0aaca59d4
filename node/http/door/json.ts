/**
 * JSON at the door: bytes in, a sound value out, or the reason why not.
 *
 * `JSON.parse` lets pass what would hurt or mislead further in, so this also
 * refuses
 * - bytes that are not UTF-8 (they would turn into U+FFFD without a word),
 * - deep nesting, before parsing: eight million brackets take `JSON.parse` four
 *   seconds and two gigabytes,
 * - a name that occurs twice in an object (readers differ in which one counts),
 * - `__proto__` and `constructor.prototype`, which task code that copies its
 *   payload carelessly would make into a prototype,
 * - numbers that no double can hold: 1e999 would be written on as null,
 * - whole numbers beyond 2^53 that would reach task code as their neighbours.
 *
 * Names that occur twice are noticed by counting: as many names in the text as
 * in the value, or some were lost. That costs one pass over each and no memory.
 */
import { JSON_DEPTH_MAX } from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { JsonText } from "../../../protocol/task.ts";
import { findFlaw, scan } from "./json-text.ts";

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
	const { names, depth, changes } = scan(text);
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
	return changes || found.names !== names
		? refuseText(text)
		: { ok: true, value };
}

/** The refusal of JSON that is sound, but would not be understood as it is written. */
function refuseText(text: JsonText): Parsed {
	const flaw = findFlaw(text);
	if (flaw === undefined) throw new Error("a flaw of a JSON text is not found");
	const { twice, path } = flaw;
	return refuse(
		twice === undefined
			? "A whole number is larger than 2^53 and would be changed; send it as text."
			: `The name "${shorten(twice, NAME_SHOWN_CHARS)}" occurs twice in one object; each may occur once.`,
		path,
	);
}

function refuse(detail: string, field?: string): Parsed {
	const problem = { code: "invalid_json" as const, detail };
	return {
		ok: false,
		problem: field
			? { ...problem, field: shorten(field, PATH_SHOWN_CHARS) }
			: problem,
	};
}

const NAME_SHOWN_CHARS = 64;
const PATH_SHOWN_CHARS = 256;

function shorten(text: string, chars: number): string {
	return text.length > chars ? `${text.slice(0, chars)}…` : text;
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

function pollutes(name: string, value: unknown): boolean {
	if (name === "__proto__") return true;
	return (
		name === "constructor" &&
		typeof value === "object" &&
		value !== null &&
		Object.hasOwn(value, "prototype")
	);
}
