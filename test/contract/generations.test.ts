/** What every memory of generations promises, and what only a file can get wrong. */
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GenerationFile } from "../../node/world/generation-file.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { KeptInMemory } from "../fakes/generations.ts";
import { RecordedLog } from "./recorded-log.ts";

const first = { generation: 7, run: "a1" };
const second = { generation: 8, run: "b2" };

let folder: string;
let log: RecordedLog;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-generations-"));
	log = new RecordedLog();
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (cluster = "hearsay") => new GenerationFile(folder, cluster, log);

describe.each([
	{ on: "a file", make: open },
	{ on: "memory", make: () => new KeptInMemory() },
])("generations in $on", ({ make }) => {
	test("the last generation kept for each shard is recalled, and no earlier one", () => {
		const generations = make();
		expect(generations.recall(0)).toEqual(NO_GENERATION);
		generations.keep(0, first);
		generations.keep(1, first);
		generations.keep(0, second);
		expect(generations.recall(0)).toEqual(second);
		expect(generations.recall(1)).toEqual(first);
		expect(generations.recall(2)).toEqual(NO_GENERATION);
	});
});

test("the node's next life recalls them, and a node of another cluster does not", () => {
	open().keep(0, first);
	open().keep(15, second);
	expect([open().recall(0), open().recall(15)]).toEqual([first, second]);
	expect(open("other").recall(0)).toEqual(NO_GENERATION);
	expect(readdirSync(folder)).toEqual(["generations.json"]);
	expect(log.lines).toEqual([]);
});

test.each([
	["half written", '{"cluster":"hearsay","sha'],
	["no object", "null"],
	["without shards", '{"cluster":"hearsay"}'],
	["a generation of which no token can be made", say(2 ** 41 - 2, "a1")],
	["a negative generation", say(-1, "a1")],
	["a run that is none", say(7, "a1\n")],
])("a file that is %s is logged and done without", (_what, text) => {
	writeFileSync(join(folder, "generations.json"), text);
	const generations = open();
	expect(generations.recall(0)).toEqual(NO_GENERATION);
	expect(log.lines).toEqual(["could not read the generations of tokens kept"]);
	generations.keep(0, first);
	expect(open().recall(0)).toEqual(first);
});

test("a generation that cannot be written is remembered for this life, and the failure is logged", () => {
	mkdirSync(join(folder, "generations.json.new"));
	const generations = open();
	generations.keep(0, first);
	expect(generations.recall(0)).toEqual(first);
	expect(log.lines).toEqual([
		"could not keep the generation of fencing tokens",
	]);
	expect(open().recall(0)).toEqual(NO_GENERATION);
});

function say(generation: number, run: string): string {
	return JSON.stringify({
		cluster: "hearsay",
		shards: { 0: { generation, run } },
	});
}
