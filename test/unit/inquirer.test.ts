/** What a node asks its peers, what it answers, and how old an answer is. */
import { expect, test } from "vitest";
import { Inquirer } from "../../node/inquirer.ts";
import type { Reach } from "../../node/ports.ts";
import type { Answer } from "../../protocol/gossip.ts";
import { AWAY_FRESH_MS, PROBE_TIMEOUT_MS } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";

const HEADER = { from: "bob", epoch: 1, seq: 1 };

function begin() {
	const clock = new VirtualClock();
	const world = {
		away: false,
		connected: ["bob"],
		reach: "answers" as Reach,
		refusalsLie: false,
	};
	const told: Pick<Answer, "to" | "asked" | "away" | "reaches">[] = [];
	const bound: string[] = [];
	const asked: (string | undefined)[] = [];
	const renewer = (name: string, isAway: () => boolean) => ({
		get away() {
			return isAway();
		},
		saidAway: () => bound.push(name),
	});
	const inquirer = new Inquirer({
		...{ self: "ann", clock },
		voice: {
			ask: (about) => ({ epoch: 7, seq: asked.push(about) }),
			answer: (answer) => told.push(answer),
		},
		renewers: [
			renewer("first", () => true),
			renewer("second", () => world.away),
		],
		connected: () => world.connected,
		probe: async () => {
			await new Promise<void>((resolve) => clock.after(10, resolve));
			return world.reach;
		},
		refusalsLie: () => world.refusalsLie,
	});
	const answer = (seq: number, what: Partial<Answer> = {}) =>
		inquirer.answered({
			...{ kind: "answer", ...HEADER, to: "ann", asked: { epoch: 7, seq } },
			...{ away: false, reaches: false, ...what },
		});
	return { clock, world, told, bound, inquirer, answer };
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

test("a node that is asked about another tells whether it reaches it", async () => {
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
	world.reach = "refused";
	await clock.runFor(100);
	inquirer.ask(["bob", "cid"]);
	await clock.runFor(50);
	expect(inquirer.wordOf("cid").refusedMs).toBe(100);
	expect(inquirer.wordOf("bob").refusedMs).toBeUndefined();
});

test("a refusal by a host whose refusals are untrue, or by a peer that has come meanwhile, does not count", async () => {
	const { clock, world, inquirer } = begin();
	world.reach = "refused";
	world.refusalsLie = true;
	inquirer.ask(["cid"]);
	await clock.runFor(50);
	world.refusalsLie = false;
	inquirer.ask(["cid"]);
	world.connected = ["cid"];
	await clock.runFor(50);
	expect(inquirer.wordOf("cid").refusedMs).toBeUndefined();
});
