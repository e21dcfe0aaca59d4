/**
 * Finds the file and the place of the syntax error that keeps a module from loading. Some
 * errors that `import()` throws show the place at the top of their stack (those of
 * TypeScript, of CommonJS and of imported names). For the others, only a debugger is
 * told.
 *
 * So this is a debugger for a moment. The engine does not say which file a script was
 * once it has thrown the script away, hence the second `import()`. That runs none of the
 * file's code: a module is evaluated at most once, and one whose syntax is wrong never
 * is.
 */
import { readFileSync } from "node:fs";
import type { Runtime } from "node:inspector";
import type { Session } from "node:inspector/promises";
import { fileURLToPath } from "node:url";

export interface SyntaxPlace {
	readonly path: string;
	/** Line and column, both counted from 1. */
	readonly line: number;
	readonly column: number | undefined;
}

/**
 * The place, from what `import(url)` threw. Undefined if it is not a syntax error of a
 * file.
 */
export async function findSyntaxPlace(
	url: string,
	thrown: unknown,
): Promise<SyntaxPlace | undefined> {
	if (!(thrown instanceof SyntaxError)) return undefined;
	try {
		return placeInStack(thrown) ?? (await placeInEngine(url));
	} catch {
		return undefined; // A Node.js without a debugger: the sentence does without the place.
	}
}

/**
 * The head of a stack: `file:///a/b.ts:3`, then lines of the file, with carets under what
 * is wrong.
 */
const HEAD = /^(.+):(\d+)\n/;
const CARETS = /\n([ \t]*)\^+\n/;

function placeInStack(error: SyntaxError): SyntaxPlace | undefined {
	const stack = error.stack ?? "";
	const [, where = "", number] = HEAD.exec(stack) ?? [];
	if (number === undefined) return undefined;
	const line = Number(number);
	const path = pathOf(where);
	// An error over several lines has no carets.
	const indent = CARETS.exec(stack)?.[1]?.length;
	if (indent === undefined) return { path, line, column: undefined };
	const isTypeScript = "code" in error && /TYPESCRIPT/.test(`${error.code}`);
	if (!isTypeScript) return { path, line, column: indent + 1 };
	const text = readFileSync(path, "utf8").split("\n")[line - 1] ?? "";
	return { path, line, column: columnUnder(text, indent) };
}

const TAB_STOP = 4;

/**
 * The column in the file. The type stripper shows tabs as spaces, and wide letters as two
 * columns.
 */
function columnUnder(text: string, indent: number): number | undefined {
	let shown = 0;
	for (let i = 0; i < text.length; i += 1) {
		if (shown >= indent) return i + 1;
		if (text.charCodeAt(i) > 0x7e) return undefined;
		shown += text[i] === "\t" ? TAB_STOP - (shown % TAB_STOP) : 1;
	}
	return text.length + 1;
}

async function placeInEngine(url: string): Promise<SyntaxPlace | undefined> {
	const { Session } = await import("node:inspector/promises");
	const session = new Session();
	session.connect();
	try {
		const urls = new Map<string | undefined, string>();
		session.on("Debugger.scriptFailedToParse", ({ params }) =>
			urls.set(params.scriptId, params.url),
		);
		await session.post("Debugger.enable");
		const details = await detailsOf(session, await thrownBy(url));
		const broken = urls.get(details?.scriptId);
		if (details === undefined || !broken) return undefined;
		return {
			path: pathOf(broken),
			line: details.lineNumber + 1,
			column: details.columnNumber + 1,
		};
	} finally {
		session.disconnect();
	}
}

async function thrownBy(url: string): Promise<unknown> {
	try {
		await import(url);
	} catch (thrown) {
		return thrown;
	}
}

/** The name under which the debugger finds the error: it reaches only what is global. */
const REACHED = "hearsay.thrown";

async function detailsOf(
	session: Session,
	thrown: unknown,
): Promise<Runtime.ExceptionDetails | undefined> {
	Object.assign(globalThis, { [REACHED]: thrown });
	const { result } = await session.post("Runtime.evaluate", {
		expression: `globalThis["${REACHED}"]`,
	});
	const errorObjectId = result.objectId ?? "";
	// The types know what may be asked here, but not what is answered.
	const answer: unknown = await session.post("Runtime.getExceptionDetails", {
		errorObjectId,
	});
	return (answer as { exceptionDetails?: Runtime.ExceptionDetails })
		.exceptionDetails;
}

function pathOf(where: string): string {
	return where.startsWith("file:") ? fileURLToPath(where) : where;
}
