/**
 * Loads the task code that this thread runs: the built-in types, and those of
 * the handler files (see `task-code.ts` for their shape).
 *
 * A thread that starts while the node runs must have every type that the node
 * serves, since the node claims tasks of all of them; a type more is not served.
 *
 * Checks the shape strictly, and refuses what it does not know rather than
 * ignore it: a limit that someone set and nobody keeps is worse than an error.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
	ERROR_MESSAGE_CHARS_MAX,
	TYPE_CHARS_MAX,
} from "../../../protocol/limits.ts";
import { NAME_PATTERN } from "../../../protocol/route.ts";
import type { WorkerStart } from "../messages.ts";
import { builtInHandlers, type JobRun } from "./built-in.ts";
import { taskErrorOf } from "./outcome.ts";
import { findSyntaxPlace, type SyntaxPlace } from "./syntax-place.ts";
import { cut } from "./text.ts";

/** How to run each type. */
export type LoadedHandlers = ReadonlyMap<string, JobRun>;

export type Loaded =
	| { readonly ok: true; readonly handlers: LoadedHandlers }
	/** One sentence that names the file. */
	| { readonly ok: false; readonly message: string };

export async function loadHandlers({
	handlerFiles,
	processTaskMs,
	typesServed,
}: WorkerStart): Promise<Loaded> {
	const handlers = new Map<string, JobRun>(
		Object.entries(builtInHandlers(processTaskMs)),
	);
	for (const file of handlerFiles) {
		const path = resolve(file);
		const { href } = pathToFileURL(path);
		try {
			const module = await unlessIdle(import(href));
			for (const [type, run] of handlersOf(module.default)) {
				if (handlers.has(type)) {
					throw new Error(`the type ${type} is there already`);
				}
				handlers.set(type, run);
			}
		} catch (thrown) {
			const why = taskErrorOf(thrown).message.replace(/\s+/g, " ");
			const message = `handler file ${file} did not load: ${why}`;
			const place = await findSyntaxPlace(href, thrown);
			const end = place === undefined ? "" : ` (${wordsOf(place, path)})`;
			return {
				ok: false,
				message: cut(message, ERROR_MESSAGE_CHARS_MAX - end.length) + end,
			};
		}
	}
	const lost = typesServed.filter((type) => !handlers.has(type));
	if (lost.length > 0) {
		const message = `handler file ${handlerFiles.join(", ")} no longer has the type ${lost.join(", ")}, which this node serves: put it back, or restart the node to serve other types`;
		return { ok: false, message: cut(message, ERROR_MESSAGE_CHARS_MAX) };
	}
	return { ok: true, handlers };
}

/**
 * A thread that has nothing left to do ends, whatever it still awaits: nobody
 * is left who could settle it. Before that it is asked once whether it has more.
 * @throws then, and what `loading` rejects with.
 */
async function unlessIdle<T>(loading: Promise<T>): Promise<T> {
	const idle = Promise.withResolvers<never>();
	const giveUp = () =>
		idle.reject(
			new Error(
				"its top-level await never settles; let it await something that does",
			),
		);
	process.once("beforeExit", giveUp);
	try {
		return await Promise.race([loading, idle.promise]);
	} finally {
		process.off("beforeExit", giveUp);
	}
}

/** It may lie in a file that the handler file imports. */
function wordsOf({ path, line, column }: SyntaxPlace, file: string): string {
	const words = `line ${line}${column === undefined ? "" : `, column ${column}`}`;
	return path === file ? words : `${words} of ${path}`;
}

const typePattern = new RegExp(NAME_PATTERN);

/**
 * The handlers that a file exports by default.
 * @throws with what is wrong, for whoever wrote the file.
 */
function handlersOf(exported: unknown): Map<string, JobRun> {
	if (!isObject(exported)) {
		throw new Error("it has no default export of the form { type: handler }");
	}
	const handlers = new Map<string, JobRun>();
	for (const [type, handler] of Object.entries(exported)) {
		if (type.length > TYPE_CHARS_MAX || !typePattern.test(type)) {
			throw new Error(
				`"${type}" cannot be a task type: at most ${TYPE_CHARS_MAX} of A-Z a-z 0-9 . _ : -`,
			);
		}
		handlers.set(type, runOf(type, handler, exported));
	}
	if (handlers.size === 0) throw new Error("its default export is empty");
	return handlers;
}

function runOf(type: string, handler: unknown, owner: object): JobRun {
	if (typeof handler === "function") {
		return (payload, ctx) => handler.call(owner, payload, ctx);
	}
	if (!isObject(handler) || typeof handler.run !== "function") {
		throw new Error(`${type} is neither a function nor { run }`);
	}
	const unknown = Object.keys(handler).find((key) => key !== "run");
	if (unknown !== undefined) {
		throw new Error(
			`${type}.${unknown} is not supported yet, only ${type}.run`,
		);
	}
	const { run } = handler;
	return (payload, ctx) => run.call(handler, payload, ctx);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
