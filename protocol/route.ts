/**
 * Routes: what a node must serve to claim a task.
 *
 * A route is written `queue|type|label,label` with the labels sorted, and that text is
 * its identity everywhere: in keys, in announcements, in claims. The three parts cannot
 * contain the separators (see the patterns), so the text can always be taken apart again.
 */
import {
	LABEL_CHARS_MAX,
	LABELS_MAX,
	QUEUE_CHARS_MAX,
	TYPE_CHARS_MAX,
} from "./limits.ts";

/** A route in its one spelling: `queue|type|label,label`. */
export type Route = string;

/** The pattern of a name. It excludes `.` and `..`, which are taken for steps in an address. */
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

/** The parts of a route, or undefined if the text is not one. */
export function parseRoute(route: Route): RouteParts | undefined {
	const parts = route.split("|");
	const [queue, type, list] = parts;
	if (queue === undefined || type === undefined || list === undefined) return;
	const labels = list === "" ? [] : list.split(",");
	const sound =
		parts.length === 3 &&
		isName(queue, QUEUE_CHARS_MAX) &&
		isName(type, TYPE_CHARS_MAX) &&
		labels.length <= LABELS_MAX &&
		labels.every((label) => isName(label, LABEL_CHARS_MAX));
	return sound ? { queue, type, labels } : undefined;
}

/** The route of a task whose own cannot be read. */
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

/**
 * What a route needs and none of these nodes has, as the rest of "No live node has …";
 * undefined if one of them serves it. Each part that nobody has is named. If there is a
 * node for each part and none for all, all parts are named, `together`.
 */
export function missingFrom(
	nodes: readonly Serves[],
	{ queue, type, labels }: RouteParts,
): string | undefined {
	const parts: Part[] = [
		{ name: `the type "${type}"`, isHad: ({ types }) => types.has(type) },
		{
			name: `the queue "${queue}"`,
			isHad: ({ queues }) => queues === undefined || queues.has(queue),
		},
		...labels.map((label) => ({
			name: `the label "${label}"`,
			isHad: ({ labels }: Serves) => labels.has(label),
		})),
	];
	if (nodes.some((node) => parts.every(({ isHad }) => isHad(node)))) return;
	const lacking = parts.filter(({ isHad }) => !nodes.some(isHad));
	return lacking.length > 0
		? enumerate(lacking)
		: `${enumerate(parts)} together`;
}

interface Part {
	readonly name: string;
	isHad(node: Serves): boolean;
}

/** Enumerates parts: `a`, `a and b`, `a, b and c`. */
function enumerate(parts: readonly Part[]): string {
	const names = parts.map(({ name }) => name);
	const last = names.pop() ?? "";
	return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
