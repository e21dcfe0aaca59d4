/**
 * Base: the path below which the cluster is reached through a proxy, as `--public-url`
 * says: `/hearsay` of `https://example.com/hearsay`.
 *
 * A node serves everything below it and without it, so that it is the same whether the
 * proxy takes the path away, and so that it can still be asked directly. What answers refer
 * to by an address of their own has the path; pages refer to each other relatively.
 */
import type { FastifyReply, FastifyRequest } from "fastify";

export interface Base {
	/** Empty: there is none. */
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
			// It may stand behind a host, as is said to proxies.
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
 * A page's links are relative, so its own address has to end as they suppose: `/hearsay` is
 * sent on to `/hearsay/`, and `/docs/` to `/docs`. True: it was.
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
