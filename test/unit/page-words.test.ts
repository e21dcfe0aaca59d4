import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { byName, pageOf } from "../../dashboard/words/nodes.ts";
import { pageAt } from "../../dashboard/words/place.ts";
import {
	clockTime,
	counted,
	figure,
	longSpanOf,
	spanOf,
} from "../../dashboard/words/times.ts";

describe("spans of time", () => {
	test.each([
		[0, "0 ms"],
		[58.4, "58 ms"],
		[640, "0.64 s"],
		[999, "1.0 s"],
		[1_949, "1.9 s"],
		[9_960, "9 s"],
		[12_999, "12 s"],
		[91_000, "1 min 31 s"],
		[120_000, "2 min"],
		[3_900_000, "1 h 5 min"],
		[200_000_000, "2 d 7 h"],
		[-5, "0 ms"],
	])("%d ms is %s", (ms, text) => expect(spanOf(ms)).toBe(text));

	test("a span that changes while one looks has whole seconds", () => {
		expect(longSpanOf(2_900)).toBe("2 s");
	});
});

test("a time has its day unless that is today", () => {
	const time = new Date(2026, 10, 29, 8, 17, 3);
	expect(clockTime(time, time.getTime() + 1_000)).toBe("08:17:03");
	expect(clockTime(time, time.getTime() + 86_400_000)).toBe(
		"2026-11-29 08:17:03",
	);
});

test("figures are grouped, and one thing is in the singular", () => {
	expect(figure(1_884)).toBe("1,884");
	expect([counted(1, "task"), counted(8, "task")]).toEqual([
		"1 task",
		"8 tasks",
	]);
});

test("nodes are sorted as people count", () => {
	const nodes = ["node-10", "node-2"].map((name) => ({ name, id: name }));
	expect(nodes.toSorted(byName).map(({ name }) => name)).toEqual([
		"node-2",
		"node-10",
	]);
});

test("the address of a node's page depends on where one looks from", () => {
	const near = "http://127.0.0.1:5000/";
	const far = "http://10.0.0.4:5000/";
	expect(pageOf("http://0.0.0.0:5001", near)).toBe("http://127.0.0.1:5001/");
	expect(pageOf("http://127.0.0.1:5001", far)).toBeUndefined();
	expect(pageOf("https://10.0.0.5/x", far)).toBe("https://10.0.0.5/x/");
	expect(pageOf("javascript:alert(1)", near)).toBeUndefined();
});

describe("the page of an address", () => {
	const pages = ["", "tasks", "tasks/*", "nodes"].map((path) => ({ path }));
	test.each([
		["", "", ""],
		["tasks", "tasks", ""],
		["tasks/a/b", "tasks/*", "a/b"],
		["nodes/x", "nodes", "x"],
		["gone", "", ""],
	])("%j is %j", (path, page, rest) => {
		expect(pageAt(pages, path)).toEqual({ page: { path: page }, rest });
	});
});

/** The contrast of colours in sRGB, as WCAG 2 defines it. */
function contrast(a: readonly number[], b: readonly number[]): number {
	const [light = 0, dark = 0] = [a, b].map(luminance).sort((x, y) => y - x);
	return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: readonly number[]): number {
	const [r = 0, g = 0, b = 0] = colour.map((each) => {
		const c = each / 255;
		return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe.each(["light", "dark"])("colours when it is %s", (theme) => {
	const css = readFileSync(
		new URL("../../dashboard/tokens.css", import.meta.url),
		"utf8",
	);
	const colours = new Map(
		[...css.matchAll(/--([\w-]+): light-dark\(#(\w{6}), #(\w{6})\)/g)].map(
			([, name = "", light = "", dark = ""]) => {
				const hex = theme === "light" ? light : dark;
				return [
					name,
					[0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)),
				];
			},
		),
	);
	const { ground = [], panel = [] } = Object.fromEntries(colours);
	const grounds = ["ground", "panel", "raised", "line", "edge"];
	const texts = [...colours.keys()].filter((name) => !grounds.includes(name));

	test("there are all of them", () => expect(texts).toHaveLength(15));

	test.each(texts)(
		"%s can be read on ground, panel and its own tint",
		(name) => {
			const colour = colours.get(name) ?? [];
			for (const below of [ground, panel]) {
				const tint = colour.map(
					(each, at) => each * 0.1 + (below[at] ?? 0) * 0.9,
				);
				expect(contrast(colour, below)).toBeGreaterThanOrEqual(4.6);
				expect(contrast(colour, tint)).toBeGreaterThanOrEqual(4.6);
			}
		},
	);

	test("the edge of a control can be seen", () => {
		const edge = colours.get("edge") ?? [];
		for (const below of [ground, panel])
			expect(contrast(edge, below)).toBeGreaterThanOrEqual(3);
	});
});
