/**
 * Loads the task code that this thread runs: the built-in types, and those of the handler
 * files (see `task-code.ts` for their shape).
 *
 * A thread that starts while the node runs must have every type that the node serves,
 * since the node claims tasks of all of them. A type that is new is not served.
 *
 * Checks the shape strictly, and refuses what it does not know rather than ignore it: a
 * limit that someone set and nobody keeps is worse than an error.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
	ERROR_MESSAGE_CHARS_MAX,
	TYPE_CHARS_MAX,
} from "../../../protocol/limits.ts";
import { NAME_PATTERN } from "../../../protocol/route.ts";
import {
	type SaidSettings,
	SETTING_NAMES,
	type WorkerStart,
} from "../messages.ts";
import { builtInHandlers, type JobRun } from "./built-in.ts";
import {
	apply,
	bareList,
	bareObject,
	exec,
	Failure,
	isArray,
	keysOf,
	listen,
	PromiseOf,
	Table,
	unlisten,
} from "./native.ts";
import { findSyntaxPlace, type SyntaxPlace } from "./syntax-place.ts";
import { taskErrorOf } from "./task-error.ts";
import { cut } from "./text.ts";

/** How to run each type. */
export type LoadedHandlers = Table<JobRun>;

export type Loaded =
	| {
			readonly ok: true;
			readonly handlers: LoadedHandlers;
			/** What handlers say besides their code, for the node to look at. */
			readonly settings: readonly SaidSettings[];
	  }
	/** The message is one sentence that names the file. */
	| { readonly ok: false; readonly message: string };

export async function loadHandlers({
	handlerFiles,
	processTaskMs,
	typesServed,
}: WorkerStart): Promise<Loaded> {
	const handlers = new Table<JobRun>();
	const settings = bareList<SaidSettings>();
	// Kept before task code is loaded, which may replace what these need.
	for (const [type, run] of Object.entries(builtInHandlers(processTaskMs)))
		handlers.add(type, run);
	const all = handlerFiles.join(", ");
	const sources = handlerFiles.map((file) => {
		const path = resolve(file);
		return { file, path, href: pathToFileURL(path).href };
	});
	for (let at = 0; at < sources.length; at += 1) {
		const { file, path, href } = sources[at] as (typeof sources)[number];
		try {
			const module = await unlessIdle(import(href));
			addHandlers(handlers, settings, file, unwrapped(module.default));
		} catch (thrown) {
			const why = inOneLine(taskErrorOf(thrown).message);
			const message = `handler file ${file} did not load: ${why}`;
			const place = await findSyntaxPlace(href, thrown);
			const end = place === undefined ? "" : ` (${wordsOf(place, path)})`;
			return {
				ok: false,
				message: cut(message, ERROR_MESSAGE_CHARS_MAX - end.length) + end,
			};
		}
	}
	const lost = lostTypes(handlers, typesServed);
	if (lost !== "") {
		const message = `handler file ${all} no longer has the type ${lost}, which this node serves: put it back, or restart the node to serve other types`;
		return { ok: false, message: cut(message, ERROR_MESSAGE_CHARS_MAX) };
	}
	return { ok: true, handlers, settings };
}

function lostTypes(
	handlers: LoadedHandlers,
	typesServed: readonly string[],
): string {
	let lost = "";
	for (let at = 0; at < typesServed.length; at += 1) {
		const type = typesServed[at] as string;
		if (!handlers.has(type)) lost += lost === "" ? type : `, ${type}`;
	}
	return lost;
}

/**
 * Resolves with `loading`, unless the thread runs out of work first. A thread that has
 * nothing left to do ends, whatever it still awaits: nobody is left who could settle it.
 * Node.js asks once before that whether there is more to do; this rejects then. It also
 * rejects with what `loading` rejects with.
 */
function unlessIdle<T>(loading: Promise<T>): Promise<T> {
	return new PromiseOf<T>((resolve, reject) => {
		const giveUp = () =>
			reject(
				new Failure(
					"its top-level await never settles; let it await something that does",
				),
			);
		listen("beforeExit", giveUp);
		void (async () => {
			try {
				resolve(await loading);
			} catch (thrown) {
				reject(thrown);
			} finally {
				unlisten("beforeExit", giveUp);
			}
		})();
	});
}

