/** What a node takes of what a lost node ran, right behind the revocation. */
import { expect, test } from "vitest";
import { Heir } from "../../node/work/heir.ts";
import { LastRoutes } from "../../node/work/last-routes.ts";
import { CLAIM_ROUTES_MAX } from "../../protocol/limits.ts";
import { claimedTask } from "../new-task.ts";

const [A, B] = ["a|t|", "b|t|"];

function heirOf(lastRoutes: readonly string[], turns: readonly number[]) {
	const asked: unknown[] = [];
	const heir = new Heir({
		intake: { lastRoutes },
		spreader: {
			turns: (routes, gone) => {
				asked.push({ routes, gone });
				return turns;
			},
		},
		claimer: {
			takeTurns: async (...ask) => {
				asked.push(ask);
				return [A, B, A].map((route, i) => {
					return { ...claimedTask(`t${i}`, i), route };
				});
			},
		},
	});
	return { heir, asked };
}

test("a node asks for the routes of which it had tasks last, and counts what came", async () => {
	const { heir, asked } = heirOf([A, B], [1, 4]);
	const inheriting = heir.inherit("dead");
	// In the same turn: the claim is to leave with the revocation.
	expect(asked).toEqual([
		{ routes: [A, B], gone: "dead" },
		[
			[A, B],
			[1, 4],
		],
	]);
	expect(await inheriting).toEqual(
		new Map([
			[A, 2],
			[B, 1],
		]),
	);
});

test("a node that has run nothing, or has no turn, asks for nothing", async () => {
	for (const { heir, asked } of [heirOf([], [1]), heirOf([A], [])]) {
		expect(await heir.inherit("dead")).toEqual(new Map());
		expect(asked.filter(Array.isArray)).toEqual([]);
	}
});

test("as many routes are remembered as one claim asks for, and those of the newest tasks", () => {
	const last = new LastRoutes();
	const names = Array.from({ length: CLAIM_ROUTES_MAX }, (_, i) => `${i}|t|`);
	last.came(names.map((route) => ({ route })));
	expect(last.all).toEqual(names);
	last.came([{ route: "0|t|" }, { route: "new|t|" }]);
	expect(last.all).toEqual([...names.slice(2), "0|t|", "new|t|"]);
});
