/** How often digests go out: by what there is to report, and by how many nodes listen. */
import { beforeEach, describe, expect, test } from "vitest";
import { Digester } from "../../node/peers/digester.ts";
import type { Gossip } from "../../node/ports.ts";
import {
	digestCalmMs,
	digestKnownMs,
	digestMs,
} from "../../protocol/digest-pace.ts";
import type { GossipMessage } from "../../protocol/gossip.ts";
import { VirtualClock } from "../clock.ts";

describe("the pace of digests", () => {
	test("a node hears 7 a second at most up to 200 nodes, however many there are", () => {
		for (const nodes of [1, 3, 10, 30, 100, 200]) {
			expect(nodes / (digestMs(nodes) / 1_000)).toBeLessThanOrEqual(7);
		}
		expect(1_000 / (digestMs(1_000) / 1_000)).toBeLessThan(34);
	});

	test("a node without news is silent for longer, and is known for longer than that", () => {
		for (const nodes of [1, 3, 100, 1_000]) {
			expect(digestCalmMs(nodes)).toBeGreaterThanOrEqual(digestMs(nodes));
			expect(digestKnownMs(nodes)).toBeGreaterThan(3 * digestCalmMs(nodes));
		}
	});
});

describe("a digester", () => {
	let clock: VirtualClock;
	let sentMs: number[];
	let told: [string, GossipMessage][];
	let content: {
		freeSlots: number;
		running: number;
		load: number;
		storeUp: boolean;
		draining: boolean;
		peers: string[];
	};

	const begin = (nodes: number) => {
		const gossip = {
			nodeId: "ann",
			publish: (_message: GossipMessage) => {
				sentMs.push(clock.monoMs());
			},
			tell: (to: string, message: GossipMessage) => told.push([to, message]),
		} as unknown as Gossip;
		const digester = new Digester({
			clock,
			gossip,
			engines: [{ renewer: { epoch: 1 } }],
			report: { digest: () => ({ ...content }) },
			roster: { nodes },
		});
		digester.start();
		return digester;
	};
	/** How many digests went out in this time. */
	const sentWithin = async (ms: number) => {
		const before = sentMs.length;
		await clock.runFor(ms);
		return sentMs.length - before;
	};

	beforeEach(() => {
		clock = new VirtualClock();
		sentMs = [];
		told = [];
		content = {
			...{ freeSlots: 8, running: 0, load: 0 },
			...{ storeUp: true, draining: false, peers: ["bob"] },
		};
	});

	test("introduces itself, and then speaks every 3 s while nothing changes", async () => {
		begin(3);
		expect(await sentWithin(5_000)).toBe(4);
		await sentWithin(4_000);
		expect(await sentWithin(30_000)).toBe(10);
	});

	test("sends its state to a peer that has come, at once, and to nobody else", async () => {
		const digester = begin(3);
		await sentWithin(2_500);
		content.running = 2;
		digester.greet("cid");
		expect(told).toMatchObject([["cid", { kind: "digest", ...content }]]);
		expect(await sentWithin(400)).toBe(0);
	});

	test("reports a change within a second", async () => {
		begin(3);
		await sentWithin(10_000);
		content.running = 1;
		expect(await sentWithin(1_000)).toBe(1);
	});

	test("reports changes at the cluster's pace in a large cluster", async () => {
		begin(100);
		await sentWithin(20_000);
		let sent = 0;
		const paces = 3;
		for (let i = 0; i < (paces * digestMs(100)) / 1_000; i++) {
			content.freeSlots = i;
			sent += await sentWithin(1_000);
		}
		expect(sent).toBe(paces);
	});

	test("speaks every second while it does not reach the store, and for a while after, however large the cluster", async () => {
		begin(1_000);
		await sentWithin(60_000);
		content.storeUp = false;
		expect(await sentWithin(10_000)).toBe(10);
		content.storeUp = true;
		expect(await sentWithin(4_000)).toBe(4);
		await sentWithin(2_000);
		expect(await sentWithin(20_000)).toBe(0);
	});
});
