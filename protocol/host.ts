/**
 * Hosts as users, sockets and URLs write them. Pure. URL's own parser decides what a text
 * means, so that `0`, `0x0` and `[::0]` mean what a socket takes them for.
 */

export type Family = 4 | 6;

/** The host as it stands in a URL, and before a port: IPv6 in brackets. */
export function inUrl(host: string): string {
	return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/**
 * The family of a host that stands for all addresses of a machine; 6 means all of IPv6.
 * Undefined if it is one host.
 */
export function wildcardFamily(host: string): Family | undefined {
	const meant = URL.parse(`http://${inUrl(host)}/`)?.hostname;
	if (meant === "0.0.0.0" || meant === "[::ffff:0:0]") return 4;
	return meant === "[::]" ? 6 : undefined;
}

/** The origins that mean nothing else in a header or a page. */
const ORIGIN = String.raw`https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?`;
/** An origin and a path without a slash at its end: the address at which an HTTP side begins. */
export const BASE_PATTERN = new RegExp(
	String.raw`^${ORIGIN}(?:\/[A-Za-z0-9._~-]+)*$`,
);

/** The `host:port` of a URL, with the port even if the URL leaves it out. */
export function hostPortOf(base: string): string {
	const { protocol, hostname, port } = new URL(base);
	return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/** The origin of the address at which an HTTP side begins; undefined if the text is no such address. */
export function originOf(base: string): string | undefined {
	return BASE_PATTERN.test(base) ? URL.parse(base)?.origin : undefined;
}
