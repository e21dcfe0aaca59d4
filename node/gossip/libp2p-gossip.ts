/**
 * The gossip port on libp2p: puts the parts of this folder together.
 *
 * A peer counts as connected from the time it has joined the topic, which is when gossip
 * can reach it, until its last connection closes; a handshake that the other side then
 * refuses is not seen outside. Everything a node says goes to one topic, which carries
 * the cluster's name, so that clusters that share a network by mistake do not hear one
 * another. But announcements go over lines of their own (see `lines.ts`) if all peers
 * have one.
 *
 * Leaves to others: what is said and what follows from it (`protocol/gossip.ts`, the
 * actors), and who is registered (the store).
 */
import {
	type Message,
	TopicValidatorResult,
} from "@chainsafe/libp2p-gossipsub";
import type { PeerId } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import {
	encodeGossip,
	type GossipMessage,
	noneByKind,
} from "../../protocol/gossip.ts";
import type {
	AdmittedPeer,
	Clock,
	Gossip,
	GossipTraffic,
	Log,
	Random,
	Reach,
} from "../ports.ts";
import { Admission } from "./admission.ts";
import { Audience } from "./audience.ts";
import { chooseDials } from "./dial-choice.ts";
import { Door } from "./door.ts";
import { Sealer } from "./envelope.ts";
import {
	formatHostPort,
	type HostPort,
	parseHostPort,
	toMultiaddr,
} from "./host-port.ts";
import { loadKey } from "./key-file.ts";
import { Lines } from "./lines.ts";
import { StackLinks } from "./links.ts";
import { probeAddress } from "./probe.ts";
import { Redialer } from "./redialer.ts";
import { createStack, listenedPort, type Stack } from "./stack.ts";

export interface GossipOptions {
	/** The folder where the node's key lies, or will. */
	readonly dataDir: string;
	/** Port 0 takes any free one. */
	readonly listen: HostPort;
	/**
	 * The address that others are told, given where the node listens. Asked each time, as
	 * it may change. If absent, the node tells where it listens.
	 */
	readonly advertise?: (listened: HostPort) => HostPort;
	readonly cluster: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
}

/** Does not listen yet. @throws if the key file is broken */
export async function createGossip(options: GossipOptions): Promise<Gossip> {
	const key = await loadKey(options.dataDir, options.random);
	const nodeId = peerIdFromPrivateKey(key).toString();
	const admission = new Admission(nodeId, options.clock, options.log);
	const topic = `hearsay/${options.cluster}`;
	const stack = await createStack({
		key,
		listen: toMultiaddr(options.listen),
		topic,
		gater: admission.gater,
	});
	const sealer = new Sealer(key, topic);
	return new Libp2pGossip(nodeId, options, stack, topic, admission, sealer);
}

class Libp2pGossip implements Gossip {
	readonly nodeId: string;
	readonly #options: GossipOptions;
	readonly #stack: Stack;
	readonly #topic: string;
	readonly #admission: Admission;
	readonly #door: Door;
	readonly #sealer: Sealer;
	readonly #audience = new Audience();
	readonly #links: StackLinks;
	readonly #redialer: Redialer;
	readonly #lines: Lines;
	readonly #onMessage: ((message: GossipMessage) => void)[] = [];
	readonly #onPeer: ((nodeId: string, connected: boolean) => void)[] = [];
	readonly #connected = new Set<string>();
	/** Messages from validation, where they are taken apart, to delivery. */
	readonly #decoded = new WeakMap<Message, GossipMessage>();
	#port: number | undefined;
	readonly #sent = noneByKind();
	readonly #received = noneByKind();
	#running = false;

