/**
 * One process of a mesh: several nodes that gossip, and do nothing else.
 *
 *   mesh-member.ts DIRECTORY NODES
 *
 * DIRECTORY is made, for the keys of the nodes.
 *
 * They gossip through the node's own adapter and say the node's own digests.
 * What a node does with what it hears is done here too, where it costs time: an
 * announcement has all who hear it compute whose turn it is. Started with a
 * channel, over which it is told what to do (see `mesh-messages.ts`) and with
 * which it ends.
 *
 * It lives here and not beside the bench, which starts it as a process: scripts
 * see processes and public HTTP only, and gossip is neither.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Digester } from "../../node/digester.ts";
import { createGossip } from "../../node/gossip/libp2p-gossip.ts";
import { systemLog } from "../../node/log.ts";
import type { Gossip } from "../../node/ports.ts";
import { systemClock, systemRandom } from "../../node/world.ts";
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
import { nowMs, sleep } from "../../scripts/bench/clock.ts";
import type {
	Announced,
	FromMember,
	Peer,
	Report,
	ToMember,
} from "../../scripts/bench/mesh-messages.ts";

const FREE_SLOTS = 100;
const ROUTE = formatRoute({ queue: "default", type: "noop", labels: [] });

/** By the sequence number of the announcer, of whom there is one. */
const announcements = new Map<number, { nodes: number; lastMs: number }>();
let heard = 0;

class Member {
	readonly gossip: Gossip;
	readonly #digester: Digester;
	/** Those registered, itself among them. */
	nodes = 1;
	readonly #heard = new Set<string>();

	static async start(directory: string): Promise<Member> {
		const gossip = await createGossip({
			dataDir: directory,
			listen: { host: "127.0.0.1", port: 0 },
			cluster: "hearsay",
			clock: systemClock,
			random: systemRandom,
			log: systemLog("error", {}),
		});
		await gossip.start();
		return new Member(gossip);
	}

	private constructor(gossip: Gossip) {
		this.gossip = gossip;
		this.#digester = new Digester({
			clock: systemClock,
			gossip,
			crews: [{ renewer: { epoch: 1 } }],
			roster: this,
			report: {
				digest: () => ({
					freeSlots: FREE_SLOTS,
					running: 0,
					load: 0.0123,
					storeUp: true,
					draining: false,
					peers: gossip.connected().slice(0, DIGEST_PEERS_MAX).map(shortName),
				}),
			},
		});
		gossip.onMessage((message) => this.#hear(message));
		this.#digester.start();
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

	admit(peers: readonly Peer[]): void {
		this.nodes = peers.length;
		this.gossip.admit(peers);
	}

	/** How many peers it is connected to. */
	get links(): number {
		return this.gossip.connected().length;
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
		for (const { route, count } of routes) {
			const candidates = [this.gossip.nodeId, ...this.#heard].map((nodeId) => ({
				nodeId,
				freeSlots: FREE_SLOTS,
			}));
			const announced = {
				key: `${from} ${epoch} ${seq} ${route}`,
				count,
				origin: from,
			};
			turnOf(this.gossip.nodeId, announced, candidates, CLAIM_TURNS_EXTRA);
		}
		const nodes = (announcements.get(seq)?.nodes ?? 0) + 1;
		announcements.set(seq, { nodes, lastMs: nowMs() });
	}
}

function tell(message: FromMember): void {
	process.send?.(message);
}

function makeReport(members: readonly Member[]): Report {
	const report: Report = {
		kind: "report",
		peersHeardMin: Math.min(...members.map(({ peersHeard }) => peersHeard)),
		links: members.reduce((sum, { links }) => sum + links, 0),
		heard,
		announcements: [...announcements].map(([seq, each]) => ({ seq, ...each })),
	};
	heard = 0;
	announcements.clear();
	return report;
}

async function announce(count: number, everyMs: number): Promise<void> {
	const [announcer] = members;
	const made: Announced[] = [];
	while (announcer !== undefined && made.length < count) {
		made.push(announcer.announce());
		await sleep(everyMs);
	}
	tell({ kind: "announced", made });
}

process.on("disconnect", () => process.exit());
const [directory = "", nodes] = process.argv.slice(2);
const members: Member[] = [];
mkdirSync(directory);
for (let i = 0; i < Number(nodes); i++)
	members.push(await Member.start(join(directory, String(i))));
process.on("message", (message: ToMember) => {
	if (message.kind === "announce") {
		void announce(message.count, message.everyMs);
	} else if (message.kind === "report") {
		tell(makeReport(members));
	} else {
		for (const member of members) member.admit(message.peers);
	}
});
const peers = members.map(({ gossip: { nodeId, address } }) => ({
	nodeId,
	p2p: address,
}));
tell({ kind: "up", peers });
