/** BackUp: a node takes what it left to others and they have not taken. */
import { expect, test } from "vitest";
import { BackUp } from "../../node/work/back-up.ts";
import {
	AT_RISK_MS,
	BACK_UP_MS,
	BACK_UP_MS_MAX,
	BACK_UP_QUIET_MS,
} from "../../protocol/limits.ts";
import { askAtMs } from "../../protocol/share.ts";
import { VirtualClock } from "../clock.ts";
import { NO_LAST_TURN } from "../stand-ins.ts";

test.each([
	["one word", [0], BACK_UP_MS],
	["several at once", [0, 0], BACK_UP_MS],
	["another soon after", [0, 3], BACK_UP_MS],
	["another just before it would ask", [0, 10], 10 + BACK_UP_QUIET_MS],
	["one after another without end", [0, 8, 16, 23], BACK_UP_MS_MAX],
])("when to ask: %s", (_, leftMs, expected) => {
	expect(askAtMs(leftMs)).toBe(expected);
});

function backUpOf(atRisk = false, forOthers = 0) {
	const clock = new VirtualClock();
	const asked: [string, number, number][] = [];
	const leftOver: [readonly string[], number][] = [];
	const backUp = new BackUp({
		clock,
		claimer: {
			want: (route, tasks) => asked.push([route, tasks, clock.monoMs()]),
		},
		lastTurn: { isLast: atRisk, othersFirst: () => forOthers },
		leftOvers: {
			take(routes) {
				if (routes.length > 0) leftOver.push([routes, clock.monoMs()]);
			},
		},
	});
	const leave = (route: string, tasks: number) =>
		backUp.left(route, tasks, { leftMs: clock.monoMs() });
	return { clock, backUp, asked, leftOver, leave };
}

test("a node asks once for as many tasks as it left to others, a moment after its message", async () => {
	const { clock, asked, leave } = backUpOf();
	leave("a", 3);
	leave("a", 2);
	leave("b", 1);
	await clock.runFor(1_000);
	expect(asked).toEqual([
		["a", 5, BACK_UP_MS],
		["b", 1, BACK_UP_MS],
	]);
});

test("a node that may soon be taken away gives the others longer", async () => {
	const { clock, asked, leave } = backUpOf(true);
	leave("a", 3);
	await clock.runFor(AT_RISK_MS);
	expect(asked).toEqual([]);
	await clock.runFor(1_000);
	expect(asked).toEqual([["a", 3, AT_RISK_MS + BACK_UP_MS]]);
});

test("while the others report room, it takes only what has waited as long", async () => {
	const { clock, asked, leftOver, leave } = backUpOf(true, 1);
	leave("a", 3);
	leave("b", 1);
	await clock.runFor(1_000);
	expect(asked).toEqual([]);
	// It asks about all at once, however many routes there are.
	expect(leftOver).toEqual([[["a", "b"], AT_RISK_MS + BACK_UP_MS]]);
});

test("a node that goes on leaving tasks to others asks for the older ones soon enough", async () => {
	const { clock, asked, leave } = backUpOf();
	for (let i = 0; i < 20; i += 1) {
		leave("a", 1);
		await clock.runFor(5);
	}
	await clock.runFor(100);
	const [first] = asked;
	expect(first?.[2]).toBeLessThanOrEqual(BACK_UP_MS_MAX);
	expect(asked.reduce((sum, [, tasks]) => sum + tasks, 0)).toBe(20);
});

test("the time counts from when the message has left", async () => {
	const { clock, backUp, asked } = backUpOf();
	const told: { leftMs: number | undefined } = { leftMs: undefined };
	backUp.left("a", 1, told);
	await clock.runFor(30);
	expect(asked).toEqual([]);
	told.leftMs = 30;
	await clock.runFor(30);
	expect(asked).toEqual([["a", 1, expect.any(Number)]]);
	expect(asked[0]?.[2]).toBeGreaterThanOrEqual(30 + BACK_UP_MS);
});

test("a node does not look again and again within a moment, whatever the fractions", async () => {
	const { clock, backUp, asked } = backUpOf();
	for (const leftMs of [0.1, 0.2, 7.7, 12.3, 15.7])
		backUp.left("a", 1, { leftMs });
	await clock.runFor(100);
	expect(asked.length).toBeLessThanOrEqual(5);
	expect(asked.reduce((sum, [, tasks]) => sum + tasks, 0)).toBe(5);
});

test("a node that stops asks for nothing more", async () => {
	const { clock, backUp, asked, leave } = backUpOf();
	leave("a", 1);
	backUp.stop();
	await clock.runFor(100);
	expect(asked).toEqual([]);
});

test.each([
	["hardly", 2, BACK_UP_MS + 2],
	["a little", 5, BACK_UP_MS + 5 + 5],
	["by far", 500, BACK_UP_MS + 500 + BACK_UP_MS],
])(
	"a node whose own timer is %s late waits as much longer, but no longer than as long again",
	async (_, lateMs, expected) => {
		const clock = new VirtualClock();
		const asked: number[] = [];
		let late = lateMs;
		const backUp = new BackUp({
			clock: {
				...{ monoMs: () => clock.monoMs(), wallMs: () => clock.wallMs() },
				soon: (run) => clock.soon(run),
				after: (ms, fire) => {
					const timer = clock.after(ms + late, fire);
					late = 0;
					return timer;
				},
			},
			claimer: { want: () => asked.push(clock.monoMs()) },
			lastTurn: NO_LAST_TURN,
			leftOvers: { take: (routes) => expect(routes).toEqual([]) },
		});
		backUp.left("a", 1, { leftMs: 0 });
		await clock.runFor(2_000);
		expect(asked).toEqual([expected]);
	},
);
