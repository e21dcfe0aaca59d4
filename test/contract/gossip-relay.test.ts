/**
 * Relayed messages: node → relay → far, where both ends admit each other and cannot
 * connect.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AdmittedPeer, Gossip } from "../../node/ports.ts";
import {
	type Digest,
	encodeGossip,
	type GossipMessage,
	shortName,
} from "../../protocol/gossip.ts";
import { type GossipBench, libp2pBench } from "./gossip-bench.ts";

/** Sent again and again, since the relay's mesh takes up to a heartbeat to form. */
const SAY_EVERY_MS = 50;

let bench: GossipBench;
beforeEach(async () => {
	bench = await libp2pBench();
});
afterEach(() => bench.close());

function digest(
	from: string,
	seq: number,
	epoch: number,
	peers: readonly string[] = [],
): Digest {
	return {
		...{ kind: "digest", from, epoch, seq },
		...{ freeSlots: 4, running: 0, load: 0.5 },
		...{ storeUp: true, draining: false, peers },
	} as const;
}

const peer = ({ nodeId, address }: Gossip): AdmittedPeer => ({
	nodeId,
	p2p: address,
});
/** Nobody listens on port 1. */
const outOfReach = (nodeId: string) => ({ nodeId, p2p: "127.0.0.1:1" });

function linked(gossip: Gossip, nodeId: string): Promise<void> {
	return new Promise((resolve) => {
		gossip.onPeer((id, is) => {
			if (id === nodeId && is) resolve();
		});
	});
}

/** Sends `next(seq)` with rising numbers until `heard` resolves. */
async function sayUntil<T>(
	heard: Promise<T>,
	say: (seq: number) => void,
): Promise<T> {
	let seq = 0;
	const timer = setInterval(() => {
		seq += 1;
		say(seq);
	}, SAY_EVERY_MS);
	try {
		return await heard;
	} finally {
		clearInterval(timer);
	}
}

function first(
	gossip: Gossip,
	is: (message: GossipMessage) => boolean,
): Promise<GossipMessage> {
	return new Promise((resolve) => {
		gossip.onMessage((message) => {
			if (is(message)) resolve(message);
		});
	});
}

async function nodeRelayFar() {
	const [node, relay, far] = await Promise.all(
		["node", "relay", "far"].map((name) => bench.node(name)),
	);
	if (!node || !relay || !far) throw new Error("three nodes");
	const met = [linked(relay, node.nodeId), linked(relay, far.nodeId)];
	relay.admit([peer(node), peer(far)]);
	node.admit([peer(relay)]);
	far.admit([peer(relay), outOfReach(node.nodeId)]);
	await Promise.all(met);
	return { node, relay, far };
}

test("a message that another node has passed on is heard", async () => {
	const { node, relay, far } = await nodeRelayFar();
	const heard = first(far, ({ from }) => from === node.nodeId);
	await sayUntil(heard, (seq) => node.publish(digest(node.nodeId, seq, 1)));
	expect(far.connected()).toEqual([relay.nodeId]);
});

test("a message is passed on once its author does not reach everybody itself, and not before", async () => {
	const { node, relay, far } = await nodeRelayFar();
	const [near, all] = [[relay], [relay, far]].map((nodes) =>
		nodes.map(({ nodeId }) => shortName(nodeId)),
	);
	// The relay is believed, as the author is.
	const named = first(relay, ({ from }) => from === far.nodeId);
	await sayUntil(named, (seq) =>
		far.publish(digest(far.nodeId, seq, 1, [shortName(node.nodeId)])),
	);
	let seq = 0;
	const say = (peers: readonly string[] | undefined) => {
		seq += 1;
		node.publish(digest(node.nodeId, seq, 1, peers));
	};
	await sayUntil(
		first(far, () => true),
		() => say(near),
	);
	const heardFar: GossipMessage[] = [];
	const heardNear: number[] = [];
	far.onMessage((message) => heardFar.push(message));
	relay.onMessage((message) => heardNear.push(message.seq));
	const before = seq;
	for (let i = 0; i < 3; i++) say(all);
	const last = first(far, (message) => message.seq > before + 3);
	say(near);
	await last;
	expect(heardNear.filter((heard) => heard > before)).toHaveLength(4);
	expect(
		heardFar.map(({ seq }) => seq).filter((heard) => heard > before),
	).toEqual([before + 4]);
});

test("a message that a relay forged in another's name is not heard", async () => {
	const far = await bench.node("far");
	const victim = await bench.node("victim");
	const rogue = await bench.rogue("rogue");
	const met = linked(far, rogue.nodeId);
	far.admit([rogue, outOfReach(victim.nodeId)]);
	await Promise.all([met, rogue.linkedTo(far.nodeId)]);
	const heard: string[] = [];
	far.onMessage(({ from }) => heard.push(from));
	await rogue.say(encodeGossip(digest(victim.nodeId, 1, 1)));
	const own = first(far, ({ from }) => from === rogue.nodeId);
	await sayUntil(own, (seq) => {
		void rogue.say(encodeGossip(digest(rogue.nodeId, seq, 1)));
	});
	expect(heard).not.toContain(victim.nodeId);
});
