/** What every implementation of the gossip port promises. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AdmittedPeer, Gossip } from "../../node/ports.ts";
import {
	type Answer,
	type Digest,
	encodeGossip,
	type GossipMessage,
} from "../../protocol/gossip.ts";
import { GOSSIP_BYTES_MAX } from "../../protocol/limits.ts";
import { type GossipBench, hubBench, libp2pBench } from "./gossip-bench.ts";

function digest(from: string, seq: number, epoch = 1): Digest {
	return {
		kind: "digest",
		from,
		epoch,
		seq,
		freeSlots: 4,
		running: 0,
		load: 0.5,
		storeUp: true,
		draining: false,
		peers: [],
	};
}

const peer = (gossip: Gossip): AdmittedPeer => ({
	nodeId: gossip.nodeId,
	p2p: gossip.address,
});

/** All admit all others, and are connected to them. */
async function meet(...nodes: Gossip[]): Promise<void> {
	const links = nodes.flatMap((node) =>
		nodes
			.filter((other) => other !== node && !isLinked(node, other))
			.map((other) => linked(node, other.nodeId)),
	);
	for (const node of nodes) node.admit(nodes.map(peer));
	await Promise.all(links);
}

const isLinked = (a: Gossip, b: Gossip) => a.connected().includes(b.nodeId);

function linked(gossip: Gossip, nodeId: string, connected = true) {
	return new Promise<void>((resolve) => {
		gossip.onPeer((id, is) => {
			if (id === nodeId && is === connected) resolve();
		});
	});
}

/** Everything heard until a message with this number came. */
function heardUpTo(gossip: Gossip, seq: number): Promise<GossipMessage[]> {
	const heard: GossipMessage[] = [];
	return new Promise((resolve) => {
		gossip.onMessage((message) => {
			heard.push(message);
			if (message.seq === seq) resolve(heard);
		});
	});
}

