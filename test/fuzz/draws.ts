/** What is drawn again and again: one of several, something wrong, a value bent out of shape. */
import { SeededRandom } from "../random.ts";

export class Draws extends SeededRandom {
	one<T>(of: readonly T[]): T {
		return of[this.below(of.length)] as T;
	}

	/** True so often. */
	chance(part: number): boolean {
		return this.unit() < part;
	}

	/** Like the first of these, with others among them now and then. */
	mostly<T>(usual: T, rest: readonly T[], part = 0.2): T {
		return this.chance(part) ? this.one(rest) : usual;
	}
}

/** Texts that meet a limit, a parser or a terminal at its edge. */
export const TEXTS: readonly string[] = [
	...[
		"",
		" ",
		"0",
		"-1",
		"null",
		"true",
		"undefined",
		"NaN",
		"[object Object]",
	],
	...["a".repeat(128), "a".repeat(129), "a".repeat(257), "x".repeat(9_000)],
	...[
		"é",
		"\u{1f600}",
		"\ud800",
		"\u0000",
		"\u2028",
		"a\nb",
		"a\r\nb: c",
		"\ufeff",
	],
	...["__proto__", "constructor", "toString", "hasOwnProperty"],
	...["../../etc/passwd", "..%2f..", "%00", "%zz", "%", "a/b", "a?b", "a#b"],
	...["{hearsay:0}:meta", "*", "' OR 1=1 --", "<script>alert(1)</script>"],
	...["1e999", "0x10", "١", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59.999Z"],
	...["30s", "-30s", "1e9s", "99999999999d", "1.5h", "5 m", "P1D"],
	...[
		"PENDING",
		"pending",
		"FAILURE",
		"node-1",
		"default",
		"noop",
		"~1",
		"a~1",
	],
];

/** A value of each type, small and beyond any limit. */
const VALUES: readonly unknown[] = [
	...[null, true, false, 0, -0, -1, 1.5, 255, 256, 1e21, 1e308, 2 ** 53],
	...[Number.MIN_SAFE_INTEGER, 4_294_967_296],
	...[[], {}, [[]], [null], { a: 1 }, { length: 3 }, [1, "a", {}]],
	...[{ toJSON: "x" }, { id: { $ne: null } }, Array(1_000).fill(0)],
	...TEXTS,
];

type Fields = Record<string, unknown>;

/** A copy of a value with one place in it changed, taken away, doubled or added to. */
export function bent(draws: Draws, value: unknown): unknown {
	if (typeof value !== "object" || value === null || draws.chance(0.1))
		return draws.one(VALUES);
	if (Array.isArray(value)) {
		if (value.length === 0 || draws.chance(0.2))
			return [...value, draws.one(VALUES)];
		const at = draws.below(value.length);
		return value.map((each, i) => (i === at ? bent(draws, each) : each));
	}
	const fields = { ...(value as Fields) };
	const names = Object.keys(fields);
	const name = names.length === 0 ? "a" : draws.one(names);
	switch (draws.below(5)) {
		case 0:
			delete fields[name];
			return fields;
		case 1:
			return { ...fields, [draws.one(TEXTS)]: draws.one(VALUES) };
		case 2:
			return { ...fields, [name.toUpperCase()]: fields[name] };
		default:
			return { ...fields, [name]: bent(draws, fields[name]) };
	}
}
