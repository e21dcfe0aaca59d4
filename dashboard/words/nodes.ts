/** How nodes are named, and where they are. */
import type { QueueAsRead } from "../../protocol/schema/overview.ts";

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const WILDCARD = /^(0\.0\.0\.0|\[::\])$/;

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** A name within a sentence, which keeps its direction to itself. */
export const alone = (name: string): string =>
	RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;

/** What a node is called, or enough of its id to tell it from others. */
export const nameOf = (
	name: string | undefined,
	id: string | undefined,
): string => name ?? (id === undefined ? "" : `…${id.slice(-8)}`);

const NAMES_SHOWN = 12;

/** The names of several nodes; ids without a name are cut short. */
export function namesOf(
	ids: readonly string[],
	names: ReadonlyMap<string, string>,
): string {
	const shown = ids
		.slice(0, NAMES_SHOWN)
		.map((id) => nameOf(names.get(id), id));
	const more = ids.length - shown.length;
	return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The address of a node, without what goes without saying. */
export const addressOf = ({ url }: { readonly url: string }): string =>
	url.replace(/^http:\/\//, "");

/**
 * Where a node's own page is for who looks at this one, at `from`; undefined if the address
 * means the machine itself, and who looks may be at another.
 */
export function pageOf(base: string, from: string): string | undefined {
	const url = URL.parse(`${base}/`);
	if (url === null || !/^https?:$/.test(url.protocol)) return;
	const isWildcard = WILDCARD.test(url.hostname);
	if (!isWildcard && !LOOPBACK.test(url.hostname)) return url.href;
	const { hostname } = new URL(from);
	if (!LOOPBACK.test(hostname)) return;
	if (isWildcard) url.hostname = hostname;
	return url.href;
}

/** Which nodes can run a queue's tasks, or what no node has. */
export function serversOf({ servedBy, missing }: QueueAsRead): string {
	if (missing !== undefined) return `no node has ${missing}`;
	const more = servedBy.nodes - servedBy.names.length;
	return servedBy.names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Shared by all comparisons: one that makes its own takes a hundred times as long. */
const ORDER = new Intl.Collator("en", { numeric: true });

/** `node-2` before `node-10`. */
export function byName(
	a: { readonly name: string; readonly id: string },
	b: { readonly name: string; readonly id: string },
): number {
	return ORDER.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
}
