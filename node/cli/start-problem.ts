/**
 * Trouble of the operating system at start that the user has to mend, for instance an
 * address that cannot be listened on. Libraries wrap the system's error in their own, and
 * one keeps nothing of it but its text; so the texts along the chain of causes are looked
 * at. Pure.
 */

const SENTENCES: Readonly<Record<string, string>> = {
	EADDRINUSE: "is in use; choose another one, or end the program that has it",
	EADDRNOTAVAIL: "is not an address of this machine; choose one that is",
	EACCES: "may not be listened on by this user; choose a port above 1023",
};
const LISTEN = /\blisten (E[A-Z]+): [^\n]*? (\S+):(\d+)$/m;
const LOOK_UP = /\bgetaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/;

/** The problem in one sentence; undefined if the error is something else. */
export function findStartProblem(error: unknown): string | undefined {
	if (!(error instanceof Error)) return;
	const [, code = "", host, port] = LISTEN.exec(error.message) ?? [];
	const sentence = SENTENCES[code];
	if (sentence !== undefined) return `Port ${port} on ${host} ${sentence}.`;
	const unknown = LOOK_UP.exec(error.message)?.[1];
	if (unknown !== undefined) {
		return `The host ${unknown} is not known here; give an address of this machine.`;
	}
	return findStartProblem(error.cause);
}
