/** What a node asks its peers, what it answers, and how old an answer is. */
import { expect, test } from "vitest";
import { Inquirer } from "../../node/peers/inquirer.ts";
import { Refusals } from "../../node/peers/refusals.ts";
import type { Reach } from "../../node/ports.ts";
import type { Answer } from "../../protocol/gossip.ts";
import {
	ANSWERS_PER_S,
	AWAY_FRESH_MS,
	DIAL_ALL_MAX,
	PROBE_ALIVE_MS,
	PROBE_TIMEOUT_MS,
	SILENT_WORD_MS,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord } from "../contract/store-bench.ts";

const PEERS = new Set(["bob", "cid", "dan"]);
const HEADER = { from: "bob", epoch: 1, seq: 1 };

function begin() {
	const clock = new VirtualClock();
	const world = {
		away: false,
		connected: ["bob"],
		reach: "answers" as Reach,
		/** The epoch of everybody's newest session. */
		epoch: 1,
		port: 1,
	};
	const told: Pick<Answer, "to" | "asked" | "away" | "reaches">[] = [];
	const bound: string[] = [];
	const asked: (string | undefined)[] = [];
	const probed: string[] = [];
	const renewer = (name: string, isAway: () => boolean) => ({
		get away() {
			return isAway();
		},
		saidAway: () => bound.push(name),
	});
	const refusals = new Refusals();
	const inquirer = new Inquirer({
		...{ self: "ann", clock },
		voice: {
			ask: (about) => ({ epoch: 7, seq: asked.push(about) }),
			answer: (answer) => told.push(answer),
		},
		engines: [
			{ renewer: renewer("first", () => true) },
			{ renewer: renewer("second", () => world.away) },
		],
		gossip: {
			connected: () => world.connected,
			probe: async (nodeId) => {
				probed.push(nodeId);
				await new Promise<void>((resolve) => clock.after(10, resolve));
				return world.reach;
			},
		},
		roster: {
			get others() {
				return [...PEERS].map((nodeId) => ({
					record: { ...nodeRecord(nodeId), p2p: `${nodeId}:${world.port}` },
					...{ epoch: world.epoch, expiresMs: 1, running: 0 },
					askedToDrain: false,
				}));
			},
		},
		refusals,
	});
	const answer = (seq: number, what: Partial<Answer> = {}) =>
		inquirer.answered({
			...{ kind: "answer", ...HEADER, to: "ann", asked: { epoch: 7, seq } },
			...{ away: false, reaches: false, ...what },
		});
	inquirer.keep(PEERS);
	probed.length = 0;
	return { clock, world, told, bound, inquirer, answer, probed, refusals };
}

test("an answer is as old as its question, however late it comes", async () => {
	const { clock, inquirer, answer } = begin();
	inquirer.ask([]);
	await clock.runFor(300);
	inquirer.ask([]);
	await clock.runFor(900);
	answer(1, { away: true });
	expect(inquirer.wordOf("bob")).toMatchObject({ answeredMs: 0, awayMs: 0 });
	answer(2);
	answer(1);
	expect(inquirer.wordOf("bob")).toMatchObject({ answeredMs: 300, awayMs: 0 });
});

test("an answer to no question of this node's, or to another node, says nothing", () => {
	const { inquirer, answer } = begin();
	inquirer.ask([]);
	answer(2, { away: true });
	answer(1, { asked: { epoch: 6, seq: 1 }, away: true });
	answer(1, { to: "cid", away: true });
	expect(inquirer.wordOf("bob")).toMatchObject({ answeredMs: undefined });
});

test("questions are forgotten once their answers are worth nothing", async () => {
	const { clock, inquirer, answer } = begin();
	inquirer.ask([]);
	await clock.runFor(AWAY_FRESH_MS + 1);
	inquirer.ask([]);
	answer(1, { away: true });
	expect(inquirer.wordOf("bob").awayMs).toBeUndefined();
});

