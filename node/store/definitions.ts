/**
 * Finds the shared definitions that a script needs. Redis runs the whole text of a script
 * with each call, and making the names of a dozen keys that it does not use took a tenth
 * of its time for a single task.
 */

/**
 * Those of `definitions` that `user` names, directly or through others, in order
 * and without comments. A definition begins with `local` at the beginning of a line, and
 * names only definitions that stand before it.
 */
export function neededOf(definitions: string, user: string): string {
	const named = wordsOf(user);
	let needed = "";
	const all = withoutComments(definitions).split(/^(?=local )/m);
	for (const definition of all.reverse()) {
		const { names, words } = readDefinition(definition);
		if (!names.some((name) => named.has(name))) continue;
		needed = definition + needed;
		for (const word of words) named.add(word);
	}
	return needed;
}

interface Definition {
	/** The names that the definition defines. */
	readonly names: readonly string[];
	readonly words: ReadonlySet<string>;
}

/**
 * The parsed definitions, by their text: dozens of scripts share them, and a node that
 * starts should not parse each so often.
 */
const read = new Map<string, Definition>();

function readDefinition(text: string): Definition {
	const known = read.get(text);
	if (known !== undefined) return known;
	const [, names] = /^local (?:function )?(\w+(?:, \w+)*)/.exec(text) ?? [];
	const definition = { names: names?.split(", ") ?? [], words: wordsOf(text) };
	read.set(text, definition);
	return definition;
}

/** All names in a text, including keywords and numbers. */
export function wordsOf(lua: string): Set<string> {
	return new Set(lua.match(/\w+/g));
}

/** A text without the lines that are comments as a whole. */
export function withoutComments(lua: string): string {
	return lua.replace(/^ *--.*\n/gm, "");
}
