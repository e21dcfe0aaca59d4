/**
 * Where a text stops being JSON, and why, in words for who has typed it: browsers do not say the
 * place, or each in its own way.
 */

type Wants = "value" | "first value" | "key" | "first key" | "colon" | "end";

const WORDS: Readonly<Record<Wants, string>> = {
	value: "a value should be here",
	"first value": "a value or ] should be here",
	key: 'the name of a field in " should be here',
	"first key": 'the name of a field in " or } should be here',
	colon: ": should be here",
	end: "a comma or the end should be here",
};

const STRING =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none in its texts
	/"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const BLANKS = /[ \t\r\n]*/y;

/** What is wrong, in one sentence; undefined for sound JSON. */
export function jsonFlaw(text: string): string | undefined {
	/** The closing bracket of each that is open. */
	const open: string[] = [];
	let wants: Wants = "value";
	let at = lengthAt(BLANKS, text, 0);
	if (at === text.length) return "There is no JSON: write null for none.";
	while (at < text.length) {
		const sign = text[at] as string;
		const closes = wants !== "value" && wants !== "key" && wants !== "colon";
		if (closes && sign === open.at(-1)) {
			open.pop();
			wants = "end";
			at++;
		} else if (wants === "end") {
			if (sign !== "," || open.length === 0)
				return say(
					text,
					at,
					open.length === 0 ? "the text should end here" : WORDS.end,
				);
			wants = open.at(-1) === "}" ? "key" : "value";
			at++;
		} else if (wants === "colon") {
			if (sign !== ":") return say(text, at, WORDS.colon);
			wants = "value";
			at++;
		} else if (wants.endsWith("value") && (sign === "{" || sign === "[")) {
			open.push(sign === "{" ? "}" : "]");
			wants = sign === "{" ? "first key" : "first value";
			at++;
		} else {
			const isKey = wants.endsWith("key");
			const length =
				lengthAt(STRING, text, at) || (isKey ? 0 : lengthAt(WORD, text, at));
			if (length === 0)
				return say(text, at, sign === '"' ? OF_TEXT : WORDS[wants]);
			at += length;
			wants = isKey ? "colon" : "end";
		}
		at += lengthAt(BLANKS, text, at);
	}
	if (wants === "end" && open.length === 0) return undefined;
	const missing = wants === "end" ? `${open.at(-1)} is missing` : WORDS[wants];
	return say(text, at, missing);
}

const OF_TEXT =
	"a text begins here that does not end, or has a line break or a wrong \\ in it";

function lengthAt(pattern: RegExp, text: string, at: number): number {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0].length ?? 0;
}

function say(text: string, at: number, what: string): string {
	const before = text.slice(0, at).split("\n");
	const column = (before.at(-1)?.length ?? 0) + 1;
	return `This is not JSON: in line ${before.length}, column ${column}, ${what}.`;
}
