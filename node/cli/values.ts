/**
 * The meaning of flags' texts. Each function takes a value as given and returns what it
 * stands for, or throws one sentence that says what is wrong with it and what to do.
 * Pure.
 */
import { isIPv6 } from "node:net";
import { parseDuration } from "../../protocol/duration.ts";
import { BASE_PATTERN, originOf, wildcardFamily } from "../../protocol/host.ts";
import type { Keep } from "../../protocol/keep.ts";
import {
	ENDED_KEPT_MS_MIN,
	KEEP_MS_MAX,
	URL_CHARS_MAX,
} from "../../protocol/limits.ts";
import { ADDRESSES } from "../../protocol/operations.ts";
import { NAME_PATTERN } from "../../protocol/route.ts";
import { isLoopback } from "../http/door/guard.ts";
import { type Address, ConfigError } from "../options.ts";
import { parseStoreUrl } from "../store/redis/url.ts";
import type { Given } from "./flags.ts";

/** Reads `HOST:PORT` or `[IPV6]:PORT`; port 0 only if any free one will do. */
export function readAddress({ text, from }: Given, portMin = 0): Address {
	const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text);
	const host = match?.[1] ?? match?.[2];
	const port = Number(match?.[3]);
	const isHost =
		host !== undefined && (match?.[1] === undefined || isIPv6(host));
	if (!isHost || port < portMin || port > 65_535) {
		throw new ConfigError(
			`${from} is "${text}"; give HOST:PORT with a port from ${portMin} to 65535, for instance 127.0.0.1:5000.`,
		);
	}
	return { host, port };
}

/** Reads an address for others to call, which names one host. */
export function readReachable(given: Given): Address {
	const address = readAddress(given, 1);
	refuseWildcard(given, address.host);
	return address;
}

/**
 * Reads the base of an HTTP side, as others use it: a URL, or HOST:PORT with the scheme
 * that the node itself speaks. Returns it as a browser writes it, without a slash at the
 * end.
 */
