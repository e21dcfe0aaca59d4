/**
 * The description of the API as its users need it: linted, turned into types, and used by
 * a client with these types on a real node.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../cluster.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TOOLS = join(ROOT, "test/tools");
const CLIENT = join(TOOLS, "generated-client");
/** Where a client's types are generated: beside the packages, to be thrown away. */
const GENERATED = join(TOOLS, "node_modules/.generated");
const DESCRIPTION = join(GENERATED, "openapi.json");
const TYPES = join(GENERATED, "api.ts");

let cluster: Cluster;

beforeAll(async () => {
	cluster = await Cluster.start({ nodes: [[]] });
	const { body } = await cluster.node(1).get("/openapi.json");
	mkdirSync(GENERATED, { recursive: true });
	writeFileSync(DESCRIPTION, JSON.stringify(body));
});
afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	rmSync(GENERATED, { recursive: true });
});

/** What a program printed. Rejects with that if the program fails. */
async function run(program: string, ...args: string[]): Promise<string> {
	const { stdout } = await promisify(execFile)(program, args).catch((error) => {
		throw new Error(`${error.message}\n${error.stdout}`, { cause: error });
	});
	return stdout;
}

function runOfClient(file: string, ...args: string[]): Promise<string> {
	return run(process.execPath, join(CLIENT, file), ...args);
}

test("linters have no objection to the description of the API", async () => {
	expect(await runOfClient("lint.ts", DESCRIPTION)).toBe("");
});

test("a client generated from the description of the API compiles and works", async () => {
	await runOfClient("generate.ts", DESCRIPTION, TYPES);
	const tsc = join(ROOT, "node_modules/.bin/tsc");
	expect(await run(tsc, "--project", CLIENT)).toBe("");
	const node = cluster.node(1);
	const said = await runOfClient("program.ts", node.url);
	const [self] = await node.peers();
	expect(JSON.parse(said)).toEqual({
		priority: 7,
		state: "SUCCESS",
		many: [202, 202],
		lines: [202, 400],
		hasMore: true,
		accepted: 4,
		succeeded: expect.any(Number),
		node: self?.name,
		ready: "ready",
		none: "not_found",
		wrong: "priority",
	});
});
