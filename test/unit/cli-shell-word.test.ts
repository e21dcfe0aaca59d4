/** Words that are printed to be pasted mean the same to a shell. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellLine } from "../../node/cli/shell-word.ts";

test.each([
	["plain", "--http", "[::1]:5000", "/a/b.ts"],
	["it's", 'a "word"', "two  blanks", "", "$HOME `id` \\ * ? ; & | < >"],
	["a\nline", "ü", "~", "#", "!"],
])("%j …", (...words) => {
	const script = `printf '%s\\0' ${shellLine(words)}`;
	const said = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" });
	expect(said.split("\0").slice(0, -1)).toEqual(words);
});
