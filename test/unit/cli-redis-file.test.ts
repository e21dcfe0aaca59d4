/** The address of Redis from a file, and where the service manager is. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFlags } from "../../node/cli/flags.ts";
import { NODE_FLAGS } from "../../node/cli/node-flags.ts";
import { readNodeOptions } from "../../node/cli/node-options.ts";
import { withRedisFile } from "../../node/cli/redis-file.ts";
import { readService } from "../../node/cli/service-place.ts";
import { REDIS_FILE_BYTES_MAX } from "../../protocol/limits.ts";

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-redis-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: string | undefined, args: readonly string[] = []) {
	if (content !== undefined) writeFileSync(join(folder, "url"), content);
	const flags = readFlags(NODE_FLAGS, ["--redis-file", "url", ...args], {});
	const around = { folder, host: "ann", cores: 2, version: "1.0.0" };
	return readNodeOptions(withRedisFile(flags, folder), around).redis;
}

test("the file holds the address, with or without an end of line", () => {
	const url = "rediss://ann:p%40ss@redis.example:6380/1";
	expect(read(url)).toBe(url);
	expect(read(`${url}\r\n`)).toBe(url);
});

test.each([
	["", /^--redis-file url should hold the address of Redis on one line/],
	["redis://a:secret@host\n# that", /^--redis-file url should hold/],
	["x".repeat(REDIS_FILE_BYTES_MAX + 1), /^--redis-file url has more than/],
	["http://a:secret@host", /^--redis-file url: /],
])(
	"a file with %j is refused, and its contents are not shown",
	(content, why) => {
		expect(() => read(content)).toThrow(why);
		expect(() => read(content)).not.toThrow(/secret/);
	},
);

test("a file that is missing, or is given beside --redis, is refused", () => {
	const redis = ["--redis", "redis://host"];
	expect(() => read("redis://host", redis)).toThrow(
		"--redis-file and --redis both say where Redis is; give one of them.",
	);
	rmSync(join(folder, "url"));
	expect(() => read(undefined)).toThrow(/cannot be read: ENOENT/);
});

test.each([
	[{}, {}],
	[{ NOTIFY_SOCKET: "" }, {}],
	[{ NOTIFY_SOCKET: "/s" }, { service: { socket: "/s" } }],
	[
		{ NOTIFY_SOCKET: "@s", WATCHDOG_USEC: "30000000" },
		{ service: { socket: "@s", watchdogMs: 30_000 } },
	],
	[
		{ NOTIFY_SOCKET: "/s", WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" },
		{ service: { socket: "/s", watchdogMs: 30_000 } },
	],
	[
		{ NOTIFY_SOCKET: "/s", WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" },
		{ service: { socket: "/s" } },
	],
	[
		{ NOTIFY_SOCKET: "/s", WATCHDOG_USEC: "soon" },
		{ service: { socket: "/s" } },
	],
])("from %j process 7 makes %j", (env, service) => {
	expect(readService(env, 7)).toEqual(service);
});
