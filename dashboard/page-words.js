/** How the page says things: times, nodes and where these are, who serves a queue. */

/** @import { QueueAsRead } from "../protocol/schema/overview.ts" */

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const WILDCARD = /^(0\.0\.0\.0|\[::\])$/;

/** @param {number} ms */
export function duration(ms) {
	const seconds = Math.floor(ms / 1_000);
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
	if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
	return `${Math.floor(seconds / 86_400)} d`;
}

/** `08:17:03`, after its day where that is not today. @param {Date} time */
export function clockTime(time) {
	const isToday = time.toDateString() === new Date().toDateString();
	const day = isToday ? "" : `${time.toLocaleDateString("en-CA")} `;
	return day + time.toLocaleTimeString("en-GB");
}

/**
 * What a node is called, or enough of its id to tell it from others.
 * @param {string | undefined} name @param {string | undefined} id
 */
export const nameOf = (name, id) =>
	name ?? (id === undefined ? "" : `…${id.slice(-8)}`);

/** Where a node is: what goes without saying is left out. @param {{ url: string }} node */
export const addressOf = ({ url }) => url.replace(/^http:\/\//, "");

/**
 * Where a node's own page is for who looks at this one; undefined where the
 * address means the machine itself, and who looks may be at another.
 * @param {string} base Without a slash at its end.
 */
export function pageOf(base) {
	const url = URL.parse(`${base}/`);
	if (url === null || !/^https?:$/.test(url.protocol)) return;
	const isWildcard = WILDCARD.test(url.hostname);
	if (!isWildcard && !LOOPBACK.test(url.hostname)) return url.href;
	if (!LOOPBACK.test(location.hostname)) return;
	if (isWildcard) url.hostname = location.hostname;
	return url.href;
}

/** Who can run them; or what no node has. @param {QueueAsRead} queue */
export function serversOf({ servedBy, missing }) {
	if (missing !== undefined) return `no node has ${missing}`;
	const more = servedBy.nodes - servedBy.names.length;
	return servedBy.names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
