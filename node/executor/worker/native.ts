/**
 * What the worker's own code takes from the language and from Node.js, kept from before
 * any task code is loaded.
 *
 * Task code, or a library that it uses, may replace whatever is global: a polyfill puts
 * its own `Map.prototype.get`, a test's fake timers stay, somebody writes `JSON.stringify
 * = …`. What that does to the code of tasks is their own affair; the thread must go on
 * running its jobs and reporting their ends truly. So all code in this folder that runs
 * after handler files have begun to load uses only what is kept here, and syntax. It
 * calls no methods of built-in objects, does not iterate (`for … of`, spread and
 * destructuring of lists look up a method), and uses regular expressions only through
 * `exec`. `await` is safe on promises: the language looks up only their `constructor`,
 * and nothing else that could be replaced. (`test/contract/executor-hygiene.test.ts`
 * replaces everything that can be reached.)
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { inspect as inspectValue, types as typesOfValues } from "node:util";
import { MessagePort } from "node:worker_threads";

/** Turns a method into a function whose first argument is the object it is called on. */
function methodOf<This, Args extends unknown[], Result>(
	method: (this: This, ...args: Args) => Result,
): (on: This, ...args: Args) => Result {
	// `bind` makes a function that looks nothing up when it is called.
	return Function.prototype.call.bind(method) as never;
}

function getterOf<On extends object, Name extends keyof On>(
	prototype: On,
	name: Name,
): (on: On) => On[Name] {
	const { get } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
	return methodOf(get as (this: On) => On[Name]);
}

// --- Values

/** `Reflect.apply`; the `call` of a function that task code has made may be anything. */
export const apply: (
	code: unknown,
	on: unknown,
	args: readonly unknown[],
) => unknown = Reflect.apply as never;
export const Failure = Error;
export const PromiseOf = Promise;

export const parseJson = JSON.parse;
export const writeJson = JSON.stringify;
export const { isArray } = Array;
export const { isFinite: isFiniteNumber } = Number;
export const { ceil: roundUp } = Math;
export const isView = ArrayBuffer.isView;
const isError: (value: unknown) => value is Error = typesOfValues.isNativeError;
const hasErrorInstance: (value: unknown) => value is Error = Function.prototype[
	Symbol.hasInstance
].bind(Error) as never;
/** Whether the value is an Error or inherits from one. It may be a proxy that throws. */
export const isErrorLike = (value: unknown): value is Error =>
	isError(value) || hasErrorInstance(value);
/** A copy: everybody can reach the table itself. */
export const types = { ...typesOfValues };
export const inspect = inspectValue;
export const byteLength = Buffer.byteLength;
export const textOf = String;
export const numberOf = Number;
export const keysOf = Object.keys;
export const prototypeOf = Object.getPrototypeOf;
export const symbolsOf = Object.getOwnPropertySymbols;
export const tagOf = methodOf(Object.prototype.toString);
export const isEnumerable = methodOf(Object.prototype.propertyIsEnumerable);
export const timeOf = methodOf(Date.prototype.getTime);
export const numberIn = methodOf(Number.prototype.valueOf);
export const ObjectPrototype: object = Object.prototype;
export const ArrayPrototype: object = Array.prototype;
const owns = methodOf(Object.prototype.hasOwnProperty);
const {
	defineProperty,
	deleteProperty,
	getOwnPropertyDescriptor: descriptorOf,
} = Reflect;
/**
 * Removes from a prototype the `toJSON` that task code has put there, which would speak
 * for the results of all other tasks. Returns it, to be given back.
 * @throws if it cannot be removed
 */
export function takeToJson(from: object): PropertyDescriptor | undefined {
	if (!owns(from, "toJSON")) return undefined;
	const taken = descriptorOf(from, "toJSON") as PropertyDescriptor;
	if (!deleteProperty(from, "toJSON"))
		throw new Failure(
			"task code has given all objects a toJSON that cannot be taken away",
		);
	// Without a prototype: task code can reach what it would inherit.
	return setPrototypeOf(taken, null);
}
export function giveToJson(
	to: object,
	taken: PropertyDescriptor | undefined,
): void {
	if (taken !== undefined) defineProperty(to, "toJSON", taken);
}
const DateOf = Date;
const toISOString = methodOf(Date.prototype.toISOString);
export const isoTime = (ms: number): string => toISOString(new DateOf(ms));

