/**
 * Base: the path below which the cluster is reached through a proxy, according to
 * `--public-url`: `/hearsay` for `https://example.com/hearsay`.
 *
 * A node serves everything both below it and without it, so that it does not matter
 * whether the proxy strips the path, and so that the node can still be asked directly.
 * Absolute addresses in answers have the path; pages refer to each other relatively.
 */
import type { FastifyReply, FastifyRequest } from "fastify";

export interface Base {
	/** The path, without a slash at its end; empty if there is none. */
	readonly path: string;
	/** The address of a request without the path. */
	strip(url: string): string;
}

export function baseOf(publicUrl: string | undefined): Base {
	const path =
		publicUrl === undefined
			? ""
			: new URL(publicUrl).pathname.replace(/\/$/, "");
	return {
		path,
		strip(url) {
			if (path === "") return url;
			// It may follow a host, in the form that is sent to proxies.
			const [, host = "", rest = ""] =
				/^(https?:\/\/[^/?#]*)?(.*)$/is.exec(url) ?? [];
			if (!rest.startsWith(path)) return url;
			const below = rest.slice(path.length);
			if (below !== "" && !/^[/?]/.test(below)) return url;
			return host + (below.startsWith("/") ? below : `/${below}`);
		},
	};
}

/**
 * A page's links are relative, so its own address has to end as they assume: `/hearsay`
 * is redirected to `/hearsay/`, and `/docs/` to `/docs`. True if it was.
 */
export function sendToPage(
	{ originalUrl, url }: FastifyRequest,
	reply: FastifyReply,
): boolean {
	const [path = "", query] = originalUrl
		.replace(/^https?:\/\/[^/?#]*/i, "")
		.split(/\?(.*)/s);
	const isTop = url.replace(/\?.*$/s, "") === "/";
	if (path.endsWith("/") === isTop || path === "") return false;
	const name = path.replace(/\/+$/, "").split("/").at(-1);
	const to = isTop ? `${name}/` : `../${name}`;
	reply.header("location", query === undefined ? to : `${to}?${query}`);
	reply.code(308).send();
	return true;
}
