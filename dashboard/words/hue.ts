/** The colour of a cluster, by its name: one of eight, the same on every node and on every day. */

const HUES = 8;

export function hueOf(name: string): number {
	let sum = 0;
	for (const letter of name)
		sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
	return sum % HUES;
}