test("a node says that the store is away only if no shard is reached, and is bound by it", async () => {
	const { world, told, bound, inquirer } = begin();
	await inquirer.questioned({ kind: "question", ...HEADER });
	expect(bound).toEqual([]);
	world.away = true;
	await inquirer.questioned({ kind: "question", ...HEADER });
	expect(told.map(({ to, away }) => [to, away])).toEqual([
		["bob", false],
		["bob", true],
	]);
	expect(bound).toEqual(["first", "second"]);
});

test("a node that is asked about another says whether it reaches it", async () => {
	const { clock, world, told, inquirer } = begin();
	for (const reach of ["answers", "refused", "unreachable"] as const) {
		world.reach = reach;
		void inquirer.questioned({ kind: "question", ...HEADER, about: "cid" });
		await clock.runFor(PROBE_TIMEOUT_MS);
	}
	expect(told.map(({ reaches }) => reaches)).toEqual([true, false, false]);
});

test("a refusal counts from when the probe began, of peers that are not connected", async () => {
	const { clock, world, inquirer } = begin();
	inquirer.heard("cid");
	await clock.runFor(100);
	world.reach = "refused";
	inquirer.ask(["bob", "cid"]);
	await clock.runFor(50);
	expect(inquirer.wordOf("cid").refusedMs).toBe(100);
	expect(inquirer.wordOf("bob").refusedMs).toBeUndefined();
});

test("a refusal by a host whose refusals are untrue, or by a peer that has come meanwhile, does not count", async () => {
	const { clock, world, inquirer, refusals } = begin();
	inquirer.heard("cid");
	await clock.runFor(100);
	world.reach = "refused";
	const { startedMs } = nodeRecord("cid");
	refusals.holdForDead("cid", { startedMs, epoch: 1 });
	world.epoch = 2;
	inquirer.ask(["cid"]);
	await clock.runFor(50);
	world.epoch = 1;
	inquirer.ask(["cid"]);
	world.connected = ["cid"];
	await clock.runFor(50);
	expect(inquirer.wordOf("cid").refusedMs).toBeUndefined();
});

test("a flood of questions gets a bounded number of answers a second, and costs others nothing", async () => {
	const { clock, told, inquirer } = begin();
	const question = { kind: "question", ...HEADER } as const;
	for (let second = 0; second < 3; second++) {
		for (let i = 0; i < 1_000; i++) void inquirer.questioned(question);
		await clock.runFor(1_000);
	}
	expect(told).toHaveLength(3 * ANSWERS_PER_S);
	for (let i = 0; i < 1_000; i++) void inquirer.questioned(question);
	void inquirer.questioned({ ...question, from: "dan" });
	expect(told.at(-1)?.to).toBe("dan");
});

test("a peer is probed once for all who ask about it, and only if it is a peer", async () => {
	const { clock, told, probed, inquirer } = begin();
	for (let i = 0; i < PROBE_TIMEOUT_MS; i += 20) {
		for (const from of ["bob", "dan"])
			for (const about of ["cid", `stranger-${i}`])
				void inquirer.questioned({ kind: "question", ...HEADER, from, about });
		await clock.runFor(20);
	}
	expect(probed).toEqual(["cid"]);
	expect(told.filter(({ reaches }) => reaches)).toHaveLength(
		(2 * PROBE_TIMEOUT_MS) / 20,
	);
	void inquirer.questioned({ kind: "question", ...HEADER, about: "cid" });
	expect(probed).toEqual(["cid", "cid"]);
});

test("a refusal by an address that never took a connection does not count: its node may be alive", async () => {
	const { clock, world, inquirer } = begin();
	world.reach = "refused";
	inquirer.heard("cid");
	await clock.runFor(50);
	inquirer.ask(["cid", "dan"]);
	await clock.runFor(50);
	expect(inquirer.wordOf("cid").refusedMs).toBeUndefined();
	expect(inquirer.wordOf("dan").refusedMs).toBeUndefined();
});

