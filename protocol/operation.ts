/**
 * The words in which an HTTP operation is written down: what it is asked with,
 * what it answers, and who may ask.
 *
 * Plain data without schemas in it: a shape names what `schema/components.ts`
 * defines. So whoever only needs addresses (a page in a browser) loads nothing else.
 */
import type { ProblemCode } from "./problem.ts";
import type { COMPONENTS } from "./schema/components.ts";

export type ComponentName = keyof typeof COMPONENTS;

/** What a body looks like. `linesOf` is NDJSON, one a line; `text` is no JSON, but of this type; `eventsOf` a stream of server-sent events, whose data each is. */
export type Shape =
	| ComponentName
	| { readonly arrayOf: Shape }
	| { readonly anyOf: readonly Shape[] }
	| { readonly linesOf: ComponentName }
	| { readonly text: string; readonly example: string }
	| { readonly eventsOf: ComponentName };

export type Method = "GET" | "POST" | "PATCH" | "DELETE";
/** What the caller's access token must allow; what is `open` needs none. */
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
	/** JSON Schema. */
	readonly schema: object;
	readonly example: string | number | boolean | readonly string[];
	/** It may be given several times. */
	readonly isRepeatable?: true;
}

export interface Operation {
	readonly method: Method;
	/** With its parameters in braces: `/v1/tasks/{id}`. */
	readonly path: `/${string}`;
	readonly tag: keyof typeof TAGS;
	readonly role: Role;
	/** A few words. */
	readonly summary: string;
	/** Sentences. */
	readonly description: string;
	/** Those of the path, every one. */
	readonly places?: Readonly<Record<string, Parameter>>;
	/** Others are refused. Absent: none is taken. `any`: all are let pass, and mean nothing. */
	readonly query?: Readonly<Record<string, Parameter>> | "any";
	readonly headers?: Readonly<Record<string, Parameter>>;
	readonly body?: Shape;
	/** It says all that may be said, and need not be there. */
	readonly bodyMayBeAbsent?: true;
	/** By status. */
	readonly answers: Readonly<Record<number, Answer>>;
	/** Why it may be refused, besides what any request may be refused for. */
	readonly problems: readonly ProblemCode[];
	/** For operations on many: how the answer looks by which all were refused, one by one. */
	readonly refused?: Shape;
}

interface Answer {
	readonly description: string;
	readonly shape: Shape;
	/** Of its own, each with a description. */
	readonly headers?: Readonly<Record<string, string>>;
}
