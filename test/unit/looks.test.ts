/** How often a node asks the store for news because somebody says that there may be some. */
import { expect, test } from "vitest";
import { Looks } from "../../node/lease/looks.ts";
import { LOOK_MS_MIN } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";

function looksOf() {
	const clock = new VirtualClock();
	const lookedMs: number[] = [];
	const renewer = { look: () => lookedMs.push(clock.monoMs()) };
	return { clock, lookedMs, looks: new Looks({ clock, renewer }) };
}

test("the first message is heeded at once, and those soon after it by one more look", async () => {
	const { clock, lookedMs, looks } = looksOf();
	looks.look();
	expect(lookedMs).toEqual([0]);
	await clock.runFor(LOOK_MS_MIN / 2);
	for (let i = 0; i < 5; i += 1) looks.look();
	await clock.runFor(1_000);
	expect(lookedMs).toEqual([0, LOOK_MS_MIN]);
	looks.look();
	expect(lookedMs).toHaveLength(3);
});

test("in a flood of messages a true one is heeded as soon, and the number of looks stays bounded", async () => {
	const { clock, lookedMs, looks } = looksOf();
	for (let ms = 0; ms < 1_000; ms += 1) {
		for (let i = 0; i < 10; i += 1) looks.look();
		await clock.runFor(1);
	}
	expect(lookedMs.length).toBeLessThanOrEqual(1_000 / LOOK_MS_MIN + 1);
	expect(1_000 - (lookedMs.at(-1) ?? 0)).toBeLessThanOrEqual(LOOK_MS_MIN);
});

test("a node that has been stopped takes no look", async () => {
	const { clock, lookedMs, looks } = looksOf();
	looks.look();
	looks.look();
	looks.stop();
	await clock.runFor(1_000);
	expect(lookedMs).toEqual([0]);
});