describe.each([
	{ on: "libp2p", makeBench: libp2pBench },
	{ on: "the hub", makeBench: hubBench },
])("gossip on $on", ({ makeBench }) => {
	let bench: GossipBench;
	beforeEach(async () => {
		bench = await makeBench();
	});
	afterEach(() => bench.close());

	test("what one node says reaches all others, and not itself", async () => {
		const [a, b, c] = await Promise.all(
			["a", "b", "c"].map((n) => bench.node(n)),
		);
		if (!a || !b || !c) throw new Error("three nodes");
		const echoes: GossipMessage[] = [];
		a.onMessage((message) => echoes.push(message));
		await meet(a, b, c);
		const heard = Promise.all([heardUpTo(b, 7), heardUpTo(c, 7)]);
		a.publish(digest(a.nodeId, 7));
		expect(await heard).toEqual([[digest(a.nodeId, 7)], [digest(a.nodeId, 7)]]);
		expect(echoes).toEqual([]);
		expect([...a.connected()].sort()).toEqual([b.nodeId, c.nodeId].sort());
	});

	test("what a node tells one peer reaches it", async () => {
		const a = await bench.node("a");
		const b = await bench.node("b");
		await meet(a, b);
		const heard = heardUpTo(b, 7);
		const answer: Answer = {
			...{ kind: "answer", from: a.nodeId, epoch: 1, seq: 7 },
			...{ to: b.nodeId, asked: { epoch: 1, seq: 1 } },
			...{ away: false, reaches: true },
		};
		a.tell(b.nodeId, answer);
		expect(await heard).toEqual([answer]);
	});

	test("a node that is not admitted is refused, and its knock is reported", async () => {
		const host = await bench.node("host");
		const stranger = await bench.node("stranger");
		const knock = new Promise<string>((resolve) => host.onStranger(resolve));
		stranger.admit([peer(host)]);
		expect(await knock).toBe(stranger.nodeId);
		expect(host.connected()).toEqual([]);
		expect(stranger.connected()).toEqual([]);
	});

	test("a stranger that is admitted after its knock is connected", async () => {
		const host = await bench.node("host");
		const stranger = await bench.node("stranger");
		host.onStranger(() => host.admit([peer(stranger)]));
		const met = linked(host, stranger.nodeId);
		stranger.admit([peer(host)]);
		await met;
		expect(host.connected()).toEqual([stranger.nodeId]);
	});

	test("a peer taken off the list is disconnected, and its end is reported", async () => {
		const a = await bench.node("a");
		const b = await bench.node("b");
		await meet(a, b);
		const closed = [linked(a, b.nodeId, false), linked(b, a.nodeId, false)];
		const knock = new Promise<string>((resolve) => a.onStranger(resolve));
		a.admit([]);
		await Promise.all(closed);
		expect(await knock).toBe(b.nodeId); // B still has A on its list and redials.
		expect(a.connected()).toEqual([]);
	});

	test("bytes that are no message are dropped, and their sender is still heard", async () => {
		const node = await bench.node("node");
		const rogue = await bench.rogue("rogue");
		const met = linked(node, rogue.nodeId);
		node.admit([rogue]);
		await Promise.all([met, rogue.linkedTo(node.nodeId)]);
		const heard = heardUpTo(node, 2);
		await rogue.say(new TextEncoder().encode("{ not json"));
		await rogue.say(new Uint8Array([0xff, 0xfe]));
		await rogue.say(new Uint8Array(GOSSIP_BYTES_MAX + 1).fill(0x20));
		await rogue.say(encodeGossip(digest(rogue.nodeId, 2)));
		expect(await heard).toEqual([digest(rogue.nodeId, 2)]);
	});

	test("a message that claims to be from another node is dropped", async () => {
		const node = await bench.node("node");
		const honest = await bench.node("honest");
		const rogue = await bench.rogue("rogue");
		const met = [linked(node, rogue.nodeId), linked(node, honest.nodeId)];
		node.admit([rogue, peer(honest)]);
		honest.admit([peer(node)]);
		await Promise.all([...met, rogue.linkedTo(node.nodeId)]);
		const heard = heardUpTo(node, 2);
		await rogue.say(encodeGossip(digest(honest.nodeId, 1)));
		await rogue.say(encodeGossip(digest(rogue.nodeId, 2)));
		expect(await heard).toEqual([digest(rogue.nodeId, 2)]);
	});

	test("a cluster of another name is not heard", async () => {
		const a = await bench.node("a");
		const b = await bench.node("b");
		const other = await bench.node("other", "other");
		const met = [linked(a, b.nodeId), linked(b, a.nodeId)];
		for (const node of [a, b, other]) node.admit([a, b, other].map(peer));
		await Promise.all(met);
		const heard = heardUpTo(a, 2);
		other.publish(digest(other.nodeId, 1));
		b.publish(digest(b.nodeId, 2));
		expect(await heard).toEqual([digest(b.nodeId, 2)]);
		expect(a.connected()).toEqual([b.nodeId]);
	});

	test("the end of a peer is reported, and from then on its address refuses", async () => {
		const a = await bench.node("a");
		const b = await bench.node("b");
		await meet(a, b);
		expect(await a.probe(b.nodeId, 1_000)).toBe("answers");
		const closed = linked(a, b.nodeId, false);
		await bench.kill(b);
		await closed;
		expect(a.connected()).toEqual([]);
		expect(await a.probe(b.nodeId, 1_000)).toBe("refused");
		expect(await a.probe("nobody", 1_000)).toBe("unreachable");
	});

	test("a node that comes back with its identity is heard by all again", async () => {
		const a = await bench.node("a");
		const b = await bench.node("b");
		const c = await bench.node("c");
		await meet(a, b, c);
		const closed = [linked(a, b.nodeId, false), linked(c, b.nodeId, false)];
		await bench.kill(b);
		await Promise.all(closed);
		const back = await bench.node("b");
		expect(back.nodeId).toBe(b.nodeId);
		await meet(a, back, c);
		const heard = Promise.all([heardUpTo(a, 9), heardUpTo(c, 9)]);
		back.publish(digest(back.nodeId, 9, 2));
		await heard;
	});

	test("a message over the limit is its speaker's error", async () => {
		const node = await bench.node("node");
		const message = digest("x".repeat(GOSSIP_BYTES_MAX), 1);
		expect(() => node.publish(message)).toThrow(RangeError);
	});
});
