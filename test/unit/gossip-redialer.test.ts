/** Peers that should be there are dialled until they are, on a clock turned by hand. */
import { beforeEach, expect, test } from "vitest";
import {
	type LinkState,
	type Links,
	Redialer,
} from "../../node/gossip/redialer.ts";
import type { AdmittedPeer, Clock, Random } from "../../node/ports.ts";
import {
	DIALS_AT_ONCE_MAX,
	LINK_SETUP_MS_MAX,
	MUTE_MS_MAX,
	REDIAL_MS_MAX,
	REDIAL_MS_MIN,
} from "../../protocol/limits.ts";
import { silentLog } from "../contract/gossip-bench.ts";

const peer: AdmittedPeer = { nodeId: "b", p2p: "b.test:1" };
const other: AdmittedPeer = { nodeId: "d", p2p: "d.test:1" };
const nobody: ReadonlySet<string> = new Set();
const random: Random = { unit: () => 0.5, text: () => "" };

let nowMs: number;
let timers: { atMs: number; fn: () => void }[];
const clock: Clock = {
	wallMs: () => nowMs,
	monoMs: () => nowMs,
	after(ms, fn) {
		const timer = { atMs: nowMs + ms, fn };
		timers.push(timer);
		return { cancel: () => void timers.splice(timers.indexOf(timer), 1) };
	},
	soon: (fn) => fn(),
};

let state: LinkState;
let dials: { atMs: number; nodeId: string; p2p: string }[];
let cuts: number[];
const links: Links = {
	state: () => state,
	async dial({ nodeId, p2p }) {
		dials.push({ atMs: nowMs, nodeId, p2p });
		throw new Error("refused");
	},
	cut() {
		cuts.push(nowMs);
		state = "absent";
	},
};

beforeEach(() => {
	nowMs = 0;
	timers = [];
	dials = [];
	cuts = [];
	state = "absent";
});

const redialerOf = (self: string) =>
	new Redialer(self, links, clock, random, silentLog);

/** Runs what falls due until then, and what it awaits. */
async function passTo(untilMs: number): Promise<void> {
	for (;;) {
		const next = timers
			.filter(({ atMs }) => atMs <= untilMs)
			.sort((a, b) => a.atMs - b.atMs)[0];
		if (next === undefined) break;
		timers.splice(timers.indexOf(next), 1);
		nowMs = next.atMs;
		next.fn();
		await Promise.resolve();
		await Promise.resolve();
	}
	nowMs = untilMs;
}

/** A node that has been there for a while, with another peer on its list. */
async function settledRedialer(self: string): Promise<Redialer> {
	const redialer = redialerOf(self);
	state = "linked";
	redialer.aim([other], nobody);
	await passTo(10_000);
	state = "absent";
	dials = [];
	return redialer;
}

test("a peer that comes is dialled at once by the lower id, later by the higher one", async () => {
	(await settledRedialer("a")).aim([other, peer], nobody);
	await passTo(10_000);
	expect(dials.map(({ p2p }) => p2p)).toContain(peer.p2p);
	timers = [];
	(await settledRedialer("c")).aim([other, peer], nobody);
	await passTo(nowMs);
	expect(dials).toEqual([]);
	await passTo(nowMs + REDIAL_MS_MAX);
	expect(dials.map(({ p2p }) => p2p)).toContain(peer.p2p);
});

test("a node that has just begun dials everyone at once", async () => {
	redialerOf("c").aim([peer], nobody);
	await passTo(0);
	expect(dials).toHaveLength(1);
});

test("a peer that was refused as a stranger is dialled at once when it is admitted", async () => {
	(await settledRedialer("c")).aim([other, peer], new Set([peer.nodeId]));
	await passTo(10_000);
	expect(dials.map(({ p2p }) => p2p)).toContain(peer.p2p);
});

test("a peer that does not answer is dialled for ever, at most REDIAL_MS_MAX apart", async () => {
	redialerOf("a").aim([peer], nobody);
	await passTo(100_000);
	const gaps = dials
		.slice(1)
		.map(({ atMs }, i) => atMs - (dials[i]?.atMs ?? 0));
	expect(gaps.length).toBeGreaterThan(50);
	expect(Math.max(...gaps)).toBeLessThanOrEqual(REDIAL_MS_MAX);
	expect(Math.min(...gaps)).toBeGreaterThanOrEqual(REDIAL_MS_MIN / 2);
});

