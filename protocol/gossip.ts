/**
 * Gossip messages and their codec.
 *
 * A message is JSON: `{ v, from, epoch, seq, kind, … }`. `epoch` and `seq` let a receiver
 * drop repeats and replays: within one session `seq` rises, and a newer epoch beats an
 * older. Gossip is hearsay: whatever it says is a hint. So a message that is malformed,
 * too large or of another version is dropped, and its sender is not told (the receiver
 * counts them).
 *
 * `decodeGossip` is the door: what it returns is bounded and well-typed.
 */
import {
	ANNOUNCE_ROUTES_MAX,
	CONCURRENCY_MAX,
	DIGEST_PEERS_MAX,
	GOSSIP_BYTES_MAX,
	PRIORITY_MAX,
	QUOTAS_MAX,
} from "./limits.ts";
import { parseRoute, type Route } from "./route.ts";

const GOSSIP_VERSION = 2;

export interface GossipHeader {
	/** The PeerId of the node that speaks. It is checked on arrival. */
	readonly from: string;
	readonly epoch: number;
	readonly seq: number;
}

/** An announcement, "This route has work": a hint to claim. */
export interface Announcement extends GossipHeader {
	readonly kind: "announce";
	readonly routes: readonly AnnouncedRoute[];
}

export interface AnnouncedRoute {
	readonly shard: number;
	readonly route: Route;
	/** Tasks added since the last announcement of the route by this node. */
	readonly count: number;
	/** The highest priority among them. */
	readonly topPriority: number;
	/**
	 * How many tasks each of some nodes is to take, while others leave these alone;
	 * undefined if there is no such plan.
	 */
	readonly quotas?: readonly Quota[];
}

/** How many tasks are for the node of this short name. */
export type Quota = readonly [name: string, tasks: number];

/** The state of a node, and what it sees; see digest-pace.ts for how often it is sent. */
export interface Digest extends GossipHeader {
	readonly kind: "digest";
	readonly freeSlots: number;
	readonly running: number;
	/** The fraction of the last second in which the node's event loop was busy, 0–1. */
	readonly load: number;
	/** How much of its machine's memory the node's process takes; undefined if it is of an earlier version. */
	readonly memoryBytes?: number;
	/** Whether the node sees the store up. */
	readonly storeUp: boolean;
	readonly draining: boolean;
	/** Present if the node may soon be taken away. */
	readonly atRisk?: true;
	/** The short names (see `shortName`) of the peers that it is connected to; at most DIGEST_PEERS_MAX. */
	readonly peers: readonly string[];
}

/** The question "Do you hear me, and do you reach the store?" */
export interface Question extends GossipHeader {
	readonly kind: "question";
	/** If given, the question also is: does this node's address take a connection? */
	readonly about?: string;
}

/** An answer, as old as the question that it names. */
export interface Answer extends GossipHeader {
	readonly kind: "answer";
	/** The node that asked; others need not listen. */
	readonly to: string;
	readonly asked: { readonly epoch: number; readonly seq: number };
	/**
	 * Whether the answering node does not reach the store; then it revokes nobody before it has
	 * reached the store again for a whole lease time.
	 */
	readonly away: boolean;
	/** Whether the answering node reaches the one that was asked about. */
	readonly reaches: boolean;
}

/** A nudge, "The store may have news for you in this shard": a hint to look, which nobody has to believe. */
export interface Nudge extends GossipHeader {
	readonly kind: "nudge";
	/** Who should look; others need not listen. */
	readonly to: string;
	readonly shard: number;
}

export type GossipMessage = Announcement | Digest | Question | Answer | Nudge;

/** A count of zero for each kind. */
export function noneByKind(): Record<GossipMessage["kind"], number> {
	return { announce: 0, digest: 0, question: 0, answer: 0, nudge: 0 };
}

/** The end of a PeerId: enough to tell the nodes of one cluster apart. */
export function shortName(nodeId: string): string {
	return nodeId.slice(-8);
}

