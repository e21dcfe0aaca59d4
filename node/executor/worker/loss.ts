/**
 * What a value loses on its way into JSON, which drops without a word what it
 * has no form for: NaN and Infinity become null, a Map, a Set, an Error or a
 * promise that nobody awaited becomes {}.
 *
 * The text is looked at first, since a replacer for `JSON.stringify` would make
 * every result three to five times as dear: only where `null` or `{}` stands in it
 * can something have been dropped, and only then is the value gone through. Over
 * a loop of `returned`, that is 0.05 µs for a small result, and 0.1 to 0.3 where it
 * holds null; for 2,500 rows of 180 kB it is 0.08 ms on top of 0.33, and 0.35 to 0.5
 * where each row holds null (with a replacer: 1 ms).
 *
 * Left alone is what a reader of JSON expects: properties that are undefined or
 * functions are not there, undefined in a list is null, and whoever has a `toJSON`
 * says itself what becomes of it.
 */
import { types } from "node:util";

/** A word for the first thing found that is not in the text; undefined if all is. */
export function findLoss(value: unknown, text: string): string | undefined {
	if (!text.includes("null") && !text.includes("{}")) return undefined;
	// Not by recursion: results may be nested deeper than this stack allows.
	const open = [value];
	while (open.length > 0) {
		const next = open.pop();
		if (typeof next === "number" && !Number.isFinite(next)) return `${next}`;
		if (typeof next !== "object" || next === null) continue;
		if ("toJSON" in next && typeof next.toJSON === "function") continue;
		if (Array.isArray(next)) {
			for (const item of next) {
				if (typeof item === "function" || typeof item === "symbol")
					return `a ${typeof item}`;
				open.push(item);
			}
			continue;
		}
		const held = Object.values(next);
		if (held.length === 0 && isHollow(next)) return withArticle(kindOf(next));
		for (const each of held) open.push(each);
	}
	return undefined;
}

/** Whether it keeps what it holds elsewhere than in properties. */
function isHollow(value: object): boolean {
	const isWhole = types.isBoxedPrimitive(value) || types.isTypedArray(value);
	return !isWhole && kindOf(value) !== "Object";
}

/** `Map`, also of a class that extends Map; `Object` of a class of the task's own. */
function kindOf(value: object): string {
	return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

function withArticle(noun: string): string {
	return `${/^[AEIOU]/.test(noun) ? "an" : "a"} ${noun}`;
}
