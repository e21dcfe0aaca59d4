/**
 * The way of one task through the code, as the manual's chapter on the design lists it: a
 * table of stops, each with its file, its function, and the call by which it is reached.
 * Every one of these has to be in the code.
 */
import { basename } from "node:path";
import { type Node, parseSource, type Source, walk } from "./source.ts";

export interface Stop {
	readonly number: number;
	readonly path: string;
	/** The name of a function of the file; a Lua script is a function itself, and has its name. */
	readonly name: string;
	/** The call, and who makes it: another stop's number, or a file. Undefined if a request does. */
	readonly call: string | undefined;
	readonly from: string;
	/** Whether the stop makes the call itself, and waits for the other's answer. */
	readonly waits: boolean;
}

const ROW = /^\| +(\d+) +\| `([^`]+)` +\| `([^`]+)` +\| ([^|]+?) +\|/gm;
const REACHED = /^`([^`]+)` in (?:(\d+)|`([^`]+)`)$/;
const ANSWERED = /^`([^`]+)`, answered by (\d+)$/;

export function readTrail(text: string): Stop[] {
	return [...text.matchAll(ROW)].map(
		([, number, path = "", name = "", how = ""]) => {
			const reached = REACHED.exec(how);
			const answered = ANSWERED.exec(how);
			return {
				...{ number: Number(number), path, name },
				call: (reached ?? answered)?.[1],
				from: reached?.[2] ?? reached?.[3] ?? answered?.[2] ?? how,
				waits: answered !== null,
			};
		},
	);
}

/** Checks the trail. `read`: returns the text of a file, undefined if there is none. */
export function checkTrail(
	stops: readonly Stop[],
	read: (path: string) => string | undefined,
): string[] {
	const pathOf = (from: string) =>
		stops.find(({ number }) => String(number) === from)?.path ?? from;
	return stops.flatMap(({ number, path, name, call, from, waits }) => {
		const found: string[] = [];
		if (!defines(path, read(path), name))
			found.push(`${number}: ${path} has no ${name}`);
		if (call === undefined) return found;
		const [caller, called] = waits
			? [path, pathOf(from)]
			: [pathOf(from), path];
		if (!makesCall(caller, read(caller), call))
			found.push(`${number}: ${caller} does not call ${call}`);
		const callee = call.split(".").at(-1) ?? "";
		if (!defines(called, read(called), callee))
			found.push(`${number}: ${call} is not in ${called}`);
		return found;
	});
}

function defines(
	path: string,
	text: string | undefined,
	name: string,
): boolean {
	if (text === undefined) return false;
	if (path.endsWith(".lua")) return basename(path, ".lua") === name;
	return has(parseSource(path, text), ({ type, key, id }) => {
		const named = (type === "FunctionDeclaration" ? id : key) as Node | null;
		const isFunction =
			type === "MethodDefinition" || type === "FunctionDeclaration";
		return isFunction && named?.name === name;
	});
}

/** Whether a text makes a call: `this.#parts.shard.tasks.submit(…)` calls `tasks.submit`. */
function makesCall(
	path: string,
	text: string | undefined,
	call: string,
): boolean {
	if (text === undefined) return false;
	return has(parseSource(path, text), ({ type, callee }) => {
		if (type !== "CallExpression") return false;
		const { start, end } = callee as Node;
		const written = text.slice(start, end).replaceAll(/\s/g, "");
		return new RegExp(`(^|[.#])${call}$`).test(written);
	});
}

function has({ tree }: Source, wanted: (node: Node) => boolean): boolean {
	let found = false;
	walk(tree, (node) => {
		found ||= wanted(node);
	});
	return found;
}
