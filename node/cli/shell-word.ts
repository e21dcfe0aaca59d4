/** A text as one word of a command line, for whatever shell of the Unix kind a person pastes it into. Pure. */
const PLAIN = /^[A-Za-z0-9_/:=.,@%+-]+$/;

function shellWord(text: string): string {
	return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function shellLine(words: readonly string[]): string {
	return words.map(shellWord).join(" ");
}