/** Quotas with the short names of nodes given by their ids. */
export function shortQuotas(quotas: ReadonlyMap<string, number>): Quota[] {
	return [...quotas].map(([nodeId, tasks]) => [shortName(nodeId), tasks]);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Encodes a message. @throws RangeError if it is larger than may be sent */
export function encodeGossip(message: GossipMessage): Uint8Array {
	const bytes = encoder.encode(
		JSON.stringify({ v: GOSSIP_VERSION, ...message }),
	);
	if (bytes.length > GOSSIP_BYTES_MAX) {
		throw new RangeError(
			`a gossip message of ${bytes.length} bytes is over the limit of ${GOSSIP_BYTES_MAX}`,
		);
	}
	return bytes;
}

/** The message, or undefined for anything that is not one. */
export function decodeGossip(bytes: Uint8Array): GossipMessage | undefined {
	if (bytes.length > GOSSIP_BYTES_MAX) return;
	let value: unknown;
	try {
		value = JSON.parse(decoder.decode(bytes));
	} catch {
		return; // It is not UTF-8, or not JSON, and so it is dropped.
	}
	if (!isObject(value) || value.v !== GOSSIP_VERSION) return;
	const header = decodeHeader(value);
	if (header === undefined) return;
	if (value.kind === "announce") return decodeAnnouncement(header, value);
	if (value.kind === "digest") return decodeDigest(header, value);
	if (value.kind === "question") return decodeQuestion(header, value);
	if (value.kind === "answer") return decodeAnswer(header, value);
	if (value.kind === "nudge") return decodeNudge(header, value);
	return;
}

type Unchecked = Readonly<Record<string, unknown>>;

function decodeHeader(value: Unchecked): GossipHeader | undefined {
	const { from, epoch, seq } = value;
	if (!isNodeId(from)) return;
	if (!isCount(epoch) || !isCount(seq)) return;
	return { from, epoch, seq };
}

function decodeAnnouncement(
	header: GossipHeader,
	{ routes }: Unchecked,
): Announcement | undefined {
	if (!Array.isArray(routes) || routes.length === 0) return;
	if (routes.length > ANNOUNCE_ROUTES_MAX) return;
	const checked: AnnouncedRoute[] = [];
	for (const item of routes) {
		if (!isObject(item)) return;
		const { shard, route, count, topPriority } = item;
		if (!isCount(shard) || !isCount(count) || count === 0) return;
		if (typeof route !== "string" || parseRoute(route) === undefined) return;
		if (!isCount(topPriority, PRIORITY_MAX)) return;
		const { quotas } = item;
		if (quotas !== undefined && !areQuotas(quotas)) return;
		checked.push({
			...{ shard, route, count, topPriority },
			...(quotas !== undefined && { quotas }),
		});
	}
	return { kind: "announce", ...header, routes: checked };
}

function decodeDigest(
	header: GossipHeader,
	value: Unchecked,
): Digest | undefined {
	const { freeSlots, running, load, storeUp, draining, peers } = value;
	const { memoryBytes } = value;
	if (!isCount(freeSlots, CONCURRENCY_MAX)) return;
	if (!isCount(running, CONCURRENCY_MAX)) return;
	if (typeof load !== "number" || !(load >= 0 && load <= 1)) return;
	if (memoryBytes !== undefined && !isCount(memoryBytes)) return;
	if (typeof storeUp !== "boolean" || typeof draining !== "boolean") return;
	if (!Array.isArray(peers) || peers.length > DIGEST_PEERS_MAX) return;
	if (!peers.every((peer) => typeof peer === "string" && peer.length <= 8))
		return;
	return {
		kind: "digest",
		...header,
		freeSlots,
		running,
		load,
		...(memoryBytes !== undefined && { memoryBytes }),
		storeUp,
		draining,
		...(value.atRisk === true && { atRisk: true }),
		peers,
	};
}

function decodeQuestion(
	header: GossipHeader,
	{ about }: Unchecked,
): Question | undefined {
	if (about === undefined) return { kind: "question", ...header };
	return isNodeId(about) ? { kind: "question", ...header, about } : undefined;
}

function decodeAnswer(
	header: GossipHeader,
	{ to, asked, away, reaches }: Unchecked,
): Answer | undefined {
	if (!isNodeId(to) || !isObject(asked)) return;
	const { epoch, seq } = asked;
	if (!isCount(epoch) || !isCount(seq)) return;
	if (typeof away !== "boolean" || typeof reaches !== "boolean") return;
	return {
		kind: "answer",
		...header,
		to,
		asked: { epoch, seq },
		away,
		reaches,
	};
}

function decodeNudge(
	header: GossipHeader,
	{ to, shard }: Unchecked,
): Nudge | undefined {
	if (!isNodeId(to) || !isCount(shard)) return;
	return { kind: "nudge", ...header, to, shard };
}

function areQuotas(value: unknown): value is readonly Quota[] {
	if (!Array.isArray(value) || value.length === 0) return false;
	if (value.length > QUOTAS_MAX) return false;
	return value.every(
		(quota) =>
			Array.isArray(quota) &&
			quota.length === 2 &&
			isShortName(quota[0]) &&
			isCount(quota[1], CONCURRENCY_MAX) &&
			quota[1] > 0,
	);
}

function isShortName(value: unknown): value is string {
	return typeof value === "string" && value !== "" && value.length <= 8;
}

function isNodeId(value: unknown): value is string {
	return typeof value === "string" && value !== "" && value.length <= 128;
}

function isObject(value: unknown): value is Unchecked {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(
	value: unknown,
	max = Number.MAX_SAFE_INTEGER,
): value is number {
	return (
		typeof value === "number" &&
		Number.isSafeInteger(value) &&
		value >= 0 &&
		value <= max
	);
}
