/** Reads of many steps: how often they are made anew, and how old an answer may be. */
import { expect, test } from "vitest";
import { KeptRead } from "../../node/http/door/kept-read.ts";
import { KEPT_READS_A_SECOND_MAX } from "../../protocol/limits.ts";

const KEPT_MS = 10_000;

/** A read of so many rows, whose answers are numbered. */
function keptRead(size: number) {
	let nowMs = 0;
	let reads = 0;
	const clock = { monoMs: () => nowMs };
	const keeping = { keptMs: KEPT_MS, few: 9 };
	const read = new KeptRead(clock, keeping, async () => ({
		number: ++reads,
		rows: Array(size),
	}));
	const kept = {
		ask: async (goesOn: boolean) => (await read.ask(goesOn)).number,
	};
	const pass = (ms: number) => {
		nowMs += ms;
	};
	return { kept, pass };
}

test("a small answer is read anew for everybody who begins", async () => {
	const { kept, pass } = keptRead(1);
	expect(await kept.ask(true)).toBe(1);
	expect(await kept.ask(false)).toBe(2);
	expect(await kept.ask(false)).toBe(3);
	expect(await kept.ask(true)).toBe(3);
	pass(KEPT_MS - 1);
	expect(await kept.ask(true)).toBe(3);
	pass(1);
	expect(await kept.ask(true)).toBe(4);
});

test("a large answer is read anew only once it is old", async () => {
	const { kept, pass } = keptRead(10);
	expect(await kept.ask(false)).toBe(1);
	pass(KEPT_MS - 1);
	expect(await kept.ask(false)).toBe(1);
	pass(1);
	expect(await kept.ask(false)).toBe(2);
});

test("an answer is read at most so many times a second, however often it is asked for", async () => {
	const { kept, pass } = keptRead(1);
	const ask = async (times: number) => {
		let last = 0;
		for (let i = 0; i < times; i++) last = await kept.ask(false);
		return last;
	};
	expect(await ask(100)).toBe(KEPT_READS_A_SECOND_MAX);
	pass(999);
	expect(await ask(100)).toBe(KEPT_READS_A_SECOND_MAX);
	pass(1);
	expect(await ask(100)).toBe(2 * KEPT_READS_A_SECOND_MAX);
});
