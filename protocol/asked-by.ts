/**
 * Who has asked a task to end, as one word: the name of the node that was asked and, behind a
 * slash, that of the access token, if one was needed. Neither name has a slash or a blank.
 */
export interface AskedBy {
	/** The name of the node. */
	readonly by: string;
	/** The name of the access token. */
	readonly asker?: string;
}

export function writeAskedBy({ by, asker }: AskedBy): string {
	return asker === undefined ? by : `${by}/${asker}`;
}

export function readAskedBy(word: string): AskedBy {
	const at = word.indexOf("/");
	return at < 0
		? { by: word }
		: { by: word.slice(0, at), asker: word.slice(at + 1) };
}
