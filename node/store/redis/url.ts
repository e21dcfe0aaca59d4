/**
 * Forms of the store's address:
 *
 *     redis://[user:password@]host[:port][/db]     rediss:// with TLS
 *     unix:///path/to/socket
 *     redis+sentinel://[user:password@]host[:port][,host[:port]…]/primary-name
 *     rediss+sentinel:// likewise, with TLS to the Sentinels and to Redis
 *     …/primary-name?sentinel_password=…&sentinel_user=… where the Sentinels want them
 *
 * The user and password before the hosts are for Redis alone. That password is all between the first `:` and the last `@`; what a URL needs for itself
 * may be written as % and two digits, and a % has to be (%25); in the others also & and @.
 *
 * Redis Cluster is refused: after a failover inside it the client goes on without
 * a word, so a shard that forgot writes would not be adopted before it gives
 * tasks. The keys are laid out for it (see `lua/keys.lua`).
 */

interface Access {
	readonly username?: string;
	readonly password?: string;
	readonly db?: number;
	/** Present if TLS is used, with the system's authorities. */
	readonly tls?: Record<string, never>;
	readonly path?: string;
}

export interface StoreAddress {
	readonly kind: "single" | "sentinel";
	readonly hosts: readonly { readonly host: string; readonly port: number }[];
	/** The name that Sentinel has for the primary. */
	readonly primary: string;
	readonly options: Access;
	/** For the Sentinels, which have users of their own. */
	readonly sentinelAccess: Pick<Access, "username" | "password">;
}

const FORM =
	/^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:(.*)@)?([^/@]+)(?:\/([^?]*)(?:\?(.*))?)?$/s;

/** @throws Error with one sentence for the user. */
export function parseStoreUrl(url: string): StoreAddress {
	if (url.startsWith("unix://")) {
		return {
			kind: "single",
			hosts: [],
			primary: "",
			options: { path: url.slice("unix://".length) },
			sentinelAccess: {},
		};
	}
	const [, scheme, form, login = "", hosts = "", rest = "", query = ""] =
		FORM.exec(url) ?? [];
	if (scheme === undefined) {
		throw new Error(
			`the store's address "${redact(url)}" is not of a known form; give one like redis://host:6379`,
		);
	}
	if (form === "cluster") {
		throw new Error(
			"Redis Cluster is not supported yet; give the address of one Redis, or of its Sentinels",
		);
	}
	const kind = form === "sentinel" ? "sentinel" : "single";
	const parsed = hosts
		.split(",")
		.map((host) => parseHost(host, kind === "sentinel" ? 26379 : 6379, url));
	const colon = login.includes(":") ? login.indexOf(":") : login.length;
	const user = decode(login.slice(0, colon), url);
	const password = decode(login.slice(colon + 1), url);
	const options: Access = {
		...(user === "" ? {} : { username: user }),
		...(password === "" ? {} : { password }),
		...(scheme === "rediss" ? { tls: {} } : {}),
		...(kind === "single" && rest !== "" ? { db: parseDb(rest, url) } : {}),
	};
	if (kind === "single" && parsed.length > 1) {
		throw new Error(
			"several hosts need redis+sentinel:// in the store's address",
		);
	}
	if (kind === "sentinel" && rest === "") {
		throw new Error(
			"a redis+sentinel:// address ends with the primary's name, like redis+sentinel://host:26379/mymaster",
		);
	}
	return {
		kind,
		hosts: parsed,
		primary: kind === "sentinel" ? rest : "",
		options,
		sentinelAccess: parseQuery(kind, query, url),
	};
}

/** The address without its passwords, for logs and messages. */
export function redact(url: string): string {
	return url.replace(/^([\w+]*:\/\/)?.*@/s, "$1***@").replace(/\?.*$/s, "?***");
}

function parseQuery(
	kind: StoreAddress["kind"],
	query: string,
	url: string,
): StoreAddress["sentinelAccess"] {
	const access: { username?: string; password?: string } = {};
	for (const part of query === "" ? [] : query.split("&")) {
		const [, name, value = ""] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
		const text = decode(value, url);
		if (kind === "sentinel" && name === "sentinel_user") access.username = text;
		else if (kind === "sentinel" && name === "sentinel_password")
			access.password = text;
		else
			throw new Error(
				`the store's address "${redact(url)}" ends with something that is not known; after "?" only a redis+sentinel:// address has sentinel_user and sentinel_password`,
			);
	}
	return access;
}

function decode(text: string, url: string): string {
	try {
		return decodeURIComponent(text);
	} catch (cause) {
		throw new Error(
			`the user or the password in the store's address "${redact(url)}" has a % without two hexadecimal digits; write %25 for it`,
			{ cause },
		);
	}
}

function parseHost(
	text: string,
	portDefault: number,
	url: string,
): { host: string; port: number } {
	const [, host, port] =
		/^(\[[0-9a-fA-F:]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
	if (host === undefined || Number(port ?? 1) > 65_535) {
		throw new Error(
			`"${text}" in the store's address "${redact(url)}" is not host or host:port`,
		);
	}
	return {
		host: host.replace(/^\[|\]$/g, ""),
		port: port === undefined ? portDefault : Number(port),
	};
}

function parseDb(text: string, url: string): number {
	if (!/^\d{1,4}$/.test(text)) {
		throw new Error(
			`the database in the store's address "${redact(url)}" is not a number`,
		);
	}
	return Number(text);
}