test("a refusal by an address to which a peer has moved does not count until that was reached", async () => {
	const { clock, world, inquirer } = begin();
	const refuses = async () => {
		world.reach = "refused";
		inquirer.ask(["cid"]);
		await clock.runFor(50);
		return inquirer.wordOf("cid").refusedMs !== undefined;
	};
	inquirer.heard("cid");
	await clock.runFor(PROBE_ALIVE_MS);
	world.port = 2;
	expect(await refuses()).toBe(false);
	world.reach = "answers";
	inquirer.heard("cid");
	await clock.runFor(50);
	expect(await refuses()).toBe(true);
});

test("a connected peer is reached at once, and again if the registry brings another address", async () => {
	const { clock, world, probed, inquirer } = begin();
	world.connected = ["cid"];
	inquirer.met("cid");
	await clock.runFor(50);
	expect(inquirer.hasReached("cid")).toBe(true);
	inquirer.keep(PEERS);
	expect(probed).toEqual(["cid"]);
	world.port = 2;
	expect(inquirer.hasReached("cid")).toBe(false);
	inquirer.keep(PEERS);
	await clock.runFor(50);
	expect(inquirer.hasReached("cid")).toBe(true);
	expect(probed).toEqual(["cid", "cid"]);
});

test("a connected peer whose address takes no connections is not tried again with every read of the registry", async () => {
	const { clock, world, probed, inquirer } = begin();
	world.reach = "refused";
	inquirer.met("bob");
	for (let ms = 0; ms < PROBE_ALIVE_MS; ms += 100) {
		inquirer.keep(PEERS);
		inquirer.heard("bob");
		await clock.runFor(100);
	}
	expect(probed).toEqual(["bob"]);
	expect(inquirer.hasReached("bob")).toBe(false);
});

test("a peer that dialled before the registry named it is reached once it does", async () => {
	const { clock, world, probed, inquirer } = begin();
	world.connected = ["eve"];
	inquirer.met("eve");
	expect(probed).toEqual([]);
	inquirer.keep(new Set([...PEERS, "eve"]));
	await clock.runFor(50);
	expect(inquirer.hasReached("eve")).toBe(true);
});

test("when a peer that is no longer listed was last heard stays known as long as it counts, and nothing else does", async () => {
	const { clock, inquirer, answer } = begin();
	inquirer.ask([]);
	answer(1, { away: true });
	inquirer.heard("bob");
	await clock.runFor(SILENT_WORD_MS - 1);
	inquirer.keep(new Set());
	expect(inquirer.wordOf("bob")).toMatchObject({ heardMs: 0 });
	expect(inquirer.wordOf("bob").awayMs).toBeUndefined();
	await clock.runFor(1);
	inquirer.keep(new Set());
	expect(inquirer.wordOf("bob").heardMs).toBeUndefined();
});

test("if there are more peers than are dialled, a node tries the addresses of those that are connected", async () => {
	const { clock, world, probed, inquirer } = begin();
	world.reach = "unreachable";
	await clock.runFor(PROBE_ALIVE_MS);
	world.reach = "answers";
	const many = Array.from({ length: DIAL_ALL_MAX }, (_, i) => `peer-${i}`);
	inquirer.keep(new Set([...PEERS, ...many]));
	for (const nodeId of ["bob", "cid", ...many]) inquirer.heard(nodeId);
	await clock.runFor(50);
	expect(probed).toEqual(["bob"]);
	expect(inquirer.hasReached("bob")).toBe(true);
});

test("a peer is reached once, however often it is heard; one that cannot be is tried now and then", async () => {
	const { clock, world, probed, inquirer } = begin();
	world.reach = "unreachable";
	for (let ms = 0; ms < 2 * PROBE_ALIVE_MS; ms += 100) {
		inquirer.heard("cid");
		await clock.runFor(100);
	}
	expect(probed).toEqual(["cid", "cid"]);
	world.reach = "answers";
	for (let ms = 0; ms < 2 * PROBE_ALIVE_MS; ms += 100) {
		inquirer.heard("cid");
		await clock.runFor(100);
	}
	expect(probed).toEqual(["cid", "cid", "cid"]);
});