test("a peer that cannot be reached for long is logged once, and again when it is reached", async () => {
	const said: string[] = [];
	const tell = (_fields: object, text: string) => said.push(text);
	const log = { ...silentLog, warn: tell, info: tell };
	new Redialer("a", links, clock, random, log).aim([peer], nobody);
	await passTo(5_000);
	expect(said).toEqual([]);
	await passTo(100_000);
	expect(said).toEqual([expect.stringMatching(/^a peer cannot be reached/)]);
	state = "linked";
	await passTo(110_000);
	expect(said.slice(1)).toEqual(["a peer is reached again"]);
});

test("a linked peer is left alone, and dialled soon after it is lost", async () => {
	const redialer = redialerOf("a");
	state = "linked";
	redialer.aim([peer], nobody);
	await passTo(10_000);
	expect(dials).toEqual([]);
	state = "absent";
	redialer.lost(peer.nodeId);
	await passTo(10_000 + REDIAL_MS_MIN);
	expect(dials.length).toBeGreaterThan(0);
});

test("an idle node wakes once for all its links, however many they are", async () => {
	state = "linked";
	const many = Array.from({ length: 30 }, (_, i) => ({
		nodeId: `b${i}`,
		p2p: "x:1",
	}));
	redialerOf("a").aim(many, nobody);
	await passTo(10_000);
	expect(timers).toHaveLength(1);
	state = "absent";
	await passTo(10_000 + REDIAL_MS_MAX);
	expect(new Set(dials.map(({ nodeId }) => nodeId)).size).toBe(many.length);
});

test("a peer whose loss nobody reported is dialled all the same", async () => {
	state = "linked";
	redialerOf("a").aim([peer], nobody);
	await passTo(10_000);
	state = "absent";
	await passTo(10_000 + REDIAL_MS_MAX);
	expect(dials.length).toBeGreaterThan(0);
});

test("a connection over which gossip ceases is cut after a while and dialled anew", async () => {
	state = "linked";
	redialerOf("a").aim([peer], nobody);
	await passTo(10_000);
	state = "mute";
	await passTo(10_000 + MUTE_MS_MAX - 1);
	expect(cuts).toEqual([]);
	await passTo(15_000);
	expect(cuts).toHaveLength(1);
	expect(dials.length).toBeGreaterThan(0);
});

test("a connection over which gossip never begins has longer", async () => {
	state = "mute";
	redialerOf("a").aim([peer], nobody);
	await passTo(LINK_SETUP_MS_MAX - 1);
	expect(cuts).toEqual([]);
	await passTo(LINK_SETUP_MS_MAX + REDIAL_MS_MAX + REDIAL_MS_MIN);
	expect(cuts).toHaveLength(1);
});

test("a peer that moved is dialled at its new address at once", async () => {
	const redialer = redialerOf("a");
	redialer.aim([peer], nobody);
	await passTo(20_000);
	redialer.aim([{ ...peer, p2p: "b.test:2" }], nobody);
	await passTo(20_000);
	expect(dials.at(-1)).toEqual({ atMs: 20_000, ...peer, p2p: "b.test:2" });
});

test("the number of peers dialled at once is bounded", async () => {
	const hung: Links = {
		...links,
		dial: () =>
			new Promise(() => dials.push({ atMs: nowMs, nodeId: "", p2p: "" })),
	};
	const many = Array.from({ length: 30 }, (_, i) => ({
		nodeId: `b${i}`,
		p2p: "x:1",
	}));
	new Redialer("a", hung, clock, random, silentLog).aim(many, nobody);
	await passTo(30_000);
	expect(dials).toHaveLength(DIALS_AT_ONCE_MAX);
});

test("a peer off the list is not dialled, and nothing is left running", async () => {
	const redialer = redialerOf("a");
	redialer.aim([peer], nobody);
	await passTo(5_000);
	redialer.aim([], nobody);
	dials = [];
	await passTo(50_000);
	expect(dials).toEqual([]);
	expect(timers).toEqual([]);
	state = "linked";
	redialer.aim([peer], nobody);
	await passTo(60_000);
	redialer.stop();
	expect(timers).toEqual([]);
});
