/**
 * Roster: who else is there, and how they are.
 *
 * Combines two independent views: the registry in the store (who holds a lease, and where
 * it can be reached), and the digests that peers gossip (free slots, what they see of the
 * store and of each other). Tells gossip whom to admit. Decides nothing: its views are
 * used to order claims, to show the cluster, and to know whom to ask when the store is
 * away.
 */
import { type Digest, shortName } from "../../protocol/gossip.ts";
import { formatSession } from "../../protocol/lease.ts";
import {
	REGISTRY_MS,
	REGISTRY_MS_MIN,
	STORE_RETRY_MS,
} from "../../protocol/limits.ts";
import { nodeState } from "../../protocol/node-state.ts";
import { type Route, type Serves, servesRoute } from "../../protocol/route.ts";
import type { Room } from "../../protocol/share.ts";
import {
	type AdmittedPeer,
	type Clock,
	type Gossip,
	type Leases,
	type Log,
	type NodeView,
	type RegisteredNode,
	type ShardSessions,
	StoreError,
	type Timer,
} from "../ports.ts";
import { KnownNames } from "./known-names.ts";
import { Openings } from "./openings.ts";
import { type PromisedLoad, reportedRoom } from "./promised-load.ts";
import { ServedRoutes, servesOf } from "./served-routes.ts";
import { type Outdated, WordOfMouth } from "./word-of-mouth.ts";

export interface RosterParts {
	readonly self: string;
	/** The sessions of the shard whose registry is read: all nodes open a session there. */
	readonly registry: Pick<ShardSessions, "nodes">;
	/** What this node serves. */
	readonly serves: Serves;
	readonly clock: Clock;
	readonly log: Log;
	readonly gossip: Pick<Gossip, "admit" | "connected">;
	/** Tasks left to peers since they reported their load. */
	readonly promised: PromisedLoad;
	readonly events: RosterEvents;
}

export interface RosterEvents {
	/** The registry was read. The last node was lost so long ago; if none was, as long as the store counts. */
	registryRead(sinceLossMs: number): void;
	/** Somebody asked this node to drain. May be called again. */
	askedToDrain(): void;
}

export class Roster {
	#nodes: readonly RegisteredNode[] = [];
	#others: readonly RegisteredNode[] = [];
	readonly #served: ServedRoutes;
	#storeNowMs = 0;
	#readMs = Number.NEGATIVE_INFINITY;
	#version = -1;
	#versionTold = -1;
	readonly #openings = new Openings();
	#isBack = false;
	#reading = false;
	#timer: Timer | undefined;
	#stopped = false;
	readonly #heard: WordOfMouth;
	readonly names = new KnownNames();
	readonly #parts: RosterParts;

