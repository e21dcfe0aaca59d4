/** What the simulated network carries, and to whom. */
import { expect, test } from "vitest";
import { encodeGossip } from "../../protocol/gossip.ts";
import { VirtualClock } from "../clock.ts";
import { GossipHub } from "../fakes/gossip-hub.ts";
import { SeededRandom } from "../random.ts";

const NUDGE = { kind: "nudge", epoch: 1, to: "bob", shard: 0 } as const;

/** Two nodes that are linked, and what the second hears of the first. */
async function begin() {
	const clock = new VirtualClock();
	const hub = new GossipHub(clock, new SeededRandom(1));
	const [ann, bob] = [hub.join("ann"), hub.join("bob")];
	const heard: number[] = [];
	bob.onMessage(({ seq }) => heard.push(seq));
	for (const gossip of [ann, bob]) {
		await gossip.start();
		gossip.admit([
			{ nodeId: "ann", p2p: ann.address },
			{ nodeId: "bob", p2p: bob.address },
		]);
	}
	await clock.runUntil(() => bob.connected().includes("ann"), 5_000);
	return { clock, hub, ann, heard };
}

test("a host that has vanished sends nothing more, whatever runs there", async () => {
	const { clock, hub, ann, heard } = await begin();
	const intrude = (seq: number) =>
		hub.inject("ann", encodeGossip({ ...NUDGE, from: "ann", seq }));
	ann.publish({ ...NUDGE, from: "ann", seq: 1 });
	intrude(2);
	await clock.runFor(10);
	expect(heard.toSorted()).toEqual([1, 2]);
	hub.vanish("ann");
	ann.publish({ ...NUDGE, from: "ann", seq: 3 });
	intrude(4);
	await clock.runFor(10);
	expect(heard.toSorted()).toEqual([1, 2]);
});
