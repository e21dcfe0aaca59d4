/** Lines of a peer that reads more slowly than it is written to. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Gossip } from "../../node/ports.ts";
import { type Announcement, encodeGossip } from "../../protocol/gossip.ts";
import {
	ANNOUNCE_ROUTES_MAX,
	GOSSIP_BACKLOG_BYTES_MAX,
} from "../../protocol/limits.ts";
import {
	announcement,
	announceUntil,
	LinesBench,
	type Peer,
} from "./lines-bench.ts";

let bench: LinesBench;
beforeEach(async () => {
	bench = await LinesBench.make();
});
afterEach(() => bench[Symbol.asyncDispose]());

/** About 8 KB. */
function longAnnouncement(from: string, seq: number): Announcement {
	const [route] = announcement(from, seq).routes;
	if (route === undefined) throw new Error("an announcement has a route");
	const routes = Array.from({ length: ANNOUNCE_ROUTES_MAX }, (_, i) => ({
		...route,
		route: `${String(i).padStart(60, "q")}|t|`,
	}));
	return { ...announcement(from, seq), routes };
}

/** The numbers of all that is heard until a higher one comes, which is sent again and again. */
async function heardBelow(gossip: Gossip, { heard }: Peer, above: number) {
	const seqs: number[] = [];
	let seq = above;
	const timer = setInterval(() => {
		gossip.publish(announcement(gossip.nodeId, seq));
		seq += 1;
	}, 20);
	try {
		for (;;) {
			const { message } = await heard.take();
			if (message.seq >= above) return seqs;
			seqs.push(message.seq);
		}
	} finally {
		clearInterval(timer);
	}
}

test("a peer that reads hears all of a burst, however large", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	await announceUntil(node, peer, "line", 1);
	const burst = Array.from({ length: 100 }, (_, i) => 1_000 + i);
	for (const seq of burst) node.publish(longAnnouncement(node.nodeId, seq));
	const heard = await heardBelow(node, peer, 10_000);
	expect(heard.filter((seq) => seq >= 1_000)).toEqual(burst);
});

test("for a peer that does not read no more than the backlog is kept, and once it reads it hears again", async () => {
	const { node, peer } = await bench.nodeAndPeer("lines too");
	const line = await peer.lines.take();
	await announceUntil(node, peer, "line", 1);
	line.pause();
	const said = Array.from({ length: 1_000 }, (_, i) => 1_000 + i);
	for (const seq of said) node.publish(longAnnouncement(node.nodeId, seq));
	line.resume();
	const heard = (await heardBelow(node, peer, 10_000)).filter(
		(seq) => seq >= 1_000,
	);
	expect(heard).toEqual(said.slice(0, heard.length));
	const bytes =
		heard.length * encodeGossip(longAnnouncement(node.nodeId, 1_000)).length;
	expect(bytes).toBeGreaterThan(GOSSIP_BACKLOG_BYTES_MAX);
	// The muxer and the sockets hold some more.
	expect(bytes).toBeLessThan(3 * GOSSIP_BACKLOG_BYTES_MAX);
});