	constructor(parts: RosterParts) {
		this.#parts = parts;
		this.#heard = new WordOfMouth(parts);
		this.#served = new ServedRoutes(parts.self, parts.serves);
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	/** The number of nodes that hold a lease, including this one. */
	get nodes(): number {
		return this.#served.nodes.size + 1;
	}

	/** How long ago the registry was read; infinite if never. */
	get ageMs(): number {
		return this.#parts.clock.monoMs() - this.#readMs;
	}

	/** Whether somebody has opened a session who may not be listed yet. */
	get unread(): boolean {
		return this.#openings.unread;
	}

	/** Other nodes whose lease had not run out, that gossip and are not about to leave. */
	get gossiping(): readonly string[] {
		return this.#others
			.filter(
				({ record: { p2p, draining }, expiresMs = 0 }) =>
					p2p !== "" && !draining && expiresMs > this.#storeNowMs,
			)
			.map(({ record }) => record.nodeId);
	}

	/** All other nodes that hold a lease, or did until it was revoked. */
	get others(): readonly RegisteredNode[] {
		return this.#others;
	}

	/** The registry's version and how many sessions were opened, as a pulse has brought them. */
	registryAt(version: number, opens: number): void {
		this.#openings.told(opens);
		if (this.#isBack) {
			this.#isBack = false;
			this.#version = -1;
			this.#openings.forget();
		}
		const old = this.#parts.clock.monoMs() - this.#readMs > REGISTRY_MS;
		if (version !== this.#version || this.unread || old)
			void this.#read(version);
	}

	/** This node has a new session: its next pulse tells who has come since its last one. */
	sessionOpened(): void {
		this.#openings.missed();
	}

	/** The store came back, perhaps with other data: its registry is read anew, whatever its version. */
	storeIsBack(): void {
		this.#isBack = true;
	}

	/** Someone unknown wants to connect: the registry may have news. */
	strangerKnocked(): void {
		if (this.#reading) return;
		const sinceMs = this.#parts.clock.monoMs() - this.#readMs;
		this.#readAfter(Math.max(0, REGISTRY_MS_MIN - sinceMs));
	}

	hear(digest: Digest): void {
		if (this.#heard.hear(digest)) this.#parts.promised.told(digest.from);
	}

	/** A session of the node is over, as the registry will say: it has no room until it says so since. */
	sessionOver(nodeId: string, words: Outdated): void {
		this.#heard.outdate(nodeId, words);
	}

	nameOf(nodeId: string): string | undefined {
		return this.names.of(nodeId);
	}

	/** Whether this or another registered node serves the route. As long as no other is known, one may. */
	isServed(route: Route): boolean {
		return this.#served.isServed(route);
	}

	/** More about who serves what. */
	get served(): ServedRoutes {
		return this.#served;
	}

	/** Other nodes that may claim work of this route, and what room they have. */
	candidates(route: Route): Room[] {
		const { promised } = this.#parts;
		return this.#rooms(route, (...said) => promised.roomOf(...said));
	}

	/** The same nodes, with the room that they report, whatever has been left to them since. */
	reported(route: Route): Room[] {
		return this.#rooms(route, reportedRoom);
	}

	#rooms(route: Route, roomOf: typeof reportedRoom): Room[] {
		const rooms: Room[] = [];
		for (const [nodeId, serves] of this.#served.nodes) {
			const digest = this.#heard.inSession(nodeId);
			if (digest === undefined || digest.draining || !digest.storeUp) continue;
			if (servesRoute(serves, route)) rooms.push(roomOf(nodeId, digest));
		}
		return rooms;
	}

	/** How many peers that we hear from see this node. */
	seeing(nodeId: string): number {
		const seeing = [...this.#heard.seeing(nodeId)];
		return seeing.filter(([peer, sees]) => peer !== nodeId && sees).length;
	}

	/** Peers that we hear from, and whether they say that they are connected to the node. */
	witnessesOf(nodeId: string): Map<string, boolean> {
		return this.#heard.seeing(nodeId);
	}

	/** All registered nodes; `own` stands for what this node knows best about itself. `leases`: if they are known better than from the registry. */
	views(
		own: Digest,
		suspects: (nodeId: string) => boolean,
		leases?: Leases,
	): NodeView[] {
		const sinceReadMs = this.#parts.clock.monoMs() - this.#readMs;
		const nowMs = leases?.nowMs ?? this.#storeNowMs + sinceReadMs;
		const witnesses = this.#heard.witnesses().set(own.from, own);
		const seeing = this.#seeing(witnesses);
		return this.#nodes.map(({ record, epoch, running, ...node }) => {
			const { nodeId, draining, atRisk = false } = record;
			const session = formatSession(nodeId, epoch);
			const expiresMs =
				node.expiresMs && leases ? leases.expires.get(session) : node.expiresMs;
			const digest = witnesses.get(nodeId) ?? this.#heard.known(nodeId);
			return {
				record,
				epoch,
				state: nodeState({
					leaseLeftMs: expiresMs ? expiresMs - nowMs : undefined,
					digest: witnesses.get(nodeId),
					...{ draining, atRisk },
					suspected: suspects(nodeId),
				}),
				running: digest?.running ?? running,
				leaseLeftMs: expiresMs === undefined ? undefined : expiresMs - nowMs,
				seenBy: seeing.get(shortName(nodeId)) ?? [],
				digest,
			};
		});
	}

	/** Reads the registry now. @throws StoreError */
	async refresh(): Promise<void> {
		const { registry, gossip, clock, self, events } = this.#parts;
		const read = this.#openings.asked();
		const { nowMs, opens, lostMs, nodes } = await registry.nodes();
		read(opens);
		this.#nodes = nodes;
		this.#others = nodes.filter(
			({ record, expiresMs }) =>
				record.nodeId !== self && expiresMs !== undefined,
		);
		this.#storeNowMs = nowMs;
		this.#readMs = clock.monoMs();
		const serves = new Map<string, Serves>();
		const peers: AdmittedPeer[] = [];
		for (const { record, expiresMs, askedToDrain: asked } of nodes) {
			if (record.nodeId === self && asked) events.askedToDrain();
			this.names.note(record.nodeId, record.name);
			if (record.nodeId === self || expiresMs === undefined) continue;
			peers.push({ nodeId: record.nodeId, p2p: record.p2p });
			serves.set(record.nodeId, servesOf(record));
		}
		this.#served.replace(serves);
		this.#heard.keep(serves);
		this.#heard.nodes = this.nodes;
		gossip.admit(peers);
		events.registryRead(nowMs - lostMs);
	}

	#readAfter(ms: number): void {
		this.#timer ??= this.#parts.clock.after(ms, () => {
			this.#timer = undefined;
			void this.#read(this.#versionTold);
		});
	}

	async #read(version: number): Promise<void> {
		this.#versionTold = version;
		if (this.#reading || this.#stopped) return;
		this.#reading = true;
		try {
			await this.refresh();
			this.#version = version;
			// It may have been read before the latest news arrived.
			if (this.#versionTold !== version || this.unread) {
				await this.refresh();
				this.#version = this.#versionTold;
			}
		} catch (error) {
			// The version stays behind, so the next pulse reads again. That would be too late
			// while a node is unknown that may take this node's leases.
			if (!(error instanceof StoreError)) throw error;
			if (this.unread && !this.#stopped) this.#readAfter(STORE_RETRY_MS);
			const { log } = this.#parts;
			log.debug({ err: error }, "could not read the registry of nodes");
		} finally {
			this.#reading = false;
		}
	}

	/** Who sees a node, by the node's short name. */
	#seeing(witnesses: ReadonlyMap<string, Digest>): Map<string, string[]> {
		const seeing = new Map<string, string[]>();
		for (const [peer, { peers }] of witnesses) {
			for (const name of peers) {
				const known = seeing.get(name);
				if (known === undefined) seeing.set(name, [peer]);
				else known.push(peer);
			}
		}
		return seeing;
	}
}
