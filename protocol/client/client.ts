/**
 * A client of one node's HTTP side. It speaks the operations: what each takes and what it
 * answers follows from `operations.ts`.
 *
 * A refusal is a value with its problem. If no answer of a node comes, that is thrown, and
 * says whether what was asked for may have been done all the same.
 * The world comes in from outside, so that the same client runs in a browser, in
 * a script and over connections of a test's own; every request has an end.
 */
import type { ComponentName, Operation } from "../operation.ts";
import { OPERATIONS, type OperationId, type PlacesOf } from "../operations.ts";
import type { Component } from "../schema/components.ts";
import type { ProblemAsRead } from "../schema.ts";

const JSON_TYPE = "application/json";
const LINES_TYPE = "application/x-ndjson";
export const PROBLEM_TYPE = "application/problem+json";

/** The part of `fetch` that is needed. */
export type Fetch = (
	url: string,
	request: {
		readonly method: string;
		readonly headers: Record<string, string>;
		readonly body?: string;
		readonly signal: AbortSignal;
	},
) => Promise<{
	readonly status: number;
	readonly headers: { get(name: string): string | null };
	text(): Promise<string>;
}>;

export interface ClientOptions {
	/** The address of the node: `http://127.0.0.1:5000`. */
	readonly url: string;
	readonly fetch: Fetch;
	/** The access token that goes with each request. */
	readonly token?: string | undefined;
	/** Makes the signal of each request, which ends it if no answer comes. */
	readonly patience: () => AbortSignal;
}

type Entry<Id extends OperationId> = (typeof OPERATIONS)[Id];

/** The value that has such a shape. Each line is one value. */
type ValueOf<Shape> = Shape extends ComponentName
	? Component<Shape>
	: Shape extends { readonly arrayOf: infer Item }
		? readonly ValueOf<Item>[]
		: Shape extends { readonly anyOf: readonly (infer Each)[] }
			? ValueOf<Each>
			: Shape extends { readonly linesOf: infer Line extends ComponentName }
				? readonly Component<Line>[]
				: Shape extends { readonly text: string }
					? string
					: Shape extends { readonly eventsOf: ComponentName }
						? // It is read as it comes: see events.ts.
							never
						: never;

/** The value of a parameter; a list if it may be repeated. */
type Asked = string | number | boolean | readonly string[];

/** What an operation is asked with. */
export type Question<Id extends OperationId> = {
	/** A signal to use instead of the client's own patience. */
	readonly patience?: AbortSignal;
} & (Entry<Id> extends { readonly places: object }
	? {
			readonly places: Readonly<Record<PlacesOf<Entry<Id>["path"]>, string>>;
		}
	: unknown) &
	(Entry<Id> extends { readonly query: infer Query extends object }
		? { readonly query?: { readonly [Name in keyof Query]?: Asked } }
		: unknown) &
	(Entry<Id> extends { readonly body: infer Body }
		? { readonly body: ValueOf<Body> }
		: unknown);

/** What an operation answers. */
export type Told<Id extends OperationId> =
	Entry<Id>["answers"][keyof Entry<Id>["answers"]] extends {
		readonly shape: infer Shape;
	}
		? ValueOf<Shape>
		: never;

export type Answer<Value> =
	/** An answer about many items is `ok` even if each was refused: then each says why. */
	| {
			readonly ok: true;
			readonly status: number;
			readonly value: Value;
			/** The text of the answer, in which alone numbers of more than 53 bits are exact. */
			readonly text: string;
	  }
	| { readonly ok: false; readonly problem: ProblemAsRead };

/** The question as a parameter, which may be left out if nothing has to be said. */
export type Rest<Id extends OperationId> =
	object extends Question<Id>
		? [question?: Question<Id>]
		: [question: Question<Id>];

/** The error when a node refused, and its answer was needed. */
export class Refused extends Error {
	readonly problem: ProblemAsRead;

	constructor(what: string, problem: ProblemAsRead) {
		super(`${what}: ${problem.status} ${problem.code}: ${problem.detail}`);
		this.name = "Refused";
		this.problem = problem;
	}
}

/** The error when no answer of a node came. */
export class NoAnswer extends Error {
	/** The connection's code, or the error's name if there is none: `ECONNREFUSED`, `TimeoutError`. */
	readonly why: string;
	/** The reason in the words of the system. */
	readonly reason: string;
	/** Whether the request may have had its effect; false only if nobody listened. */
	readonly mayBeDone: boolean;

