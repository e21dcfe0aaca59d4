import { describe, expect, test } from "vitest";
import { readOptions } from "../../scripts/proof/options.ts";
import type { Proof } from "../../scripts/proof/proof.ts";
import { PROOFS } from "../../scripts/proof/proofs.ts";
import { formatList, formatVerdict } from "../../scripts/proof/text.ts";

const PROOF: Proof = {
	name: "sums",
	proves: "one and one are two",
	takes: "2 min",
	unit: "sums",
	times: 5,
	run: async () => ({ figures: {}, breaches: [] }),
};

describe("the command line of proofs", () => {
	test.each([[[]], [["--list"]], [["--help"]]])("%j is the list", (args) => {
		expect(readOptions(args, [PROOF])).toBeUndefined();
	});

	test("takes a seed and a number of times; otherwise a seed is drawn", () => {
		const drawn = readOptions(["sums"], [PROOF]);
		expect(drawn).toMatchObject({ proof: PROOF, times: 5, json: false });
		expect(drawn?.seed).toBeGreaterThan(0);
		const args = ["sums", "--seed", "7", "--times", "2", "--json"];
		const told = { proof: PROOF, seed: 7, times: 2, json: true };
		expect(readOptions(args, [PROOF])).toEqual(told);
	});

	test.each([
		[["magic"], /no proof "magic"; there are: sums/],
		[["sums", "sums"], /one proof at a time/],
		[["--seed", "7"], /Name the proof/],
		[["sums", "--seed", "x"], /--seed takes a whole number/],
		[["sums", "--times", "0"], /--times takes a whole number/],
		[["sums", "--quick"], /--quick/],
	])("refuses %j, and says why", (args, why) => {
		expect(() => readOptions(args, [PROOF])).toThrow(why);
	});
});

test("the list names every proof once, with what it takes", () => {
	const names = PROOFS.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	expect(formatList([PROOF])).toContain("5 sums, about 2 min");
});

test("a verdict shows figures, seed, what is broken and how to see it again", () => {
	const command = "npm run proof -- sums --seed 7 --times 5";
	const verdict = {
		...{ proof: "sums", seed: 7, times: 5, command, tookMs: 1_234 },
		figures: { sums: 5, "time, ms": { count: 5, p50: 1, p99: 3, max: 4 } },
	};
	const text = formatVerdict({ ...verdict, held: true, breaches: [] });
	expect(text).toMatch(/^sums +5$/m);
	expect(text).toMatch(/^time, ms +p50 1, p99 3, max 4, of 5$/m);
	expect(text).toMatch(/^seed +7$/m);
	expect(text).toContain(`sums HELD after 1.2 s. Again: ${command}`);
	const breach = { promise: "one and one are two", what: "they are 3" };
	const broken = formatVerdict({ ...verdict, held: false, breaches: [breach] });
	expect(broken).toContain("one and one are two: they are 3");
	expect(broken).toContain("sums BROKEN");
});
