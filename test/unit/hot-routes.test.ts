/** Routes believed to have work: what is known goes before what is rumoured, and rumours are bounded. */
import { expect, test } from "vitest";
import { HotRoutes } from "../../node/work/hot-routes.ts";
import { RUMOURS_MAX } from "../../protocol/limits.ts";
import { NO_CAPS, NO_LAST_TURN, NO_LEFT_OVERS } from "../stand-ins.ts";

test("known routes are asked for first, and rumours take the places that are left", () => {
	const hot = new HotRoutes(NO_CAPS, NO_LAST_TURN, NO_LEFT_OVERS);
	hot.rumour("r1", "ann", 0);
	hot.hint("s1", 0);
	hot.rumour("r2", "bob", 0);
	hot.hint("s2", 0);
	expect(hot.next(2)).toEqual(["s1", "s2"]);
	expect(hot.next(9)).toEqual(["s1", "s2", "r1", "r2"]);
	hot.hint("r2", 0);
	expect(hot.next(3)).toEqual(["s1", "s2", "r2"]);
	expect(hot.size).toBe(4);
});

test("the number of one sender's rumours is bounded, and others still find room", () => {
	const hot = new HotRoutes(NO_CAPS, NO_LAST_TURN, NO_LEFT_OVERS);
	const told = Array.from({ length: RUMOURS_MAX }, (_, i) =>
		hot.rumour(`r${i}`, "ann", 0),
	);
	expect(told.every((kept) => kept)).toBe(true);
	expect(hot.rumour("beyond", "ann", 0)).toBe(false);
	expect(hot.rumour("r0", "ann", 0)).toBe(true);
	expect(hot.rumour("other", "bob", 0)).toBe(true);
	// Another one's word for a route does not move it to his account.
	expect(hot.rumour("r1", "bob", 0)).toBe(true);
	hot.answered("r1", 1, false, false);
	expect(hot.rumour("beyond", "ann", 1)).toBe(true);
	expect(hot.rumour("further", "ann", 1)).toBe(false);
	for (let i = 0; i < RUMOURS_MAX; i++) hot.answered(`r${i}`, 2, false, false);
	for (const route of ["beyond", "other"]) hot.answered(route, 2, false, false);
	expect(hot.size).toBe(0);
});

test("a route stays hot if tasks wait there, or it was hinted at after the claim", () => {
	const hot = new HotRoutes(NO_CAPS, NO_LAST_TURN, NO_LEFT_OVERS);
	for (const route of ["left", "hinted", "empty"]) hot.hint(route, 0);
	hot.rumour("told", "ann", 0);
	hot.hint("hinted", 1);
	hot.rumour("told", "ann", 1);
	hot.answered("left", 1, true, true);
	for (const route of ["hinted", "empty", "told"])
		hot.answered(route, 1, false, false);
	expect(hot.next(9)).toEqual(["left", "hinted", "told"]);
	hot.answered("told", 2, false, false);
	expect(hot.has("told")).toBe(false);
});

test("a rumoured route on which tasks are left waiting becomes known", () => {
	const hot = new HotRoutes(NO_CAPS, NO_LAST_TURN, NO_LEFT_OVERS);
	hot.rumour("r1", "ann", 0);
	hot.rumour("r2", "ann", 0);
	hot.answered("r2", 1, true, true);
	expect(hot.next(9)).toEqual(["r2", "r1"]);
});

test("a rumour that a claim finds true is credited once, to the peer that told it before the claim", () => {
	const hot = new HotRoutes(NO_CAPS, NO_LAST_TURN, NO_LEFT_OVERS);
	hot.rumour("r", "ann", 0);
	hot.hint("s", 0);
	hot.rumour("s", "bob", 1);
	expect(hot.answered("r", 1, true, false)).toBe("ann");
	expect(hot.answered("s", 1, true, true)).toBe(undefined);
	expect(hot.answered("s", 2, true, true)).toBe("bob");
	expect(hot.answered("s", 3, true, true)).toBe(undefined);
	hot.rumour("u", "ann", 3);
	expect(hot.answered("u", 4, false, false)).toBe(undefined);
});

test("between two claims only the first hint at a route is news", () => {
	const hot = new HotRoutes(NO_CAPS, NO_LAST_TURN, NO_LEFT_OVERS);
	expect(hot.isNews("r", 0)).toBe(true);
	hot.rumour("r", "ann", 0);
	expect(hot.isNews("r", 0)).toBe(false);
	expect(hot.isNews("r", 1)).toBe(true);
	hot.hint("r", 1);
	expect(hot.isNews("r", 1)).toBe(false);
});

test("a route that is for others first is asked for no more, until it is hinted at again", () => {
	const tasks = new Map([["theirs|t|", 3]]);
	const othersFirst = (route: string) => tasks.get(route) ?? 0;
	const passed: string[] = [];
	const hot = new HotRoutes(
		NO_CAPS,
		{ othersFirst },
		{ passedOver: (route) => passed.push(route) },
	);
	hot.hint("theirs|t|", 0);
	hot.rumour("other|t|", "ann", 0);
	expect(hot.next(9)).toEqual(["other|t|"]);
	expect([hot.size, hot.isSure]).toEqual([1, false]);
	// It will be looked at later.
	expect(passed).toEqual(["theirs|t|"]);
	tasks.clear();
	expect(hot.next(9)).toEqual(["other|t|"]);
	hot.hint("theirs|t|", 1);
	expect(hot.next(9)).toEqual(["theirs|t|", "other|t|"]);
});
