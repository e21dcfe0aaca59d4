/** How tasks end, judged by what ran beside them. */
import { expect, test } from "vitest";
import type { HistoryEvent } from "../checker/history.ts";
import { breaches, read, soundHistory } from "./checker-history.ts";

test("a task that fails although its code works is found out, however often it crashed", () => {
	const crashed = (token: number, node: string) =>
		({ token, node, end: "crashed" }) as const;
	expect(
		breaches([
			{
				...{ kind: "submit", atMs: 0, id: "a", route: "default|work|" },
				...{ priority: 5, expected: "SUCCESS" },
			},
			...soundHistory().slice(1, 8),
			read({
				...{ state: "FAILURE", errorCode: "crashed" },
				attempts: [crashed(1, "one"), crashed(2, "two"), crashed(3, "one")],
			}),
		]),
	).toEqual([
		"a task ends as its code does: a ended as crashed where its code makes SUCCESS, after attempts that ended crashed, crashed, crashed",
	]);
});

const FOUND = [
	"a task ends as its code does: a ended as crashed where its code makes SUCCESS, after attempts that ended lease-lost, lease-lost, lease-lost, lease-lost",
];

test.each<[string, number, readonly HistoryEvent[], readonly string[]]>([
	["with nothing beside it", 4, [], []],
	["three times", 3, [], [FOUND[0]?.replace(/, lease-lost$/, "") ?? ""]],
	["with another task once", 4, [...runOf("b", 25, 35, "one")], FOUND],
	["with another that ended with it", 4, [...runOf("b", 38, 39, "one")], FOUND],
	["before another began", 4, [...runOf("b", 39.5, 45, "one")], []],
	["after another was over", 4, [...runOf("b", 21, 28, "one")], []],
	["while another ran elsewhere", 4, [...runOf("b", 25, 45, "two")], []],
	["shared, at first", 4, [...runOf("b", 5, 15, "one")], []],
])(
	"a task that works may end for the nodes it lost only if it was all they ran: lost %s",
	(_how, losses, others, expected) => {
		const tokens = Array.from({ length: losses }, (_, token) => token);
		const found = breaches([
			{
				...{ kind: "submit", atMs: 0, id: "a", route: "default|work|" },
				...{ priority: 5, expected: "SUCCESS" },
			},
			...tokens.flatMap((token) =>
				runOf("a", 10 * token, 10 * token + 9, "one", token),
			),
			...others,
			read({
				...{ state: "FAILURE", errorCode: "crashed" },
				attempts: tokens.map((token) => {
					return { token, node: "one", end: "lease-lost" } as const;
				}),
			}),
		]).filter((breach) => breach.startsWith("a task ends as its code does"));
		expect(found).toEqual(expected);
	},
);

function runOf(
	id: string,
	fromMs: number,
	untilMs: number,
	node: string,
	token = 1,
): HistoryEvent[] {
	const what = { id, token, node };
	return [
		{ kind: "start", atMs: fromMs, ...what },
		{ kind: "stop", atMs: untilMs, ...what },
	];
}
