/**
 * Text made by task code and shown to people: of bounded length, whatever it is made
 * from.
 */
import { inspect, slice } from "./native.ts";

export function cut(text: string, charsMax: number): string {
	return text.length <= charsMax ? text : `${slice(text, 0, charsMax - 1)}…`;
}

/** Any value as one line; strings stay as they are. */
export function describe(value: unknown, charsMax: number): string {
	if (typeof value === "string") return cut(value, charsMax);
	try {
		const text = inspect(value, {
			depth: 3,
			maxArrayLength: 50,
			maxStringLength: charsMax,
			breakLength: 1 / 0,
		});
		return cut(text, charsMax);
	} catch {
		return "(cannot be shown)"; // Its own inspect method, or a getter, threw.
	}
}
