/**
 * Gossip without a network: a hub in this process through which any number of nodes talk,
 * on the clock and the randomness that it is given, so that one seed gives one history.
 * It can lose, delay and repeat messages, kill nodes, take their hosts away, and cut the
 * ways between them, in one or both directions.
 *
 * As in real gossip, two nodes are linked when each admits the other, one of them dials
 * about every second, and messages pass through the codec. Unlike there, messages are not
 * passed on: nodes hear those that they are linked to.
 */

import type {
	AdmittedPeer,
	Clock,
	Gossip,
	Random,
	Reach,
	Timer,
} from "../../node/ports.ts";
import {
	decodeGossip,
	encodeGossip,
	type GossipMessage,
	noneByKind,
} from "../../protocol/gossip.ts";
import {
	REDIAL_MS_MAX,
	REDIAL_MS_MIN,
	STRANGER_MS,
} from "../../protocol/limits.ts";

export interface GossipFaults {
	/** Chances, 0–1, for each message on each link. */
	lose: number;
	repeat: number;
	/** Every message takes a time drawn from between these. */
	delayMsMin: number;
	delayMsMax: number;
}

const NOT_COUNTED = {
	sent: noneByKind(),
	received: noneByKind(),
	dropped: {},
};

export class GossipHub {
	readonly faults: GossipFaults = {
		lose: 0,
		repeat: 0,
		delayMsMin: 1,
		delayMsMax: 3,
	};
	/**
	 * What becomes of every message on its way; a mutant breaks a rule here, to see whether
	 * that is found out.
	 */
	tamper: (message: GossipMessage) => GossipMessage = (message) => message;
	/**
	 * Nodes whose addresses refuse everybody although they live: the addresses are wrong,
	 * or behind a firewall.
	 */
	readonly walled = new Set<string>();
	readonly clock: Clock;
	readonly random: Random;
	readonly #nodes = new Map<string, HubGossip>();
	/** Nodes whose host is gone: nobody there closes, refuses or sends anything. */
	readonly #away = new Set<string>();
	readonly #cuts = new Set<string>();
	readonly #mutes = new Set<string>();

	constructor(clock: Clock, random: Random) {
		this.clock = clock;
		this.random = random;
	}

	/** A node that is not yet started. A former one of the same id is killed. */
	join(nodeId: string, cluster = "hearsay"): Gossip {
		this.kill(nodeId);
		this.#away.delete(nodeId);
		const gossip = new HubGossip(this, nodeId, cluster);
		this.#nodes.set(nodeId, gossip);
		return gossip;
	}

	/** Ends the node as kill -9 does: its peers see their links close. */
	kill(nodeId: string): void {
		this.#nodes.get(nodeId)?.end();
		this.#nodes.delete(nodeId);
	}

	/** The node's host is gone, and none of its peers knows; until it joins again. */
	vanish(nodeId: string): void {
		this.#away.add(nodeId);
	}

