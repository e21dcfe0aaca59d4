/** Every rule of the house can fail, and lets pass what it should. */
import { describe, expect, test } from "vitest";
import { checkAmbient } from "./house/ambient.ts";
import { checkArrows } from "./house/arrows.ts";
import { findFunctionParts } from "./house/collaborators.ts";
import { checkExports } from "./house/exports.ts";
import {
	checkDocComments,
	checkHeaders,
	checkLooseEnds,
	checkNames,
	checkScriptHeaders,
	checkTestsRun,
	checkTop,
} from "./house/manners.ts";
import { ROOMS, TOP_FILES } from "./house/plan.ts";
import { checkFileSizes, checkFunctionSizes } from "./house/sizes.ts";
import { parseSource } from "./house/source.ts";

const lines = (count: number, line: string) => `${line}\n`.repeat(count);

describe("arrows", () => {
	const arrows = (path: string, text: string) =>
		checkArrows([parseSource(path, text)]);

	test.each([
		["protocol/a.ts", 'import "node:fs";', "imports node:fs"],
		["protocol/a.ts", 'import type { Log } from "../node/ports.ts";', "ports"],
		[
			"node/work/claimer.ts",
			'export * from "./reaper.ts";',
			"know one another",
		],
		["node/work/claimer.ts", 'type A = import("./reaper.ts").A;', "reaper.ts"],
		["node/work/claimer.ts", 'await import("../store/keys.ts");', "(store)"],
		[
			"node/work/claimer.ts",
			'import { Redis } from "ioredis";',
			"imports ioredis",
		],
		["node/work/claimer.ts", 'import { join } from "node:path";', "node:path"],
		[
			"node/engine/shard-engine.ts",
			'import { a } from "../gossip/stack.ts";',
			"(gossip)",
		],
		["node/store/a.ts", 'import fastify from "fastify";', "imports fastify"],
		["node/store/a.ts", 'import { b } from "../gossip/b.ts";', "(gossip)"],
		["node/http/a.ts", 'import { tcp } from "@libp2p/tcp";', "@libp2p/tcp"],
		["node/http/a.ts", "await import(name);", "before it runs"],
		["dashboard/a.ts", 'import { a } from "../node/http/a.ts";', "(http)"],
		["scripts/a.ts", 'import { a } from "../node/node.ts";', "(composition)"],
		["node/main.ts", 'import { a } from "../test/clock.ts";', "(test)"],
		["src/a.ts", "", "lives nowhere"],
	])("%s may not say %s", (path, text, trouble) => {
		expect(arrows(path, text)).toEqual([expect.stringContaining(trouble)]);
	});

	test.each([
		["protocol/a.ts", 'import { b } from "./b.ts";'],
		["node/work/claimer.ts", 'import type { Log } from "../ports.ts";'],
		["node/work/claimer.ts", 'import { a } from "../../protocol/a.ts";'],
		["node/engine/shard-engine.ts", 'import { a } from "../work/claimer.ts";'],
		["node/work/runner.ts", 'import { a } from "./task-exit.ts";'],
		["node/gossip/a.ts", 'import { keys } from "@libp2p/crypto/keys";'],
		["node/executor/worker/a.ts", "await import(file);"],
		["node/node.ts", 'import { a } from "./store/a.ts";'],
		["test/sim/a.ts", 'import { a } from "../../node/engine/shard-engine.ts";'],
	])("%s may say %s", (path, text) => {
		expect(arrows(path, text)).toEqual([]);
	});

	test("a finding names the line", () => {
		expect(arrows("protocol/a.ts", '\n\nimport "pino";')).toEqual([
			"protocol/a.ts:3 (protocol) imports pino",
		]);
	});
});

