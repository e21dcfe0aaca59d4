/**
 * How long files and functions may be. Longer, and there are two ideas in them. The
 * header of a file is not counted, so that nobody saves on it.
 */
import type { TextFile } from "./checkout.ts";
import { dottedName, type Node, type Source, walk } from "./source.ts";

export const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 60;
export const LUA_LINES_MAX = 80;
/** The comment that a file opens with, in TypeScript or Lua. */
const HEADER = /^(\/\*\*[\s\S]*?\*\/\n+|(--.*\n)+)/;

export function checkFileSizes(
	files: readonly TextFile[],
	linesMax: number,
): string[] {
	return files.flatMap(({ path, text }) => {
		const code = text.replace(HEADER, "");
		const lines = code.split("\n").length - (code.endsWith("\n") ? 1 : 0);
		return lines > linesMax ? [`${path} has ${lines} lines`] : [];
	});
}

export function checkFunctionSizes(sources: readonly Source[]): string[] {
	return sources.flatMap((source) => {
		const found: string[] = [];
		walk(source.tree, (node) => {
			if (!FUNCTIONS.includes(node.type) || holdsTests(node)) return;
			const lines = source.lineOf(node.end) - source.lineOf(node.start) + 1;
			if (lines > FUNCTION_LINES_MAX) {
				found.push(`${source.at(node.start)} is a function of ${lines} lines`);
			}
		});
		return found;
	});
}

const FUNCTIONS = [
	"FunctionDeclaration",
	"FunctionExpression",
	"ArrowFunctionExpression",
];

/** Whether a function is a list of tests, which may have any length; the functions in it are measured. */
function holdsTests(node: Node): boolean {
	let found = false;
	walk(node, ({ type, callee }) => {
		if (type !== "CallExpression") return;
		const name = dottedName(callee as Node)?.split(".")[0] ?? "";
		if (["describe", "test", "it"].includes(name)) found = true;
	});
	return found;
}
