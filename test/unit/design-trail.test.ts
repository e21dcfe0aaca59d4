/** The way of one task, as the manual's chapter on the design lists it, is the one in the code. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DESIGN_FILE } from "./house/picture.ts";
import { checkTrail, readTrail } from "./house/trail.ts";

const STOPS_MAX = 15;
const CHAPTER = readFileSync(DESIGN_FILE, "utf8");
const [, followed = ""] = CHAPTER.split(/^## Follow one task$/m);
const [section = ""] = followed.split(/^## /m);
const [direct = "", byHint = ""] = section.split(/^### /m);

function read(path: string): string | undefined {
	return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

test("each stop exists, and is called by the one that it names", () => {
	const stops = readTrail(direct + byHint);
	expect(stops.map(({ number }) => number)).toEqual(stops.map((_, i) => i + 1));
	expect(stops.filter(({ call }) => call === undefined)).toHaveLength(1);
	expect(checkTrail(stops, read)).toEqual([]);
});

test(`a task has ${STOPS_MAX} stops at most until its result is told, and comes to none twice`, () => {
	const paths = readTrail(direct).map(({ path }) => path);
	expect(paths.at(-1)).toBe("node/http/resources/tasks.ts");
	expect(paths.length).toBeLessThanOrEqual(STOPS_MAX);
	expect(new Set(paths).size).toBe(paths.length);
});

test("the files named between stops exist", () => {
	const named = [...section.matchAll(/`(node\/[^`]+)`/g)];
	const missing = named.filter(([, path = ""]) => !existsSync(path));
	expect(missing).toEqual([]);
});

describe("a stop that is not in the code is found", () => {
	const files: Record<string, string> = {
		"a.ts": "class A { begin() { this.#parts.shard.tasks.submit(1); } }",
		"submit.lua": "return 1",
		"b.ts": "function wait() {} export class B { tell() {} }",
	};
	const row = (number: number, path: string, name: string, how: string) =>
		`| ${number} | \`${path}\` | \`${name}\` | ${how} | told |`;
	const first = row(1, "a.ts", "begin", "`POST /`");
	const check = (...rows: string[]) =>
		checkTrail(readTrail(rows.join("\n")), (path) => files[path]);

	test("and one that is there is not", () => {
		const second = row(2, "submit.lua", "submit", "`tasks.submit` in 1");
		expect(check(first, second)).toEqual([]);
		const byFile = row(2, "submit.lua", "submit", "`tasks.submit` in `a.ts`");
		expect(check(first, byFile)).toEqual([]);
	});

	test.each([
		["c.ts", "tell", "`tasks.submit` in 1", "c.ts has no tell"],
		["b.ts", "listen", "`tasks.submit` in 1", "b.ts has no listen"],
		["b.ts", "tell", "`b.tell` in 1", "a.ts does not call b.tell"],
		["b.ts", "tell", "`sks.submit` in 1", "a.ts does not call sks.submit"],
		["b.ts", "tell", "`tasks.submit` in 1", "tasks.submit is not in b.ts"],
		["b.ts", "tell", "`b.wait`, answered by 1", "b.ts does not call b.wait"],
	])("%s %s by %s", (path, name, how, trouble) => {
		expect(check(first, row(2, path, name, how))).toContain(`2: ${trouble}`);
	});
});
