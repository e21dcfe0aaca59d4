/**
 * Routes: what a node must serve to claim a task.
 *
 * A route is written `queue|type|label,label` with the labels sorted, and that
 * text is its identity everywhere: in keys, in announcements, in claims. The
 * three parts cannot contain the separators (see the patterns), so the text
 * can always be taken apart again.
 */
import {
	LABEL_CHARS_MAX,
	LABELS_MAX,
	QUEUE_CHARS_MAX,
	TYPE_CHARS_MAX,
} from "./limits.ts";

/** `queue|type|label,label` */
export type Route = string;

/** Not `.` and `..`: what stands in an address as these is taken for a step in it. */
export const NAME_PATTERN = "^(?!\\.{1,2}$)[A-Za-z0-9._:-]+$";
const name = new RegExp(NAME_PATTERN);

export interface RouteParts {
	readonly queue: string;
	readonly type: string;
	readonly labels: readonly string[];
}

/** What a node serves. `queues: undefined` means every queue. */
export interface Serves {
	readonly types: ReadonlySet<string>;
	readonly queues: ReadonlySet<string> | undefined;
	readonly labels: ReadonlySet<string>;
}

export function formatRoute({ queue, type, labels }: RouteParts): Route {
	return `${queue}|${type}|${labels.length > 1 ? [...new Set(labels)].sort().join(",") : labels.join("")}`;
}

/** The parts of a route, or undefined where the text is not one. */
export function parseRoute(route: Route): RouteParts | undefined {
	const [queue, type, list, ...rest] = route.split("|");
	if (queue === undefined || type === undefined || list === undefined) return;
	const labels = list === "" ? [] : list.split(",");
	const sound =
		rest.length === 0 &&
		isName(queue, QUEUE_CHARS_MAX) &&
		isName(type, TYPE_CHARS_MAX) &&
		labels.length <= LABELS_MAX &&
		labels.every((label) => isName(label, LABEL_CHARS_MAX));
	return sound ? { queue, type, labels } : undefined;
}

/** Of a task whose own cannot be read. */
export const UNREADABLE_ROUTE: Route = "unreadable|unreadable|";

/** The type in a route. */
export function typeOf(route: Route): string {
	const start = route.indexOf("|") + 1;
	return route.slice(start, route.indexOf("|", start));
}

function isName(text: string, charsMax: number): boolean {
	return text.length <= charsMax && name.test(text);
}

export function servesRoute(serves: Serves, route: Route): boolean {
	const parts = parseRoute(route);
	if (parts === undefined) return false;
	return (
		serves.types.has(parts.type) &&
		(serves.queues === undefined || serves.queues.has(parts.queue)) &&
		parts.labels.every((label) => serves.labels.has(label))
	);
}
