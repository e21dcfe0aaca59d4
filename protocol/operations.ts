/**
 * All that a node does over HTTP: one entry for each operation, under its
 * `operationId`.
 *
 * Routes, the methods that an address takes, the description of the API and the
 * client's types follow from here: what is not listed cannot be served, and what
 * is listed cannot be left out.
 */
import type { Method } from "./operation.ts";
import { bulkOperations } from "./operations/bulk.ts";
import { celeryOperations } from "./operations/celery.ts";
import { clusterOperations, healthOperations } from "./operations/cluster.ts";
import { eventOperations } from "./operations/events.ts";
import { statsOperations } from "./operations/stats.ts";
import { taskOperations } from "./operations/tasks.ts";
import { tokenOperations } from "./operations/tokens.ts";

export const OPERATIONS = {
	...taskOperations,
	...bulkOperations,
	...clusterOperations,
	...tokenOperations,
	...statsOperations,
	...eventOperations,
	...healthOperations,
	...celeryOperations,
} as const;
export type OperationId = keyof typeof OPERATIONS;

/**
 * The files that browsers load: for people, and not described among the operations. They are
 * open to all, as they contain nothing of the cluster.
 */
export const FILES = {
	page: "/",
	pageScript: "/page.js",
	pageStyle: "/page.css",
	client: "/client/client.js",
	manual: "/docs",
	manualChapter: "/docs/{chapter}",
	manualPicture: "/docs/shots/{picture}",
	manualScript: "/manual.js",
	manualStyle: "/manual.css",
	tokens: "/tokens.css",
	icon: "/icon.svg",
	description: "/openapi.json",
} as const;
export type FileId = keyof typeof FILES;

/** The names of a path's parameters: `"id"` of `/v1/tasks/{id}`. */
export type PlacesOf<Path extends string> =
	Path extends `${string}{${infer Name}}${infer Rest}`
		? Name | PlacesOf<Rest>
		: never;

/** Every address that a node serves, by each method that it takes there. */
export const ADDRESSES: readonly {
	readonly method: Method;
	readonly path: string;
}[] = [
	...Object.values(OPERATIONS),
	...Object.values(FILES).map((path) => ({ method: "GET" as const, path })),
];