describe("ambient", () => {
	const ambient = (path: string, text: string) =>
		checkAmbient([parseSource(path, text)]);

	test.each([
		["node/work/claimer.ts", "Date.now();"],
		["node/work/claimer.ts", "new Date();"],
		["node/work/claimer.ts", "globalThis.setTimeout(f, 1);"],
		["protocol/client/a.ts", "await fetch(url);"],
		["node/work/claimer.ts", "const later = promisify(setTimeout);"],
		["node/work/claimer.ts", "pick(Math.random());"],
		["node/store/a.ts", 'import { setTimeout } from "node:timers/promises";'],
		["node/gossip/a.ts", 'import { randomBytes } from "node:crypto";'],
		["node/node.ts", "const { PORT } = process.env;"],
		["node/main.ts", "setInterval(f, 1);"],
		["node/http/a.ts", "AbortSignal.timeout(1);"],
		["protocol/a.ts", "Buffer.from(text);"],
		["test/sim/a.ts", "performance.now();"],
	])("%s may not say %s", (path, text) => {
		expect(ambient(path, text)).toHaveLength(1);
	});

	test.each([
		["node/world/clock.ts", "Date.now(); setTimeout(f, Math.random());"],
		["node/main.ts", "run(process.env);"],
		["node/work/claimer.ts", "new Date(ms); socket.setTimeout(1);"],
		["node/store/a.ts", 'import { createHash } from "node:crypto";'],
		["node/executor/worker/a.ts", "setTimeout(f, 1);"],
		["test/e2e/a.ts", "Date.now(); process.env.CI;"],
	])("%s may say %s", (path, text) => {
		expect(ambient(path, text)).toEqual([]);
	});
});

describe("sizes", () => {
	const functions = (path: string, text: string) =>
		checkFunctionSizes([parseSource(path, text)]);
	const body = lines(59, "f();");

	test("one line more than allowed is too much", () => {
		const text = lines(3, "x");
		expect(checkFileSizes([{ path: "a.ts", text }], 3)).toEqual([]);
		expect(checkFileSizes([{ path: "a.ts", text }], 2)).toEqual([
			"a.ts has 3 lines",
		]);
	});

	test("the header is not counted, other comments are", () => {
		const header = `/**\n${lines(9, " * why")} */\n\n`;
		const files = [
			{ path: "a.ts", text: `${header}${lines(2, "x")}` },
			{ path: "b.lua", text: `${lines(9, "-- why")}${lines(2, "x")}` },
			{ path: "c.ts", text: `x\n${header}` },
		];
		expect(checkFileSizes(files, 2)).toEqual(["c.ts has 13 lines"]);
	});

	test("functions, methods and arrows are measured", () => {
		const long = [
			`function f() {\n${body}}`,
			`class A { m() {\n${body}} }`,
			`const f = () => {\n${body}};`,
		];
		for (const text of long) expect(functions("a.ts", text)).toHaveLength(1);
		expect(functions("a.ts", `function f() {\n${lines(58, "f();")}}`)).toEqual(
			[],
		);
	});

	test("a list of tests may be long, a function in it may not", () => {
		const list = `describe("a", () => {\n${lines(90, 'test("b", () => {});')}});`;
		expect(functions("a.test.ts", list)).toEqual([]);
		const inner = `describe("a", () => { test("b", () => {\n${body}}); });`;
		expect(functions("a.test.ts", inner)).toHaveLength(1);
	});
});

describe("collaborators", () => {
	test("functions that actors are given are found, named collaborators are not", () => {
		const text = `interface AParts {
			readonly f: () => void;
			readonly g: ((a: number) => void) | undefined;
			m(): void;
			readonly clock: Clock;
			readonly slots: { reserve(slots: number): boolean };
		}
		interface B { readonly f: () => void }`;
		expect(findFunctionParts([parseSource("node/a.ts", text)])).toEqual([
			"node/a.ts:2",
			"node/a.ts:3",
			"node/a.ts:4",
		]);
	});
});