/** Replaces each run of spaces and line ends with one space. */
function inOneLine(text: string): string {
	let line = "";
	for (let at = 0; at < text.length; at += 1) {
		const char = text[at] as string;
		const isSpace = exec(SPACE, char) !== null;
		const follows = line[line.length - 1] === " ";
		if (!isSpace) line += char;
		else if (!follows) line += " ";
	}
	return line;
}

const SPACE = /\s/;

/** Names the place. It may lie in a file that the handler file imports. */
function wordsOf({ path, line, column }: SyntaxPlace, file: string): string {
	const words = `line ${line}${column === undefined ? "" : `, column ${column}`}`;
	return path === file ? words : `${words} of ${path}`;
}

const typePattern = new RegExp(NAME_PATTERN);

/**
 * What a module exports by default. In code that was compiled to CommonJS
 * (`exports.__esModule`) that is a property of what the file exports as a whole.
 */
function unwrapped(exported: unknown): unknown {
	const compiled =
		isObject(exported) && exported.__esModule === true && "default" in exported;
	return compiled ? unwrapped(exported.default) : exported;
}

/**
 * Adds the handlers that a file exports by default.
 * @throws with a sentence that says what is wrong, for whoever wrote the file
 */
function addHandlers(
	handlers: LoadedHandlers,
	settings: SaidSettings[],
	file: string,
	exported: unknown,
): void {
	if (!isObject(exported))
		throw new Failure("it has no default export of the form { type: handler }");
	const types = keysOf(exported);
	if (types.length === 0) throw new Failure("its default export is empty");
	for (let at = 0; at < types.length; at += 1) {
		const type = types[at] as string;
		if (type.length > TYPE_CHARS_MAX || exec(typePattern, type) === null)
			throw new Failure(
				`"${type}" cannot be a task type: at most ${TYPE_CHARS_MAX} of A-Z a-z 0-9 . _ : -`,
			);
		const handler = exported[type];
		const run = runOf(type, handler, exported);
		if (handlers.has(type))
			throw new Failure(`the type ${type} is there already`);
		handlers.add(type, run);
		const said = saidIn(type, handler);
		if (said !== undefined) settings[settings.length] = { file, type, said };
	}
}

function runOf(type: string, handler: unknown, owner: object): JobRun {
	if (typeof handler === "function")
		return (payload, ctx) => apply(handler, owner, [payload, ctx]);
	if (!isObject(handler) || typeof handler.run !== "function")
		throw new Failure(`${type} is neither a function nor { run }`);
	const { run } = handler;
	return (payload, ctx) => apply(run, handler, [payload, ctx]);
}

/** What a handler says besides `run`; undefined if it says nothing. */
function saidIn(
	type: string,
	handler: unknown,
): SaidSettings["said"] | undefined {
	if (!isObject(handler)) return undefined;
	const said = bareObject();
	let isEmpty = true;
	const keys = keysOf(handler);
	for (let at = 0; at < keys.length; at += 1) {
		const key = keys[at] as string;
		if (key === "run") continue;
		if (!isSetting(key))
			throw new Failure(
				`${type}.${key} is not supported yet; beside run there may be ${NAMES}`,
			);
		const value = copyOf(handler[key]);
		if (value === undefined) continue;
		said[key] = value;
		isEmpty = false;
	}
	return isEmpty ? undefined : said;
}

const NAMES = SETTING_NAMES.join(", ");

function isSetting(key: string): boolean {
	for (let at = 0; at < SETTING_NAMES.length; at += 1)
		if (SETTING_NAMES[at] === key) return true;
	return false;
}

/**
 * A copy of what a handler says that may leave the thread: plain values, and objects of
 * such. Anything else becomes null, which the node refuses by its name.
 */
function copyOf(value: unknown): unknown {
	if (!isObject(value)) return leafOf(value);
	const copy = bareObject();
	const keys = keysOf(value);
	for (let at = 0; at < keys.length; at += 1) {
		const key = keys[at] as string;
		copy[key] = leafOf(value[key]);
	}
	return copy;
}

function leafOf(value: unknown): unknown {
	switch (typeof value) {
		case "string":
		case "number":
		case "boolean":
		case "undefined":
			return value;
		default:
			return null;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !isArray(value);
}
