/** Claims of types of which only so many tasks may be here at once. */
import { expect, test } from "vitest";
import type { ClaimRequest, Log } from "../../node/ports.ts";
import { Claimer } from "../../node/work/claimer.ts";
import type { SlotBook } from "../../node/work/pledges.ts";
import { TypeCaps } from "../../node/work/type-caps.ts";
import { CLAIM_ROUTES_MAX } from "../../protocol/limits.ts";
import { typeOf } from "../../protocol/route.ts";
import { VirtualClock } from "../clock.ts";
import { claimedTask, newTask } from "../new-task.ts";
import { AROUND_CLAIMER, servesTypes, standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const SCARCE = "q|scarce|";

function slotsOf(all: number): SlotBook {
	let free = all;
	return {
		reserve: (slotsMax) => {
			const slots = Math.min(slotsMax, free);
			free -= slots;
			return slots;
		},
		reserveAll: (slots) => {
			if (slots > free) return false;
			free -= slots;
			return true;
		},
		release: (slots) => {
			free += slots;
		},
	};
}

/**
 * A claimer with eight slots, one task of type `scarce` at once, and a store in which so
 * many tasks wait on each route.
 */
function claimerOf(waiting: Record<string, number>, cap = 1) {
	const clock = new VirtualClock();
	const claims: ClaimRequest[] = [];
	const ran: string[] = [];
	const seen = { submitted: 0 };
	const slots = slotsOf(8);
	const holder = { types: () => [], tellFreed: () => clock.soon(kick) };
	const kick = () => claimer.kick();
	const settingsOf = (type: string) =>
		type === "scarce" ? { concurrency: cap } : {};
	const caps = new TypeCaps({ executor: { settingsOf } }, holder);
	const claim = async (request: ClaimRequest) => {
		claims.push(request);
		const { routes, limit, rooms = [] } = request;
		const roomOf = (at: number) =>
			rooms.find((room) => room.routes.includes(at))?.tasks ?? limit;
		const tasks = [];
		for (const [at, route] of routes.entries())
			for (let room = roomOf(at); room > 0 && tasks.length < limit; room--) {
				if ((waiting[route] ?? 0) === 0) break;
				waiting[route] = (waiting[route] ?? 0) - 1;
				tasks.push({ ...claimedTask("t", claims.length), route });
			}
		const left = routes.map((route) => waiting[route] ?? 0);
		return { ok: true as const, tasks, waiting: left };
	};
	const claimer: Claimer = new Claimer({
		shard: standInShard({
			tasks: {
				claim,
				submit: async (tasks) => {
					seen.submitted += tasks.length;
					return [];
				},
			},
		}),
		...{ clock, log },
		...AROUND_CLAIMER,
		caps,
		serves: servesTypes("scarce", "plenty"),
		slots,
		intake: {
			...AROUND_CLAIMER.intake,
			deliver: (tasks) => {
				for (const { route } of tasks) {
					ran.push(route);
					caps.came(typeOf(route));
				}
			},
		},
	});
	const end = (route: string) => {
		slots.release(1);
		caps.left(typeOf(route));
		claimer.kick();
		return clock.runFor(1);
	};
	return { clock, claimer, claims, ran, end, seen };
}

test("a claim brings no more of a type than may be here, and the type is asked for again when one is over", async () => {
	const { clock, claimer, claims, ran, end } = claimerOf({ [SCARCE]: 3 });
	claimer.hint(SCARCE);
	await clock.runFor(100);
	expect(ran).toEqual([SCARCE]);
	expect(claims.map(({ limit }) => limit)).toEqual([1]);
	await clock.runFor(1_000);
	claimer.retry();
	await clock.runFor(100);
	expect(claims).toHaveLength(1);
	await end(SCARCE);
	expect(ran).toHaveLength(2);
	await end(SCARCE);
	await end(SCARCE);
	expect(ran).toHaveLength(3);
});

test("a full type keeps no slot and no claim from others, and their claims are not for it", async () => {
	const { clock, claimer, claims, ran } = claimerOf({
		...{ [SCARCE]: 5, "q|plenty|": 6 },
	});
	claimer.hint(SCARCE);
	claimer.hint("q|plenty|");
	await clock.runFor(100);
	expect(ran.filter((route) => route === SCARCE)).toHaveLength(1);
	expect(ran.filter((route) => route !== SCARCE)).toHaveLength(6);
	const { length } = claims;
	claimer.hint("q|plenty|");
	await clock.runFor(100);
	expect(claims.slice(length).map(({ routes }) => routes)).toEqual([
		["q|plenty|"],
	]);
});

test("a type that may have two here is asked for two, of all its routes together", async () => {
	const waiting = { [SCARCE]: 5, "r|scarce|": 5, "q|plenty|": 1 };
	const { clock, claimer, claims, ran } = claimerOf(waiting, 2);
	for (const route of Object.keys(waiting)) claimer.hint(route);
	await clock.runFor(100);
	expect(ran.filter((route) => typeOf(route) === "scarce")).toHaveLength(2);
	for (const { routes, limit, rooms = [] } of claims) {
		const [scarce] = rooms;
		if (routes.every((route) => typeOf(route) === "scarce"))
			expect(limit).toBeLessThanOrEqual(2);
		else if (scarce !== undefined) expect(scarce.tasks).toBeLessThan(limit);
	}
});

test("a claim asks for nothing of a full type, however many routes it has, and all are asked for in the end", async () => {
	const routes = Array.from(
		{ length: 3 * CLAIM_ROUTES_MAX },
		(_, i) => `q${i}|scarce|`,
	);
	const { clock, claimer, claims, ran, end } = claimerOf(
		Object.fromEntries(routes.map((route) => [route, 1])),
	);
	for (const route of routes) claimer.hint(route);
	await clock.runFor(10);
	for (let i = 0; i < routes.length; i++) await end(SCARCE);
	expect(new Set(ran)).toEqual(new Set(routes));
	expect(claims.length).toBeLessThanOrEqual(routes.length + 10);
});

test("tasks for this node beyond what fits are not wanted, but known to wait", async () => {
	const waiting = { [SCARCE]: 2 };
	const { clock, claimer, ran, end } = claimerOf(waiting);
	claimer.want(SCARCE, 2, "bob");
	await clock.runFor(10);
	expect(claimer.wanted.size).toBe(0);
	expect(ran).toHaveLength(1);
	expect(claimer.isHot(SCARCE)).toBe(true);
	await end(SCARCE);
	expect(ran).toHaveLength(2);
});

test("tasks are taken as they are stored only if all of them fit", async () => {
	const { clock, claimer, seen } = claimerOf({});
	const tasksOf = (...routes: string[]) =>
		routes.map((route, i) => ({ ...newTask(`t${i}`), route }));
	expect(claimer.submit(tasksOf(SCARCE, SCARCE))).toBeUndefined();
	expect(seen.submitted).toBe(0);
	await claimer.submit(tasksOf(SCARCE, "q|plenty|"));
	expect(seen.submitted).toBe(2);
	// The store has said that none of these was taken, so the next one fits.
	await clock.runFor(1);
	expect(claimer.submit(tasksOf(SCARCE))).toBeDefined();
});
