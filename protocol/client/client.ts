/**
 * A client of one node's HTTP side. It speaks the operations: what each is asked
 * with and what it answers follows from `operations.ts`.
 *
 * A refusal is a value with its problem; where no answer of a node comes, that is
 * thrown, and says whether what was asked for may have been done all the same.
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

/** As much of `fetch` as is needed. */
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
	/** Of the node: `http://127.0.0.1:5000`. */
	readonly url: string;
	readonly fetch: Fetch;
	/** Access token that goes with each request. */
	readonly token?: string | undefined;
	/** Made for each request: ends it if no answer comes. */
	readonly patience: () => AbortSignal;
}

type Entry<Id extends OperationId> = (typeof OPERATIONS)[Id];

/** What has such a shape. Lines are one value each. */
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
						? // Read as it comes: see events.ts.
							never
						: never;

/** What a parameter can be; of one that may be repeated a list. */
type Asked = string | number | boolean | readonly string[];

/** What an operation is asked with. */
export type Question<Id extends OperationId> = {
	/** Instead of the client's own patience. */
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

/** What it answers. */
export type Told<Id extends OperationId> =
	Entry<Id>["answers"][keyof Entry<Id>["answers"]] extends {
		readonly shape: infer Shape;
	}
		? ValueOf<Shape>
		: never;

export type Answer<Value> =
	/** Of many, also where each of them was refused: then each says why. */
	| {
			readonly ok: true;
			readonly status: number;
			readonly value: Value;
			/** The same as it came: numbers of more than 53 bits are whole only in here. */
			readonly text: string;
	  }
	| { readonly ok: false; readonly problem: ProblemAsRead };

/** The question, where it may be left out if nothing has to be said. */
export type Rest<Id extends OperationId> =
	object extends Question<Id>
		? [question?: Question<Id>]
		: [question: Question<Id>];

/** A node refused, where its answer was needed. */
export class Refused extends Error {
	readonly problem: ProblemAsRead;

	constructor(what: string, problem: ProblemAsRead) {
		super(`${what}: ${problem.status} ${problem.code}: ${problem.detail}`);
		this.name = "Refused";
		this.problem = problem;
	}
}

/** No answer of a node came. */
export class NoAnswer extends Error {
	/** The connection's code where there is one: `ECONNREFUSED`, `TimeoutError`. */
	readonly why: string;
	/** The same in the words of the system. */
	readonly reason: string;
	/** False only where nobody listened. */
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

	/** @throws NoAnswer */
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
	 * What was asked for.
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

/** @throws what says that no node answered: a proxy did, or a program of somebody else. */
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
		// Not what its type says.
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
