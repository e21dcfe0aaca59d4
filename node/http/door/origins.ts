/**
 * Origins: from which pages a browser may ask a node for what.
 *
 * Own are the pages that the node serves itself: by the Host that they ask it by, by its
 * `--public-url`, and by any of loopback's names if another of them is the Host. Let in are
 * those of `--cors-origin`; and other live nodes' pages, if a token comes along, since a
 * page that has one goes on with another node when its own is down. All others may read
 * nothing (a browser sees to that, as no answer allows it) and change nothing. The token
 * is looked at by others; here it counts that it is there.
 *
 * A browser tells of a page by `Origin` and, where the connection is safe, by
 * `Sec-Fetch-Site`. What comes with neither is no page's, and no concern of this.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { inUrl } from "../../../protocol/host.ts";

export interface Site {
	/** On which the node listens, as its user wrote it. */
	readonly host: string;
	/** It speaks TLS itself. */
	readonly isSecure: boolean;
	/** Where the cluster is reached through a proxy: see `protocol/host.ts`. */
	readonly publicUrl?: string;
	/** Of others' pages that may use the API. */
	readonly corsOrigins: readonly string[];
	/** Origins of the HTTP sides of live nodes. */
	readonly nodeOrigins: () => readonly string[];
}

/** The names of loopback, as a Host has them. */
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

	/** Whether a node on loopback goes by the name in this Host. */
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

	/** Of a live node, by whichever of loopback's names, or where the proxy serves them all. */
	#isCluster(origin: string): boolean {
		if (origin === this.#public?.origin) return true;
		const own = byOneName(origin);
		return this.#site.nodeOrigins().some((each) => byOneName(each) === own);
	}

	/** Whether a page sent this that may change nothing here. */
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

/** A Host without its port, which may differ (a tunnel's other end) but must be one. */
function nameIn(host: string): string {
	const [, name, port] =
		/^(.*):([1-9][0-9]{0,4})$/s.exec(host.toLowerCase()) ?? [];
	return name !== undefined && Number(port) <= PORT_MAX
		? name
		: host.toLowerCase();
}

/** All names of loopback are one. */
function byOneName(origin: string): string {
	return origin.replace(/\/\/(localhost|\[::1\])(?=:|$)/, "//127.0.0.1");
}

function portIn(host: string): string | undefined {
	return /:(\d+)$/.exec(host)?.[1];
}

/** What a browser asks before it sends a token has only the header's name. */
function bringsToken(method: string, headers: IncomingHttpHeaders): boolean {
	if (method !== "OPTIONS")
		return /^bearer /i.test(headers.authorization ?? "");
	const asks = headers["access-control-request-headers"] ?? "";
	return /(^|[\s,])authorization($|[\s,])/i.test(asks);
}
