/**
 * OwnAddress: where others reach this node if it listens on every interface.
 *
 * That is the local address of the connection to Redis. All nodes reach Redis, so this is
 * the network that they share; the first interface of a machine may be that of its
 * containers alone (`docker0`). The connection reports it anew each time it is made, and
 * the last report stands while Redis is away.
 *
 * A Redis on this machine (by loopback or a socket) says nothing about the network, and a
 * connection over the other address family says nothing about the family that is listened
 * on. Then it is the address from which this machine would write to a distant one, that
 * of its default route. A machine without a default route is reached only by itself, at
 * loopback; the log says so.
 */
import { createSocket } from "node:dgram";
import { isIPv4 } from "node:net";
import { type Family, wildcardFamily } from "../../protocol/host.ts";
import type { Log } from "../ports.ts";

export interface HostPort {
	readonly host: string;
	readonly port: number;
}

/** Addresses in the networks reserved for documentation: nobody is there, and nothing is sent. */
const FAR_AWAY: Readonly<Record<Family, string>> = {
	4: "192.0.2.1",
	6: "2001:db8::1",
};
const LOOPBACK: Readonly<Record<Family, string>> = { 4: "127.0.0.1", 6: "::1" };

export class OwnAddress {
	readonly #log: Log;
	readonly #routeTo: (far: string) => Promise<string | undefined>;
	/** The local address of the connection to Redis. */
	#local: string | undefined;
	readonly #routes = new Map<Family, string>();
	#told = false;

	/** `routeTo`: finds the address from which this machine would write to another. */
	constructor(log: Log, routeTo = routedAddress) {
		this.#log = log;
		this.#routeTo = routeTo;
	}

	/** Redis was connected to from this address; undefined if through a socket of the file system. */
	connectedFrom(address: string | undefined): void {
		this.#local = address?.replace(/^::ffff:(?=[\d.]+$)/i, "");
	}

	/** Finds out from which addresses the default routes lead. */
	async look(): Promise<void> {
		for (const family of [4, 6] as const) {
			const address = await this.#routeTo(FAR_AWAY[family]);
			if (address !== undefined && leavesHost(address))
				this.#routes.set(family, address);
			else this.#routes.delete(family);
		}
	}

	/** Where others reach a listener. `isDual`: a listener on `::` takes IPv4, too. */
	reached({ host, port }: HostPort, isDual: boolean): HostPort {
		const family = wildcardFamily(host);
		if (family === undefined) return { host, port };
		return {
			host: this.#host(family === 6 && isDual ? [4, 6] : [family]),
			port,
		};
	}

	#host(families: readonly Family[]): string {
		const local = this.#local;
		if (local !== undefined && leavesHost(local)) {
			if (families.includes(familyOf(local))) return local;
		}
		for (const family of families) {
			const routed = this.#routes.get(family);
			if (routed !== undefined) return routed;
		}
		this.#tell();
		return LOOPBACK[families[0] ?? 4];
	}

	#tell(): void {
		if (this.#told) return;
		this.#told = true;
		this.#log.warn(
			{},
			"this machine has no address that others could reach it at, so the node names loopback; say where it is reached with --advertise and --http-advertise",
		);
	}
}

function familyOf(address: string): Family {
	return isIPv4(address) ? 4 : 6;
}

/**
 * Whether an address leads out of this host: it is neither loopback, nor of one link
 * alone (which means another interface on each machine), nor one that stands for all
 * addresses (which the system names if it has no route).
 */
function leavesHost(address: string): boolean {
	if (wildcardFamily(address) !== undefined) return false;
	return !/^(127\.|169\.254\.|::1$|fe80:)/i.test(address);
}

/**
 * The address from which this machine would write to another. The system chooses a route as
 * soon as a datagram socket has a destination; nothing is sent.
 */
function routedAddress(far: string): Promise<string | undefined> {
	return new Promise((resolve) => {
		const socket = createSocket(isIPv4(far) ? "udp4" : "udp6");
		const end = (address: string | undefined) => {
			socket.close();
			resolve(address);
		};
		socket.once("error", () => end(undefined));
		// It also calls back with an error, for which its types have no place.
		socket.connect(9, far, (error?: Error) =>
			end(error ? undefined : socket.address().address),
		);
	});
}