	constructor(
		nodeId: string,
		options: GossipOptions,
		stack: Stack,
		topic: string,
		admission: Admission,
		sealer: Sealer,
	) {
		const { clock, random, log } = options;
		this.nodeId = nodeId;
		this.#options = options;
		this.#stack = stack;
		this.#topic = topic;
		this.#admission = admission;
		this.#door = new Door(admission, topic, clock, log);
		this.#sealer = sealer;
		this.#links = new StackLinks(stack, topic, log);
		this.#redialer = new Redialer(nodeId, this.#links, clock, random, log);
		this.#lines = new Lines(stack, options.cluster, clock, log, (...said) =>
			this.#heardOverLine(...said),
		);
		this.#hear();
	}

	get address(): string {
		if (this.#port === undefined) return "";
		const { listen, advertise = (listened) => listened } = this.#options;
		return formatHostPort(advertise({ host: listen.host, port: this.#port }));
	}

	get traffic(): GossipTraffic {
		const { dropped } = this.#door;
		return { sent: this.#sent, received: this.#received, dropped };
	}

	async start(): Promise<void> {
		const { listen } = this.#options;
		await this.#lines.start();
		try {
			await this.#stack.start();
		} catch (cause) {
			throw new Error(`gossip cannot listen on ${formatHostPort(listen)}`, {
				cause,
			});
		}
		this.#port = listenedPort(this.#stack);
		this.#stack.services.pubsub.subscribe(this.#topic);
		this.#running = true;
		this.#redial();
	}

	async stop(): Promise<void> {
		this.#running = false;
		this.#redialer.stop();
		this.#lines.stop();
		await this.#stack.stop();
	}

	publish(message: GossipMessage): void {
		// Messages that are worth something only while they are new go straight to the peers,
		// if that reaches all of them.
		const { kind } = message;
		this.#say(message, kind === "digest" ? undefined : this.#others(kind));
	}

	tell(nodeId: string, message: GossipMessage): void {
		this.#say(message, [nodeId]);
	}

	/**
	 * Sends over the lines of these peers, if each has one; otherwise to all, as far as it
	 * is passed on. A digest for some peers goes to these alone.
	 */
	#say(message: GossipMessage, peers: Iterable<string> | undefined): void {
		const bytes = encodeGossip(message);
		if (!this.#running) return;
		this.#sent[message.kind] += 1;
		// By the topic it would go to all, and again for each peer that has just come.
		if (peers !== undefined && message.kind === "digest") {
			this.#lines.tellWhenFound(bytes, peers);
			return;
		}
		if (peers !== undefined && this.#lines.tell(bytes, peers)) return;
		this.#stack.services.pubsub
			.publish(this.#topic, this.#sealer.seal(bytes))
			.catch((error: unknown) => {
				this.#options.log.warn({ error }, "could not publish gossip");
			});
	}

	onMessage(listener: (message: GossipMessage) => void): void {
		this.#onMessage.push(listener);
	}

	onPeer(listener: (nodeId: string, connected: boolean) => void): void {
		this.#onPeer.push(listener);
	}

	onStranger(listener: (nodeId: string) => void): void {
		this.#admission.onStranger(listener);
	}

	admit(peers: readonly AdmittedPeer[]): void {
		this.#admission.replace(peers);
		this.#door.prune();
		this.#audience.keep(new Set(this.#admission.peers.keys()));
		for (const connection of this.#stack.getConnections()) {
			const nodeId = connection.remotePeer.toString();
			if (this.#admission.peers.has(nodeId)) continue;
			this.#links.cut(nodeId, "no longer registered");
		}
		this.#redial();
	}

	connected(): readonly string[] {
		return [...this.#connected];
	}

	async probe(nodeId: string, timeoutMs: number): Promise<Reach> {
		const address = parseHostPort(this.#admission.peers.get(nodeId)?.p2p ?? "");
		if (address === undefined) return "unreachable";
		const reach = await probeAddress(address, timeoutMs, this.#options.clock);
		this.#admission.reached(nodeId, reach);
		return reach;
	}

	// --- What libp2p reports

	#hear(): void {
		const { pubsub } = this.#stack.services;
		pubsub.topicValidators.set(this.#topic, (bearer, message) =>
			this.#validate(bearer, message),
		);
		pubsub.addEventListener("message", ({ detail }) => {
			const message = this.#decoded.get(detail);
			if (message === undefined) return; // A message of another topic: nothing of ours.
			this.#deliver(message);
		});
		pubsub.addEventListener("subscription-change", ({ detail }) => {
			const nodeId = detail.peerId.toString();
			if (this.#connected.has(nodeId) || !this.#links.hasJoined(nodeId)) return;
			if (!this.#admission.peers.has(nodeId)) return;
			this.#connected.add(nodeId);
			this.#redialer.found(nodeId);
			this.#lines.found(nodeId);
			for (const listener of this.#onPeer) listener(nodeId, true);
		});
		this.#stack.addEventListener("peer:disconnect", ({ detail }) => {
			const nodeId = detail.toString();
			this.#redialer.lost(nodeId);
			this.#lines.lost(nodeId);
			this.#audience.forget(nodeId);
			if (!this.#connected.delete(nodeId)) return;
			for (const listener of this.#onPeer) listener(nodeId, false);
		});
	}

	/**
	 * Decides whether the library passes a message on. A message that is not let in is not
	 * passed on (this costs its bearer nothing, who may be its victim), nor is one that all
	 * peers have heard from its author: for the library it ends here.
	 */
	#validate(bearer: PeerId, message: Message): TopicValidatorResult {
		const opened = this.#door.open(bearer.toString(), message.data);
		if (typeof opened === "string") return TopicValidatorResult.Ignore;
		this.#audience.heard(opened);
		if (this.#audience.isReached(opened, this.#connected)) {
			// Outside of the library, which would take what a listener throws for its own error.
			queueMicrotask(() => this.#deliver(opened));
			return TopicValidatorResult.Ignore;
		}
		this.#decoded.set(message, opened);
		return TopicValidatorResult.Accept;
	}

	#heardOverLine(bearer: string, bytes: Uint8Array): void {
		const message = this.#door.openOwn(bearer, bytes);
		if (typeof message !== "string") this.#deliver(message);
	}

	#deliver(message: GossipMessage): void {
		this.#received[message.kind] += 1;
		for (const listener of this.#onMessage) listener(message);
	}

	/**
	 * All nodes that such a message is for: those without an address do not gossip. A hint
	 * has nobody to reach where connections are refused, and so need not take the longer way.
	 */
	*#others(kind: GossipMessage["kind"]): Iterable<string> {
		const { peers, refusing } = this.#admission;
		for (const { nodeId, p2p } of peers.values()) {
			const isGone = refusing.has(nodeId) && !this.#connected.has(nodeId);
			if (p2p !== "" && !(isGone && kind === "announce")) yield nodeId;
		}
	}

	#redial(): void {
		if (!this.#running) return;
		const peers = [...this.#admission.peers.values()];
		const { knocked } = this.#admission;
		this.#redialer.aim(chooseDials(this.nodeId, peers), knocked);
		knocked.clear();
	}
}
