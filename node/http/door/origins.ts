/**
 * Origins: from which pages a browser may ask a node for what.
 *
 * A node's own pages are those that it serves itself: by the Host that they use, by its
 * `--public-url`, and by any other name of loopback if the Host is one. Let in are the
 * origins of `--cors-origin`; and other live nodes' pages, if a token comes along, since
 * a page that has a token goes on with another node when its own is down. Pages of all
 * other origins may read nothing (the browser sees to that, as no answer allows it) and
 * change nothing. Others check the token; what counts here is that there is one.
 *
 * A browser identifies a page by `Origin` and, if the connection is secure, by
 * `Sec-Fetch-Site`. A request with neither does not come from a page, and is no concern
 * of this.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { inUrl } from "../../../protocol/host.ts";

export interface Site {
	/** The address on which the node listens, as its user wrote it. */
	readonly host: string;
	/** Whether it speaks TLS itself. */
	readonly isSecure: boolean;
	/** Where the cluster is reached through a proxy: see `protocol/host.ts`. */
	readonly publicUrl?: string;
	/** Origins of other sites whose pages may use the API. */
	readonly corsOrigins: readonly string[];
	/** Origins of the HTTP sides of live nodes. */
	readonly nodeOrigins: () => readonly string[];
}

/** The names of loopback, as they occur in a Host. */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const PORT_MAX = 65_535;

type Asked = Pick<IncomingMessage, "headers"> & { readonly method: string };

export class Origins {
	readonly #site: Site;
	readonly #names: ReadonlySet<string>;
	readonly #public: URL | undefined;

	constructor(site: Site) {
		const { publicUrl } = site;
		this.#site = site;
		this.#public = publicUrl === undefined ? undefined : new URL(publicUrl);
		const names = [...LOOPBACK, inUrl(site.host).toLowerCase()];
		if (this.#public) names.push(this.#public.hostname);
		this.#names = new Set(names);
	}

	/** Whether a node on loopback may be called by this Host's name. */
	isOwnName(host: string | undefined): boolean {
		return this.#names.has(nameIn(host ?? ""));
	}

	/** The origin whose pages may read the answer, though they are not the node's own. */
	letIn({ method, headers }: Asked): string | undefined {
		const { origin } = headers;
		if (origin === undefined) return undefined;
		const isLetIn =
			this.#site.corsOrigins.includes(origin) ||
			(bringsToken(method, headers) && this.#isCluster(origin));
		return isLetIn ? origin : undefined;
	}

	/**
	 * Whether it is a live node's origin, by any name of loopback, or the proxy's, which
	 * serves them all.
	 */
	#isCluster(origin: string): boolean {
		if (origin === this.#public?.origin) return true;
		const own = byOneName(origin);
		return this.#site.nodeOrigins().some((each) => byOneName(each) === own);
	}

	/** Whether this comes from a page that may change nothing here. */
	isForeign(asked: Asked): boolean {
		const { headers } = asked;
		const { origin, "sec-fetch-site": from } = headers;
		if (origin === undefined) return from === "cross-site";
		if (this.letIn(asked) !== undefined) return false;
		// To a browser, localhost and 127.0.0.1 are two sites.
		if (this.#isAlias(origin, headers.host)) return false;
		return from === "cross-site" || !this.#isOwn(origin, headers.host);
	}

	#isOwn(origin: string, host = ""): boolean {
		if (origin === this.#public?.origin) return true;
		const own = `://${host.toLowerCase()}`;
		// A proxy in front may speak TLS for us.
		const schemes = this.#site.isSecure ? ["https"] : ["http", "https"];
		return schemes.some((scheme) => origin === scheme + own);
	}

	#isAlias(origin: string, host = ""): boolean {
		const [, scheme, at = ""] = /^(https?):\/\/([^/]+)$/.exec(origin) ?? [];
		return (
			scheme === (this.#site.isSecure ? "https" : "http") &&
			at !== host.toLowerCase() &&
			portIn(at) === portIn(host) &&
			[at, host].every((each) => LOOPBACK.includes(nameIn(each)))
		);
	}
}

/** The name in a Host. The port may differ (a tunnel's other end), but must be a port. */
function nameIn(host: string): string {
	const [, name, port] =
		/^(.*):([1-9][0-9]{0,4})$/s.exec(host.toLowerCase()) ?? [];
	return name !== undefined && Number(port) <= PORT_MAX
		? name
		: host.toLowerCase();
}

/** Replaces any name of loopback by one. */
function byOneName(origin: string): string {
	return origin.replace(/\/\/(localhost|\[::1\])(?=:|$)/, "//127.0.0.1");
}

function portIn(host: string): string | undefined {
	return /:(\d+)$/.exec(host)?.[1];
}

/** A preflight for a request with a token contains only the header's name. */
function bringsToken(method: string, headers: IncomingHttpHeaders): boolean {
	if (method !== "OPTIONS")
		return /^bearer /i.test(headers.authorization ?? "");
	const asks = headers["access-control-request-headers"] ?? "";
	return /(^|[\s,])authorization($|[\s,])/i.test(asks);
}
