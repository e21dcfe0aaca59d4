/**
 * A node of a mesh, which gossips and does nothing else, and what those of one
 * process have heard.
 *
 * It gossips through the node's own adapter and says the node's own digests.
 * What a node does with what it hears is done here too, where it costs time: an
 * announcement has all who hear it compute whose turn it is.
 */
import { mkdirSync } from "node:fs";
import { createGossip } from "../../node/gossip/libp2p-gossip.ts";
import { Digester } from "../../node/peers/digester.ts";
import type { AdmittedPeer, Gossip } from "../../node/ports.ts";
import { systemClock, systemRandom } from "../../node/world/clock.ts";
import { systemLog } from "../../node/world/log.ts";
import {
	type Announcement,
	type GossipMessage,
	shortName,
} from "../../protocol/gossip.ts";
import {
	CLAIM_TURNS_EXTRA,
	DIGEST_PEERS_MAX,
	PRIORITY_DEFAULT,
} from "../../protocol/limits.ts";
import { formatRoute } from "../../protocol/route.ts";
import { turnOf } from "../../protocol/turn.ts";
import { nowMs } from "../../scripts/bench/clock.ts";
import { sum } from "../../scripts/bench/stats.ts";

const FREE_SLOTS = 100;
const ROUTE = formatRoute({ queue: "default", type: "noop", labels: [] });

export interface Announced {
	/** Its number, among all that its node says. */
	readonly seq: number;
	readonly atMs: number;
}

/** Of the nodes of one process. */
export interface Report {
	/** Peers that each has ever heard: of the one that has heard the fewest. */
	readonly peersHeardMin: number;
	/** Connections of them all, each counted at both ends. */
	readonly links: number;
	/** Messages heard since the last report, repeats left out. */
	readonly heard: number;
	/** For each announcement since the last report: how many nodes heard it, and when the last did. */
	readonly announcements: readonly {
		readonly seq: number;
		readonly nodes: number;
		readonly lastMs: number;
	}[];
}

/** By the sequence number of the announcer, of whom there is one. */
const announcements = new Map<number, { nodes: number; lastMs: number }>();
let heard = 0;

export function report(nodes: readonly MeshNode[]): Report {
	const report: Report = {
		peersHeardMin: Math.min(...nodes.map(({ peersHeard }) => peersHeard)),
		links: sum(nodes.map(({ links }) => links)),
		heard,
		announcements: [...announcements].map(([seq, each]) => ({ seq, ...each })),
	};
	heard = 0;
	announcements.clear();
	return report;
}

export class MeshNode {
	readonly #gossip: Gossip;
	readonly #digester: Digester;
	/** Those registered, itself among them. */
	nodes = 1;
	readonly #heard = new Set<string>();

	/** `directory` is made, for its key. */
	static async start(directory: string): Promise<MeshNode> {
		mkdirSync(directory);
		const gossip = await createGossip({
			dataDir: directory,
			listen: { host: "127.0.0.1", port: 0 },
			cluster: "hearsay",
			clock: systemClock,
			random: systemRandom,
			log: systemLog("error", {}),
		});
		await gossip.start();
		return new MeshNode(gossip);
	}

	private constructor(gossip: Gossip) {
		this.#gossip = gossip;
		this.#digester = new Digester({
			clock: systemClock,
			gossip,
			engines: [{ renewer: { epoch: 1 } }],
			roster: this,
			report: {
				digest: () => ({
					freeSlots: FREE_SLOTS,
					running: 0,
					load: 0.0123,
					memoryBytes: 120_586_240,
					storeUp: true,
					draining: false,
					peers: gossip.connected().slice(0, DIGEST_PEERS_MAX).map(shortName),
				}),
			},
		});
		gossip.onMessage((message) => this.#hear(message));
		this.#digester.start();
	}

	get peer(): AdmittedPeer {
		return { nodeId: this.#gossip.nodeId, p2p: this.#gossip.address };
	}

	/** As the registry does in a real cluster: who may be talked to. */
	admit(peers: readonly AdmittedPeer[]): void {
		this.nodes = peers.length;
		this.#gossip.admit(peers);
	}

	announce(): Announced {
		const route = {
			shard: 0,
			route: ROUTE,
			count: 1,
			topPriority: PRIORITY_DEFAULT,
		};
		const atMs = nowMs();
		this.#digester.publish({ kind: "announce", routes: [route] });
		return { seq: this.#digester.current().seq, atMs };
	}

	/** How many peers it is connected to. */
	get links(): number {
		return this.#gossip.connected().length;
	}

	/** How many peers it has ever heard. */
	get peersHeard(): number {
		return this.#heard.size;
	}

	#hear(message: GossipMessage): void {
		heard += 1;
		this.#heard.add(message.from);
		if (message.kind === "announce") this.#takeTurn(message);
	}

	#takeTurn({ from, epoch, seq, routes }: Announcement): void {
		const own = this.#gossip.nodeId;
		for (const { route, count } of routes) {
			const candidates = [own, ...this.#heard].map((nodeId) => ({
				nodeId,
				freeSlots: FREE_SLOTS,
			}));
			const announced = {
				key: `${from} ${epoch} ${seq} ${route}`,
				count,
				origin: from,
			};
			turnOf(own, announced, candidates, CLAIM_TURNS_EXTRA);
		}
		const nodes = (announcements.get(seq)?.nodes ?? 0) + 1;
		announcements.set(seq, { nodes, lastMs: nowMs() });
	}
}
