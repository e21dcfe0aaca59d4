/**
 * Addresses of the gossip side: `host:port` for people and the registry, with IPv6 hosts
 * in brackets, and the multiaddr that libp2p wants instead.
 */
import { isIP } from "node:net";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";

export interface HostPort {
	readonly host: string;
	readonly port: number;
}

export function parseHostPort(text: string): HostPort | undefined {
	const match = /^(?:\[([^\]]+)\]|([^:[\]/]+)):(\d{1,5})$/.exec(text);
	if (match === null) return;
	const host = match[1] ?? match[2];
	const port = Number(match[3]);
	if (host === undefined || port > 65_535) return;
	if (match[1] !== undefined && isIP(host) !== 6) return;
	return { host, port };
}

export function formatHostPort({ host, port }: HostPort): string {
	return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** @throws if the host cannot stand in a multiaddr */
export function toMultiaddr({ host, port }: HostPort): Multiaddr {
	const version = isIP(host);
	const protocol = version === 0 ? "dns" : `ip${version}`;
	return multiaddr(`/${protocol}/${host}/tcp/${port}`);
}
