/**
 * Which of the definitions that scripts share a script needs. Redis runs the whole text
 * of a script with each call, and to make the names of a dozen keys that it does not use
 * took a tenth of its time for a single task.
 */

/**
 * Those of `definitions` that `user` names, itself or through others of them, in their
 * order and without comments. A definition begins with `local` where a line does, and
 * names only such as stand before it.
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
	/** What it defines. */
	readonly names: readonly string[];
	readonly words: ReadonlySet<string>;
}

/** By their texts: dozens of scripts share them, and a node that starts should not read each so often. */
const read = new Map<string, Definition>();

function readDefinition(text: string): Definition {
	const known = read.get(text);
	if (known !== undefined) return known;
	const [, names] = /^local (?:function )?(\w+(?:, \w+)*)/.exec(text) ?? [];
	const definition = { names: names?.split(", ") ?? [], words: wordsOf(text) };
	read.set(text, definition);
	return definition;
}

/** All names in a text, among them keywords and numbers. */
export function wordsOf(lua: string): Set<string> {
	return new Set(lua.match(/\w+/g));
}

/** Of whole lines. */
export function withoutComments(lua: string): string {
	return lua.replace(/^ *--.*\n/gm, "");
}
