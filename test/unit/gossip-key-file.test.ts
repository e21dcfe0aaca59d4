/** A node keeps its identity over restarts, and never takes on another by accident. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadKey } from "../../node/gossip/key-file.ts";
import { createNoGossip } from "../../node/gossip/no-gossip.ts";
import { systemRandom } from "../../node/world/clock.ts";

const KEY_FILE = new URL("../../node/gossip/key-file.ts", import.meta.url);
const WORLD = new URL("../../node/world/clock.ts", import.meta.url);

let root: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "hearsay-key-"));
});
afterEach(() => rm(root, { recursive: true }));

test("the first start makes a key that only its owner reads, and later ones find it", async () => {
	const dataDir = join(root, "data");
	const first = await loadKey(dataDir, systemRandom);
	const second = await loadKey(dataDir, systemRandom);
	expect(second.equals(first)).toBe(true);
	expect(await readdir(dataDir)).toEqual(["node.key"]);
	const { mode } = await stat(join(dataDir, "node.key"));
	expect(mode & 0o777).toBe(0o600);
});

test("starts at the same moment agree on one key", async () => {
	const keys = await Promise.all(
		Array.from({ length: 8 }, () => loadKey(root, systemRandom)),
	);
	expect(keys.every((key) => keys[0]?.equals(key))).toBe(true);
	expect(await readdir(root)).toEqual(["node.key"]);
});

test.each([
	["empty", ""],
	["cut off", "CAESQ"],
	["something else", "hello, world"],
])(
	"a key file that is %s stops the start and stays as it is",
	async (_what, text) => {
		await writeFile(join(root, "node.key"), text);
		await expect(loadKey(root, systemRandom)).rejects.toThrow(
			/node\.key is not a node's key/,
		);
		expect((await stat(join(root, "node.key"))).size).toBe(text.length);
	},
);

test("a key for which there is no room is reported, and leaves nothing behind", async () => {
	const load = `
		import { loadKey } from ${JSON.stringify(KEY_FILE)};
		import { systemRandom } from ${JSON.stringify(WORLD)};
		await loadKey(${JSON.stringify(root)}, systemRandom).catch(({ message }) => console.log(message));
	`;
	// No file may have a byte: as on a full disk, for this process alone.
	const { stdout } = await promisify(execFile)("sh", [
		...["-c", 'ulimit -f 0; exec "$@"', "sh", process.execPath],
		...["--input-type=module", "--eval", load],
	]);
	expect(stdout).toMatch(
		/^The node's key \S+ cannot be written \(EFBIG\); .+\.$/m,
	);
	expect(await readdir(root)).toEqual([]);
});

test("without gossip a node has the same identity and no address", async () => {
	const options = { dataDir: root, random: systemRandom };
	const [a, b] = [await createNoGossip(options), await createNoGossip(options)];
	expect(a.nodeId).toMatch(/^12D3KooW/);
	expect(b.nodeId).toBe(a.nodeId);
	expect(a.address).toBe("");
	expect(await a.probe(a.nodeId, 10)).toBe("unreachable");
});
