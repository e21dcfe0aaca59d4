/**
 * The form in which an HTTP operation is written down: its parameters and body, its
 * answers, and who may ask for it.
 *
 * Plain data without schemas in it: a shape names what `schema/components.ts`
 * defines. So whoever only needs addresses (a page in a browser) loads nothing else.
 */
import type { ProblemCode } from "./problem.ts";
import type { COMPONENTS } from "./schema/components.ts";

export type ComponentName = keyof typeof COMPONENTS;

/**
 * What a body looks like. `linesOf`: NDJSON, one value a line; `text`: no JSON, but text of
 * this type; `eventsOf`: server-sent events with such data.
 */
export type Shape =
	| ComponentName
	| { readonly arrayOf: Shape }
	| { readonly anyOf: readonly Shape[] }
	| { readonly linesOf: ComponentName }
	| { readonly text: string; readonly example: string }
	| { readonly eventsOf: ComponentName };

export type Method = "GET" | "POST" | "PATCH" | "DELETE";
/** What the caller's access token must allow; an `open` operation needs no token. */
export type Role = "open" | "read" | "submit" | "operate";
export const TAGS = {
	Tasks: "Work: submitted, looked at, waited for.",
	Cluster: "How the cluster and its nodes are.",
	Access: "Who may ask for what: access tokens.",
	Health: "How the answering node is, for whoever watches over it.",
	Celery:
		"The addresses of the Celery and Flask system that Hearsay replaces, with its words.",
} as const;

export interface Parameter {
	readonly description: string;
	/** The JSON Schema of its value. */
	readonly schema: object;
	readonly example: string | number | boolean | readonly string[];
	/** Present if it may be given several times. */
	readonly isRepeatable?: true;
}

export interface Operation {
	readonly method: Method;
	/** The path, with its parameters in braces: `/v1/tasks/{id}`. */
	readonly path: `/${string}`;
	readonly tag: keyof typeof TAGS;
	readonly role: Role;
	/** What it does, in a few words. */
	readonly summary: string;
	/** What has to be known about it, in sentences. */
	readonly description: string;
	/** The parameters of the path: every one. */
	readonly places?: Readonly<Record<string, Parameter>>;
	/**
	 * The parameters of the query; others are refused. Absent if it takes none; `any` if
	 * all are let pass, and mean nothing.
	 */
	readonly query?: Readonly<Record<string, Parameter>> | "any";
	readonly headers?: Readonly<Record<string, Parameter>>;
	readonly body?: Shape;
	/** Present if the body may be left out, as it says nothing that has to be said. */
	readonly bodyMayBeAbsent?: true;
	/** The answers, by status. */
	readonly answers: Readonly<Record<number, Answer>>;
	/** Why it may be refused, besides what any request may be refused for. */
	readonly problems: readonly ProblemCode[];
	/** For operations on many items: the shape of the answer that refuses each of them. */
	readonly refused?: Shape;
}

interface Answer {
	readonly description: string;
	readonly shape: Shape;
	/** The headers of this answer, each with a description. */
	readonly headers?: Readonly<Record<string, string>>;
}