	constructor(what: string, cause: Error) {
		const trouble = cause.cause instanceof Error ? cause.cause : cause;
		const { code } = trouble as { code?: unknown };
		const why = typeof code === "string" ? code : cause.name;
		super(`${what} got no answer: ${trouble.message}`, { cause });
		this.name = "NoAnswer";
		this.why = why;
		this.reason = trouble.message;
		this.mayBeDone = why !== "ECONNREFUSED";
	}
}

export class Client {
	readonly url: string;
	readonly #fetch: Fetch;
	readonly #access: Readonly<Record<string, string>>;
	readonly #patience: () => AbortSignal;

	constructor(options: ClientOptions) {
		this.url = options.url;
		this.#fetch = options.fetch;
		const { token } = options;
		this.#access =
			token === undefined ? {} : { authorization: `Bearer ${token}` };
		this.#patience = options.patience;
	}

	/** Asks the node. @throws NoAnswer */
	async ask<Id extends OperationId>(
		id: Id,
		...[question]: Rest<Id>
	): Promise<Answer<Told<Id>>> {
		const operation: Operation = OPERATIONS[id];
		const { places, query, body, patience }: AnyQuestion = question ?? {};
		const hasLines = hasLinesIn(operation);
		const url = this.url + addressOf(operation.path, places, query);
		const request = {
			method: operation.method,
			headers: {
				...this.#access,
				...(body !== undefined && { "content-type": typeOf(hasLines) }),
			},
			...(body !== undefined && { body: write(body, hasLines) }),
			signal: patience ?? this.#patience(),
		};
		try {
			const answer = await this.#fetch(url, request);
			const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
			const { status } = answer;
			const text = await answer.text();
			const value = read(operation, status, type, text);
			return type === PROBLEM_TYPE
				? { ok: false, problem: value as ProblemAsRead }
				: { ok: true, status, value: value as Told<Id>, text };
		} catch (error) {
			const what = `${operation.method} ${url}`;
			throw new NoAnswer(what, error as Error);
		}
	}

	/**
	 * Asks the node, and returns the value of its answer.
	 * @throws Refused, NoAnswer
	 */
	async value<Id extends OperationId>(
		id: Id,
		...question: Rest<Id>
	): Promise<Told<Id>> {
		const answer = await this.ask(id, ...question);
		if (answer.ok) return answer.value;
		throw new Refused(`${id} at ${this.url}`, answer.problem);
	}
}

interface AnyQuestion {
	readonly places?: Readonly<Record<string, string>>;
	readonly query?: Readonly<Record<string, Asked>>;
	readonly body?: unknown;
	readonly patience?: AbortSignal;
}

function hasLinesIn({ body }: Operation): boolean {
	return typeof body === "object" && "linesOf" in body;
}

export function addressOf(
	path: string,
	places: AnyQuestion["places"] = {},
	query: AnyQuestion["query"] = {},
): string {
	const filled = path.replaceAll(/\{(\w+)\}/g, (_place, name) =>
		encodeURIComponent(places[name] ?? ""),
	);
	const given = Object.entries(query)
		.filter(([, value]) => value !== undefined)
		.flatMap(([name, value]) =>
			[value].flat().map((each) => `${name}=${encodeURIComponent(each)}`),
		);
	return given.length === 0 ? filled : `${filled}?${given.join("&")}`;
}

function write(body: unknown, asLines: boolean): string {
	if (!asLines) return JSON.stringify(body);
	return (body as readonly unknown[])
		.map((line) => `${JSON.stringify(line)}\n`)
		.join("");
}

/** Reads an answer. @throws Error if it is not a node's, but a proxy's or another program's */
function read(
	operation: Operation,
	status: number,
	type: string,
	text: string,
): unknown {
	const { shape } = operation.answers[status] ?? {};
	if (typeof shape === "object" && "text" in shape && shape.text === type)
		return text;
	const hasLines = hasLinesIn(operation);
	const isDescribed =
		type === PROBLEM_TYPE ||
		(type === typeOf(hasLines) &&
			(status in operation.answers || operation.refused !== undefined));
	try {
		if (isDescribed)
			return type === LINES_TYPE ? readLines(text) : JSON.parse(text);
	} catch {
		// It is not what its type says.
	}
	const error = new Error(
		`what answers is no node of Hearsay (status ${status}, ${type || "no type"})`,
	);
	error.name = "NotHearsay";
	throw error;
}

function readLines(text: string): unknown[] {
	return text
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
}

function typeOf(hasLines: boolean): string {
	return hasLines ? LINES_TYPE : JSON_TYPE;
}