// --- Texts

export const slice = methodOf(String.prototype.slice);
export const trimEnd = methodOf(String.prototype.trimEnd);
export const exec: (pattern: RegExp, text: string) => RegExpExecArray | null =
	methodOf(RegExp.prototype.exec);
const decoder = new TextDecoder();
const decode = methodOf(TextDecoder.prototype.decode);
export const textOfBytes = (bytes: Uint8Array): string =>
	decode(decoder, bytes);

// --- Lists and tables

/** A list on which nobody can put a setter: it has no prototype, and so no methods. */
export function bareList<Item>(): Item[] {
	return setPrototypeOf([], null);
}
/** An object on which nobody can put a setter. */
export function bareObject(): Record<string, unknown> {
	return setPrototypeOf({}, null);
}
const { setPrototypeOf } = Object;
const get = methodOf(Map.prototype.get);
const set = methodOf(Map.prototype.set);
const has = methodOf(Map.prototype.has);
const MapOf = Map;

/** As much of a Map as is needed here. */
export class Table<Value> {
	readonly #map = new MapOf<string, Value>();
	readonly names = bareList<string>();

	get(name: string): Value | undefined {
		return get(this.#map, name) as Value | undefined;
	}

	has(name: string): boolean {
		return has(this.#map, name);
	}

	/** Adds a name that is not in the table yet. */
	add(name: string, value: Value): void {
		set(this.#map, name, value);
		this.names[this.names.length] = name;
	}
}

// --- Time, and what comes after

export const now: () => number = performance.now.bind(performance);
/** How far the machine's clock, which all threads share, is ahead of this thread's. */
export const machineAheadMs: number =
	Number(process.hrtime.bigint()) / 1e6 - now();
export const wallNow: () => number = Date.now;
export const dateOf = (ms: number): Date => new DateOf(ms);
export const soon = setImmediate;
export const microtask = queueMicrotask;
const later = setTimeout;
const forget = clearTimeout;

/**
 * Waits so long. If `stop` is called before the time is over, rejects with what `stop` is
 * given.
 */
export function sleep(ms: number): {
	readonly over: Promise<void>;
	readonly stop: (why: Error) => void;
} {
	let stop: (why: Error) => void = () => {};
	const over = new PromiseOf<void>((resolve, reject) => {
		const timer = later(resolve, ms);
		stop = (why) => {
			forget(timer);
			reject(why);
		};
	});
	return { over, stop };
}

const run = methodOf(AsyncLocalStorage.prototype.run);
const getStore = methodOf(AsyncLocalStorage.prototype.getStore);

/** Keeps on whose account code runs, through everything that it sets off. */
export class Account<Owner> {
	readonly #storage = new AsyncLocalStorage<Owner>();

	run(owner: Owner, code: () => void): void {
		run(this.#storage, owner, code);
	}

	get owner(): Owner | undefined {
		return getStore(this.#storage) as Owner | undefined;
	}
}

export const listen: (event: string, hear: () => void) => void =
	process.on.bind(process) as never;
export const unlisten: typeof listen = process.off.bind(process) as never;

// --- Stopping, and speaking to the node

export const AbortSwitch = AbortController;
export const signalOf = getterOf(AbortController.prototype, "signal");
export const abort = methodOf(AbortController.prototype.abort);
const AbortError = DOMException;
export const abortError = (reason: string): DOMException =>
	new AbortError(reason, "AbortError");
/** The error of a timeout. Not a DOMException, whose code is a number. */
export function timeoutError(message: string): Error {
	const error = new Failure(message);
	// A descriptor without a prototype: task code may have given all objects a getter.
	const name = bareObject();
	name.value = "TimeoutError";
	defineProperty(error, "name", name);
	const code = bareObject();
	code.value = "timeout";
	defineProperty(error, "code", code);
	return error;
}

export const post: (port: MessagePort, message: unknown) => void = methodOf(
	MessagePort.prototype.postMessage as (
		this: MessagePort,
		message: unknown,
	) => void,
);
export const keepAlive = methodOf(MessagePort.prototype.ref);
export const letGo = methodOf(MessagePort.prototype.unref);