describe("exports", () => {
	const dead = (files: Record<string, string>, exceptions = {}) =>
		checkExports(
			Object.entries(files).map(([path, text]) => parseSource(path, text)),
			exceptions,
		);

	test("what nobody takes is dead", () => {
		expect(dead({ "node/a.ts": "export const b = 1; f(b);" })).toEqual([
			"node/a.ts:1 exports b, which no other file takes",
		]);
		expect(dead({ "node/a.ts": "export default 1;" })).toHaveLength(1);
		expect(dead({ "node/a.ts": "export interface A {}" })).toHaveLength(1);
	});

	test("for the program a test does not count, for a test it does", () => {
		const taker = (from: string) => ({
			"test/b.ts": `import { a } from "${from}";`,
		});
		expect(
			dead({ "node/a.ts": "export const a = 1;", ...taker("../node/a.ts") }),
		).toHaveLength(1);
		expect(
			dead({ "test/a.ts": "export const a = 1;", ...taker("./a.ts") }),
		).toEqual([]);
	});

	test.each([
		'import { a } from "./a.ts";',
		'import * as all from "./a.ts";',
		'await import("./a.ts");',
		'type A = import("./a.ts").A;',
	])("%s takes", (text) => {
		expect(
			dead({ "node/a.ts": "export const a = 1;", "node/b.ts": text }),
		).toEqual([]);
	});

	test("what is passed on is taken only when somebody takes it there", () => {
		const files = {
			"node/a.ts": "export const a = 1;",
			"node/all.ts": 'export * from "./a.ts";',
		};
		expect(dead(files)).toHaveLength(1);
		const taker = { "node/b.ts": 'import { a } from "./all.ts";' };
		expect(dead({ ...files, ...taker })).toEqual([]);
	});

	test("a type that another one mentions is not dead", () => {
		const text = "export interface A { b: B }\nexport interface B {}";
		expect(dead({ "node/a.ts": text }, { "node/a.ts#A": "public" })).toEqual(
			[],
		);
	});

	test("an exception without need is a finding", () => {
		expect(dead({}, { "node/a.ts#gone": "once" })).toEqual([
			"node/a.ts#gone is excepted without need",
		]);
	});
});

describe("manners", () => {
	test("the top level is exact", () => {
		expect(checkTop([...ROOMS, ...TOP_FILES])).toEqual([]);
		expect(checkTop([...ROOMS, ...TOP_FILES, "src"])).toEqual([
			"src does not belong at the top",
		]);
		expect(checkTop([...ROOMS.slice(1), ...TOP_FILES])).toEqual([
			"dashboard is missing",
		]);
	});

	test("names are kebab-case and mean something", () => {
		const good = ["node/store/redis-shard.ts", "test/unit/house.test.ts"];
		expect(checkNames(good)).toEqual([]);
		const bad = ["node/taskRunner.ts", "node/utils.ts", "node/helpers/a.ts"];
		expect(checkNames(bad)).toHaveLength(3);
	});

	test("headers are asked for", () => {
		const header = (path: string, text: string) =>
			checkHeaders([parseSource(path, text)]);
		expect(header("node/a.ts", "f();")).toHaveLength(1);
		expect(header("node/a.ts", "#!/usr/bin/node\n/** A. */\nf();")).toEqual([]);
		expect(checkScriptHeaders([{ path: "a.lua", text: "x" }])).toHaveLength(1);
	});

	test("a doc comment that leans on the one before it is found", () => {
		const found = (text: string) =>
			checkDocComments([parseSource("a.ts", text)]);
		expect(found("/** … and that. */\nf();")).toHaveLength(1);
		expect(found("/**\n * Likewise of others.\n */\nf();")).toHaveLength(1);
		expect(found("/** What is likewise so … */\nf(); // … as said")).toEqual(
			[],
		);
	});

	test.each(["test.only(f);", "describe.skip(f);", "test.each([]).skip(f);"])(
		"%s leaves tests out",
		(text) => {
			expect(checkTestsRun([parseSource("a.test.ts", text)])).toHaveLength(1);
		},
	);

	test("a word for later is found in comments alone", () => {
		const word = ["TO", "DO"].join("");
		const ends = (text: string) =>
			checkLooseEnds([parseSource("a.ts", text)], []);
		expect(ends(`f(); // ${word}: mend`)).toHaveLength(1);
		expect(ends(`f("${word}");`)).toEqual([]);
		const script = { path: "a.lua", text: `-- ${word}` };
		expect(checkLooseEnds([], [script])).toHaveLength(1);
	});
});
