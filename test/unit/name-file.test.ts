/** A node's name on its disk: it is kept for the wish that it was made from, and is never in the way. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NameFile } from "../../node/world/name-file.ts";

let folder: string;
let warnings: string[];
const log = {
	...{ debug() {}, info() {}, error() {} },
	warn: (_: object, message: string) => void warnings.push(message),
};

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-name-"));
	warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a node without a file is called as wished, and keeps what it is given", async () => {
	const name = new NameFile(folder, "host", log);
	expect(name.current).toBe("host");
	name.give("host-2");
	await name.given;
	expect(name.current).toBe("host-2");
	expect(warnings).toEqual([
		"another node of the cluster is called host; this one is called host-2",
	]);
	expect(new NameFile(folder, "host", log).current).toBe("host-2");
	expect(warnings).toHaveLength(1);
});

test("a node with another wish begins anew", () => {
	new NameFile(folder, "host", log).give("host-2");
	expect(new NameFile(folder, "other", log).current).toBe("other");
});

test.each([
	"{",
	"null",
	'{"wished":"host"}',
	'{"wished":"host","name":"elsewhere"}',
	'{"wished":"host","name":"host-x"}',
	'{"wished":"host","name":"host-2\\n"}',
	'{"wished":"host","name":7}',
])("a file that holds %s is logged and done without", (text) => {
	writeFileSync(join(folder, "name.json"), text);
	expect(new NameFile(folder, "host", log).current).toBe("host");
	expect(warnings).toEqual(["could not read the node's name that was kept"]);
});

test("a node whose name cannot be written keeps it all the same", () => {
	const name = new NameFile(join(folder, "gone"), "host", log);
	name.give("host-2");
	expect(name.current).toBe("host-2");
	expect(warnings.at(-1)).toBe("could not keep the node's name");
});
