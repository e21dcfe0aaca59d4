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
	let needed = "";
	const all = withoutComments(definitions).split(/^(?=local )/m);
	for (const definition of all.reverse()) {
		const names = /^local (?:function )?(\w+(?:, \w+)*)/.exec(definition)?.[1];
		const named = new RegExp(`\\b(?:${names?.replaceAll(", ", "|")})\\b`);
		if (named.test(needed) || named.test(user)) needed = definition + needed;
	}
	return needed;
}

/** Of whole lines. */
export function withoutComments(lua: string): string {
	return lua.replace(/^ *--.*\n/gm, "");
}
