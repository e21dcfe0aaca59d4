/**
 * Whereabouts: the addresses at which a node says it can be reached, for gossip and for
 * HTTP. What its user says counts. Otherwise it is the address that it listens on; and if
 * that stands for all addresses of the machine, the one that `world/own-address.ts`
 * finds.
 */
import { hostPortOf, inUrl } from "../protocol/host.ts";
import type { Http } from "./http/server.ts";
import type { Address, NodeOptions } from "./options.ts";
import type { Log, NodeRecord } from "./ports.ts";
import type { RedisStore } from "./store/redis-store.ts";
import { OwnAddress } from "./world/own-address.ts";

export class Whereabouts {
	readonly #options: NodeOptions;
	readonly #own: OwnAddress;
	#http: Http | undefined;

	private constructor(options: NodeOptions, own: OwnAddress) {
		this.#options = options;
		this.#own = own;
	}

	static async find(options: NodeOptions, log: Log): Promise<Whereabouts> {
		const own = new OwnAddress(log);
		await own.look();
		return new Whereabouts(options, own);
	}

	/** From now on, learns from which address Redis is reached. */
	follow(store: RedisStore): void {
		store.onChange((up) => {
			if (!up) return;
			this.#own.connectedFrom(store.localAddress);
			void this.#own.look();
		});
	}

	served(http: Http): void {
		this.#http = http;
	}

	/** The address for gossip, whose listener on `::` takes only IPv6. */
	p2p(listened: Address): Address {
		return this.#options.advertise ?? this.#own.reached(listened, false);
	}

	/** The URL of the HTTP side, once it is served: at one address, if it is at many. */
	get url(): string {
		if (this.#http === undefined) return "";
		const { bound, address } = this.#http;
		const { host, port } = this.#own.reached(bound, true);
		// Unless the host stands for all addresses, the node is called as its user calls it.
		const scheme = this.#options.tls ? "https" : "http";
		return `${scheme}://${host === bound.host ? address : `${inUrl(host)}:${port}`}`;
	}

	get record(): Pick<NodeRecord, "http" | "url"> {
		const { httpAdvertise: url = this.url } = this.#options;
		return { http: url && hostPortOf(url), url };
	}
}