export function readBase(given: Given, scheme: "http" | "https"): string {
	const { text, from } = given;
	const isUrl = /^https?:\/\//i.test(text);
	const url = URL.parse(isUrl ? text : `${scheme}://${text}`);
	const flaw = `${from} is "${text}"; give a URL such as https://tasks.example.com/hearsay, without a query or a password.`;
	if (url === null || (!isUrl && !/^[^/?#@]+$/.test(text)))
		throw new ConfigError(flaw);
	if (!isUrl) readAddress(given, 1);
	refuseWildcard(given, url.hostname);
	const base = url.href.replace(/\/+$/, "");
	if (!BASE_PATTERN.test(base) || url.port === "0") throw new ConfigError(flaw);
	if (base.length > URL_CHARS_MAX)
		throw new ConfigError(
			`${from} has ${base.length} characters; give a URL of at most ${URL_CHARS_MAX}.`,
		);
	return base;
}

/** Reads a URL, whose path must not hide the node's own addresses, since both are served. */
export function readPublicUrl(given: Given): string {
	const { text, from } = given;
	if (!/^https?:\/\//i.test(text))
		throw new ConfigError(
			`${from} is "${text}"; give a URL such as https://example.com/hearsay.`,
		);
	const base = readBase(given, "https");
	const [, first] = new URL(base).pathname.split("/");
	if (first && ADDRESSES.some(({ path }) => path.split("/")[1] === first))
		throw new ConfigError(
			`${from} is "${text}", whose path begins as addresses of the node itself do (/${first}); choose another path.`,
		);
	return base;
}

/** Reads an origin, as a browser sends it. */
export function readOrigin({ text, from }: Given): string {
	const origin = originOf(text.toLowerCase());
	if (
		origin === undefined ||
		new URL(text).pathname !== "/" ||
		text.endsWith("/")
	)
		throw new ConfigError(
			`${from} is "${text}"; give one origin, without a path and without *, such as https://app.example.com.`,
		);
	return origin;
}

function refuseWildcard({ text, from }: Given, host: string): void {
	if (wildcardFamily(host) === undefined) return;
	throw new ConfigError(
		`${from} is "${text}", which stands for all addresses of a machine; give the one at which others reach this node.`,
	);
}

export function formatAddress({ host, port }: Address): string {
	return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export function readCount(
	{ text, from }: Given,
	min: number,
	max: number,
): number {
	const count = Number(text);
	if (!/^\d+$/.test(text) || count < min || count > max) {
		throw new ConfigError(
			`${from} is "${text}"; give a whole number from ${min} to ${max}.`,
		);
	}
	return count;
}

/**
 * Reads a duration, in milliseconds. A number without a unit is refused, unlike in the
 * API, where programs speak in milliseconds: a person who types 5 mostly means seconds,
 * and would never learn that it made no difference. 0 is 0.
 */
export function readDuration({ text, from }: Given, msMax: number): number {
	if (/^[1-9]\d*$/.test(text)) {
		throw new ConfigError(
			`${from} is "${text}", which could be seconds or milliseconds; give ${text}s or ${text}ms.`,
		);
	}
	const ms = parseDuration(text);
	if (ms === undefined || ms > msMax) {
		throw new ConfigError(
			`${from} is "${text}"; give a duration such as 500ms, 30s or 5m, of at most ${msMax / 3_600_000}h.`,
		);
	}
	return ms;
}

const SIZE_BYTES: Readonly<Record<string, number>> = {
	KiB: 1024,
	MiB: 1024 ** 2,
	GiB: 1024 ** 3,
	TiB: 1024 ** 4,
};
const KEEP = /^([^,]*)(?:,(\d{0,12})(?:,(?:(\d{1,6})(KiB|MiB|GiB|TiB))?)?)?$/;

/** Reads `TIME,NUMBER,SIZE`; what is left out keeps its default. */
export function readKeep({ text, from }: Given, otherwise: Keep): Keep {
	const [all, time = "", number = "", amount, unit = ""] =
		KEEP.exec(text) ?? [];
	const ms = time === "" ? otherwise.ms : parseDuration(time);
	if (
		all === undefined ||
		ms === undefined ||
		/^\d+$/.test(time) ||
		ms < ENDED_KEPT_MS_MIN ||
		ms > KEEP_MS_MAX
	)
		throw new ConfigError(
			`${from} is "${text}"; give TIME,NUMBER,SIZE such as 24h,1000000,1GiB: a time from 60s to 3650d, how many tasks, and a size in KiB, MiB, GiB or TiB; leave out what is to be as by default.`,
		);
	return {
		ms,
		number: number === "" ? otherwise.number : Number(number),
		bytes:
			amount === undefined
				? otherwise.bytes
				: Number(amount) * (SIZE_BYTES[unit] ?? 1),
	};
}

const name = new RegExp(NAME_PATTERN);

export function readName({ text, from }: Given, charsMax: number): string {
	if (!name.test(text) || text.length > charsMax) {
		throw new ConfigError(
			`${from} has "${text}"; give names of at most ${charsMax} characters of A-Z, a-z, 0-9 and . _ : -`,
		);
	}
	return text;
}

export function readChoice<Choice extends string>(
	{ text, from }: Given,
	choices: readonly Choice[],
): Choice {
	const choice = choices.find((each) => each === text);
	if (choice === undefined) {
		throw new ConfigError(
			`${from} is "${text}"; give one of ${choices.join(", ")}.`,
		);
	}
	return choice;
}

/** Reads the store's address, as given; its forms are the store's business. */
export function readStoreUrl({ text, from }: Given): string {
	try {
		parseStoreUrl(text);
	} catch (error) {
		throw new ConfigError(`${from}: ${(error as Error).message}.`, error);
	}
	return text;
}

/** Whether the store can only be this machine's own. */
export function isLocalStore(url: string): boolean {
	// An address without hosts is a socket in the file system.
	return parseStoreUrl(url).hosts.every(({ host }) => isLoopback(host));
}
