/**
 * Finds what a value loses on its way into JSON, which silently drops what it has no form
 * for. NaN and Infinity become null. A symbol disappears. A Map, a Set, an Error or a
 * promise that nobody awaited keeps only its own properties, usually none. Bytes become
 * an object of numbers. The whole value is searched, so that what is refused does not
 * depend on how much lies beside it. That takes about as long as making its text; a
 * replacer for `JSON.stringify` would take three times that.
 *
 * What a reader of JSON expects is left alone, and the manual says so: members that are
 * undefined or functions are absent; undefined in a list is null; -0 is 0; an object of a
 * class counts by its own enumerable members, and a list by its items; and a value that
 * has a `toJSON` says itself what becomes of it.
 */
import {
	ArrayPrototype,
	bareList,
	exec,
	isArray,
	isEnumerable,
	isErrorLike,
	isFiniteNumber,
	isView,
	keysOf,
	numberIn,
	ObjectPrototype,
	prototypeOf,
	slice,
	symbolsOf,
	tagOf,
	timeOf,
	types,
	writeJson,
} from "./native.ts";
import { cut } from "./text.ts";

export interface Loss {
	/** What is lost: `a Map`, `NaN`. */
	readonly what: string;
	/** The place of the loss, as in `rows[3].seen`; empty for the value itself. */
	readonly where: string;
	readonly advice: string;
}

/** An object or a list that is being searched. */
interface Level {
	readonly holder: Record<string | number, unknown>;
	/** The members of an object; undefined for a list. */
	readonly keys: readonly string[] | undefined;
	readonly length: number;
	at: number;
}

const PLAIN = "return plain objects, lists, texts and finite numbers";
const BYTES = "return bytes as text, in base64 for instance";
/** The longest path, or name of a thing, that is shown. */
const PATH_CHARS_MAX = 300;
const KIND_CHARS_MAX = 60;
const VOWEL = /^[AEIOU]/;
const WORD = /^[A-Za-z_$][\w$]*$/;
const ARE_BYTES = /^bytes/;

/** The first thing that is lost; undefined if everything is in the text. */
export function findLoss(value: unknown): Loss | undefined {
	const levels = bareList<Level>();
	const lossAt = (what: string): Loss => ({
		what,
		where: cut(pathOf(levels), PATH_CHARS_MAX),
		advice: exec(ARE_BYTES, what) === null ? PLAIN : BYTES,
	});
	let next = value;
	for (;;) {
		const what = lostOf(next, levels[levels.length - 1]?.keys === undefined);
		if (what !== undefined) return lossAt(what);
		if (isGoneThrough(next)) {
			const level = levelOf(next);
			if (typeof level === "string") return lossAt(level);
			levels[levels.length] = level;
		}
		// Not by recursion: results may be nested deeper than this stack allows.
		let level = levels[levels.length - 1];
		while (level !== undefined && level.at + 1 >= level.length) {
			levels.length -= 1;
			level = levels[levels.length - 1];
		}
		if (level === undefined) return undefined;
		level.at += 1;
		next = level.holder[level.keys?.[level.at] ?? level.at];
	}
}

/** What is lost of a value itself, apart from what it holds. */
function lostOf(value: unknown, isItem: boolean): string | undefined {
	switch (typeof value) {
		case "number":
			return isFiniteNumber(value) ? undefined : `${value}`;
		case "symbol":
			return "a symbol";
		case "function":
			return isItem && !speaksForItself(value) ? "a function" : undefined;
		case "object":
			return value === null || isPlain(value)
				? undefined
				: lostOfSpecial(value);
		default:
			return undefined;
	}
}

function isPlain(value: object): boolean {
	const prototype: unknown = prototypeOf(value);
	return (
		prototype === ObjectPrototype ||
		prototype === ArrayPrototype ||
		prototype === null
	);
}

/**
 * What is lost of things that keep their contents elsewhere than in properties, whatever
 * those are.
 */
function lostOfSpecial(value: object): string | undefined {
	if (types.isDate(value))
		return isFiniteNumber(timeOf(value)) ? undefined : "an invalid Date";
	if (speaksForItself(value)) return undefined;
	if (isErrorLike(value)) return "an Error";
	if (isView(value) || types.isAnyArrayBuffer(value))
		return `bytes or numbers in ${withArticle(kindOf(value))}`;
	if (types.isNumberObject(value)) {
		const number = numberIn(value);
		return isFiniteNumber(number) ? undefined : `${number}`;
	}
	const keeps =
		types.isMap(value) ||
		types.isSet(value) ||
		types.isPromise(value) ||
		types.isRegExp(value) ||
		types.isWeakMap(value) ||
		types.isWeakSet(value) ||
		types.isSymbolObject(value) ||
		types.isMapIterator(value) ||
		types.isSetIterator(value) ||
		types.isGeneratorObject(value);
	return keeps ? withArticle(kindOf(value)) : undefined;
}

function speaksForItself(value: object): boolean {
	return typeof (value as { toJSON?: unknown }).toJSON === "function";
}

/** Whether JSON takes the value's members or items, one by one. */
function isGoneThrough(value: unknown): value is object {
	if (typeof value !== "object" || value === null) return false;
	return !speaksForItself(value) && !types.isBoxedPrimitive(value);
}

/**
 * The value as something to search, or what is lost of it, if JSON takes none of its
 * members.
 */
function levelOf(value: object): Level | string {
	const holder = value as Level["holder"];
	if (isArray(value))
		return { holder, keys: undefined, length: value.length, at: -1 };
	const keys = keysOf(value);
	const plain = isPlain(value) || isOfAnotherRealm(value);
	if (keys.length === 0 && !plain) return hollow(value);
	// Libraries keep what is their own like this on objects of classes.
	if (plain && hasSymbolMember(value)) return "a member named by a symbol";
	return { holder, keys, length: keys.length, at: -1 };
}

/** What is lost of an object that must hold something, and shows nothing. */
function hollow(value: object): string {
	const kind = kindOf(value);
	return kind === "Object"
		? "an object of a class that shows JSON no members"
		: withArticle(kind);
}

/** Whether this is an object like any other, but made by `vm` for instance. */
function isOfAnotherRealm(value: object): boolean {
	return prototypeOf(prototypeOf(value) as object) === null;
}

function hasSymbolMember(value: object): boolean {
	const symbols = symbolsOf(value);
	for (let at = 0; at < symbols.length; at += 1)
		if (isEnumerable(value, symbols[at] as symbol)) return true;
	return false;
}

/**
 * The kind of an object: `Map`, also for a class that extends Map; `Object` for a class
 * of the task's own.
 */
function kindOf(value: object): string {
	const tag = tagOf(value);
	return cut(slice(tag, "[object ".length, tag.length - 1), KIND_CHARS_MAX);
}

function withArticle(noun: string): string {
	return `${exec(VOWEL, noun) === null ? "a" : "an"} ${noun}`;
}

function pathOf(levels: readonly Level[]): string {
	let path = "";
	for (let i = 0; i < levels.length; i += 1) {
		if (path.length > PATH_CHARS_MAX) break;
		const { keys, at } = levels[i] as Level;
		const name = keys?.[at];
		if (name === undefined) path += `[${at}]`;
		else if (exec(WORD, name) === null) path += `[${writeJson(name)}]`;
		else path += path === "" ? name : `.${name}`;
	}
	return path;
}