	/** The node's peers have had no sign of it for so long that they give their links up. */
	giveUp(nodeId: string): void {
		if (!this.#away.has(nodeId)) return;
		for (const peer of this.#nodes.keys()) this.hangUp(nodeId, peer);
	}

	/** Nothing passes between the two any more, either way. */
	cut(a: string, b: string): void {
		this.#cuts.add(pair(a, b));
		this.#nodes.get(a)?.unlink(b);
		this.#nodes.get(b)?.unlink(a);
	}

	mend(a: string, b: string): void {
		this.#cuts.delete(pair(a, b));
	}

	/** What one sends the other does not hear; both believe that they are linked. */
	mute(from: string, to: string): void {
		this.#mutes.add(`${from} ${to}`);
	}

	unmute(from: string, to: string): void {
		this.#mutes.delete(`${from} ${to}`);
	}

	/** Sends what a node that keeps no rules might send, signed by it, to all or to one peer. */
	inject(nodeId: string, bytes: Uint8Array, to?: string): void {
		const message = decodeGossip(bytes);
		const sender = this.#nodes.get(nodeId);
		if (message === undefined || message.from !== nodeId) return;
		if (this.#away.has(nodeId)) return;
		for (const peer of sender?.connected() ?? []) {
			if (to !== undefined && peer !== to) continue;
			const receiver = this.#nodes.get(peer);
			if (this.#mutes.has(`${nodeId} ${peer}`)) continue;
			if (receiver !== undefined) this.#carry(receiver, this.tamper(message));
		}
	}

	reach(from: string, to: string): Reach {
		const isSevered =
			this.#cuts.has(pair(from, to)) ||
			this.#mutes.has(`${from} ${to}`) ||
			this.#mutes.has(`${to} ${from}`);
		if (this.#away.has(to) || this.#away.has(from) || isSevered)
			return "unreachable";
		const isOpen = this.#nodes.get(to)?.running && !this.walled.has(to);
		return isOpen ? "answers" : "refused";
	}

	dial(from: HubGossip, to: string): void {
		const callee = this.#nodes.get(to);
		if (callee === undefined || this.reach(from.nodeId, to) !== "answers")
			return;
		if (!callee.admits(from.nodeId)) {
			callee.knocked(from.nodeId);
		} else if (callee.cluster === from.cluster) {
			from.link(to);
			callee.link(from.nodeId);
		}
	}

	hangUp(from: string, to: string): void {
		this.#nodes.get(from)?.unlink(to);
		this.#nodes.get(to)?.unlink(from);
	}

	#carry(receiver: HubGossip, message: GossipMessage): void {
		const { lose, repeat, delayMsMin, delayMsMax } = this.faults;
		if (this.random.unit() < lose) return;
		const times = this.random.unit() < repeat ? 2 : 1;
		for (let time = 0; time < times; time++) {
			const delayMs =
				delayMsMin + this.random.unit() * (delayMsMax - delayMsMin);
			this.clock.after(delayMs, () => receiver.hear(message));
		}
	}
}

class HubGossip implements Gossip {
	readonly nodeId: string;
	readonly cluster: string;
	running = false;
	readonly #hub: GossipHub;
	readonly #links = new Set<string>();
	readonly #onMessage: ((message: GossipMessage) => void)[] = [];
	readonly #onPeer: ((nodeId: string, connected: boolean) => void)[] = [];
	readonly #onStranger: ((nodeId: string) => void)[] = [];
	/** The admitted nodes with their addresses; "" if there is none to dial. */
	#admitted: ReadonlyMap<string, string> = new Map();
	#look: Timer | undefined;
	#knockedMs = Number.NEGATIVE_INFINITY;

	constructor(hub: GossipHub, nodeId: string, cluster: string) {
		this.#hub = hub;
		this.nodeId = nodeId;
		this.cluster = cluster;
	}

	get address(): string {
		return this.running ? `${this.nodeId}.test:1` : "";
	}

	async start(): Promise<void> {
		this.running = true;
		this.#lookAfter(1);
	}

	async stop(): Promise<void> {
		this.#hub.kill(this.nodeId);
	}

	publish(message: GossipMessage): void {
		const bytes = encodeGossip(message);
		if (this.running) this.#hub.inject(this.nodeId, bytes);
	}

	tell(nodeId: string, message: GossipMessage): void {
		const bytes = encodeGossip(message);
		if (this.running) this.#hub.inject(this.nodeId, bytes, nodeId);
	}

	onMessage(listener: (message: GossipMessage) => void): void {
		this.#onMessage.push(listener);
	}

	onPeer(listener: (nodeId: string, connected: boolean) => void): void {
		this.#onPeer.push(listener);
	}

	onStranger(listener: (nodeId: string) => void): void {
		this.#onStranger.push(listener);
	}

	admit(peers: readonly AdmittedPeer[]): void {
		this.#admitted = new Map(peers.map(({ nodeId, p2p }) => [nodeId, p2p]));
		for (const nodeId of [...this.#links]) {
			if (!this.admits(nodeId)) this.#hub.hangUp(this.nodeId, nodeId);
		}
		if (this.running) this.#lookAfter(1);
	}

	readonly traffic = NOT_COUNTED;

	connected(): readonly string[] {
		return [...this.#links];
	}

	async probe(nodeId: string): Promise<Reach> {
		if (!this.admits(nodeId) || this.#admitted.get(nodeId) === "")
			return "unreachable";
		return this.#hub.reach(this.nodeId, nodeId);
	}

	// --- For the hub

	admits(nodeId: string): boolean {
		return this.#admitted.has(nodeId) && nodeId !== this.nodeId;
	}

	link(nodeId: string): void {
		if (this.#links.has(nodeId)) return;
		this.#links.add(nodeId);
		for (const listener of this.#onPeer) listener(nodeId, true);
	}

	unlink(nodeId: string): void {
		if (!this.#links.delete(nodeId) || !this.running) return;
		for (const listener of this.#onPeer) listener(nodeId, false);
	}

	knocked(nodeId: string): void {
		const nowMs = this.#hub.clock.monoMs();
		if (nowMs - this.#knockedMs < STRANGER_MS) return;
		this.#knockedMs = nowMs;
		for (const listener of this.#onStranger) listener(nodeId);
	}

	hear(message: GossipMessage): void {
		if (!this.running || !this.admits(message.from)) return;
		for (const listener of this.#onMessage) listener(message);
	}

	end(): void {
		this.running = false;
		this.#look?.cancel();
		for (const nodeId of [...this.#links]) {
			this.#hub.hangUp(this.nodeId, nodeId);
		}
	}

	#lookAfter(ms: number): void {
		this.#look?.cancel();
		this.#look = this.#hub.clock.after(ms, () => {
			const span = REDIAL_MS_MAX - REDIAL_MS_MIN;
			this.#lookAfter(REDIAL_MS_MIN + this.#hub.random.unit() * span);
			for (const nodeId of this.#admitted.keys()) {
				if (nodeId === this.nodeId || this.#links.has(nodeId)) continue;
				this.#hub.dial(this, nodeId);
			}
		});
	}
}

function pair(a: string, b: string): string {
	return a < b ? `${a} ${b}` : `${b} ${a}`;
}
