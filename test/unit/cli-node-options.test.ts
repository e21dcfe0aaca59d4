import { describe, expect, test } from "vitest";
import { readFlags } from "../../node/cli/flags.ts";
import { NODE_FLAGS } from "../../node/cli/node-flags.ts";
import { readNodeOptions } from "../../node/cli/node-options.ts";
import type { NodeOptions } from "../../node/options.ts";
import { KEEPS_DEFAULT } from "../../protocol/keep.ts";

function options(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
	host = "ann",
): NodeOptions {
	return readNodeOptions(readFlags(NODE_FLAGS, args, env), {
		folder: "/here",
		host,
		cores: 2,
		version: "1.2.3",
	});
}

/** A value for each flag. */
const VALUES: Record<keyof typeof NODE_FLAGS, string> = {
	name: "bob",
	redis: "redis://10.0.0.1:7000/2",
	"redis-file": "url",
	cloud: "ec2",
	http: "127.0.0.1:5001",
	p2p: "0.0.0.0:6001",
	advertise: "[fd00::1]:6001",
	"http-advertise": "10.0.0.1:5001",
	"tls-cert": "tls/cert.pem",
	"tls-key": "/etc/key.pem",
	"tls-client-ca": "ca.pem",
	"public-url": "https://Example.com/hearsay/",
	"cors-origin": "https://app.example.com",
	cluster: "green",
	handlers: "task.ts",
	concurrency: "3",
	queues: "a,b",
	labels: "gpu,eu",
	data: "elsewhere",
	shards: "4",
	"process-task-ms": "0",
	drain: "5s",
	"keep-successes": "2h,5000,3MiB",
	"keep-failures": ",7",
	log: "warn",
	insecure: "1",
	"no-gossip": "1",
	"token-file": "tokens",
	rate: "500",
};

/** The options, read from these values as flags and as variables. */
function bothWays(values: Readonly<Record<string, string>>) {
	const given = Object.entries(values);
	const args = given.flatMap(([name, value]) =>
		value === "1" ? [`--${name}`] : [`--${name}`, value],
	);
	const env = Object.fromEntries(
		given.map(([name, value]) => [
			`HEARSAY_${name.toUpperCase().replaceAll("-", "_")}`,
			value,
		]),
	);
	return { args, env };
}

describe("options of a node", () => {
	test("there is a default for everything", () => {
		expect(options([])).toEqual({
			name: "ann",
			redis: "redis://127.0.0.1:6379",
			http: { host: "127.0.0.1", port: 5000 },
			p2p: { host: "127.0.0.1", port: 0 },
			cluster: "hearsay",
			handlers: [],
			concurrency: 8,
			labels: [],
			dataDir: "/here/.hearsay/node-5000",
			gossip: true,
			processTaskMs: 5_000,
			drainMs: 30_000,
			keeps: KEEPS_DEFAULT,
			corsOrigins: [],
			shards: 1,
			insecure: false,
			logLevel: "info",
			version: "1.2.3",
		});
	});

	test("every flag has a variable HEARSAY_<FLAG>, and both mean the same", () => {
		const { args, env } = bothWays(VALUES);
		expect(options(args)).toEqual({
			name: "bob",
			redis: "redis://10.0.0.1:7000/2",
			http: { host: "127.0.0.1", port: 5001 },
			p2p: { host: "0.0.0.0", port: 6001 },
			advertise: { host: "fd00::1", port: 6001 },
			httpAdvertise: "https://10.0.0.1:5001",
			tls: {
				cert: "/here/tls/cert.pem",
				key: "/etc/key.pem",
				clientCa: "/here/ca.pem",
			},
			publicUrl: "https://example.com/hearsay",
			corsOrigins: ["https://app.example.com"],
			cluster: "green",
			handlers: ["/here/task.ts"],
			concurrency: 3,
			queues: ["a", "b"],
			labels: ["gpu", "eu"],
			dataDir: "/here/elsewhere",
			gossip: false,
			processTaskMs: 0,
			drainMs: 5_000,
			keeps: {
				successes: { ms: 7_200_000, number: 5_000, bytes: 3 * 1024 ** 2 },
				failures: { ...KEEPS_DEFAULT.failures, number: 7 },
			},
			shards: 4,
			insecure: true,
			tokenFile: "/here/tokens",
			rate: 500,
			logLevel: "warn",
			version: "1.2.3",
		});
		expect(options([], env)).toEqual(options(args));
	});

	test.each([
		["db-1.example.com", "db-1.example.com"],
		["Ann's Mac", "Ann-s-Mac"],
		["h".repeat(253), "h".repeat(64)],
		["", "node"],
		["..", "node"],
	])("a machine called %j calls its node %s", (host, name) => {
		expect(options([], {}, host).name).toBe(name);
		expect(options(["--name", "bob"], {}, host).name).toBe("bob");
	});

	test.each([
		["10.0.0.1:5000", "http://10.0.0.1:5000"],
		["[FD00::1]:80", "http://[fd00::1]"],
		["https://Tasks.example.com:443/", "https://tasks.example.com"],
		["https://10.0.0.1/hearsay/n1/", "https://10.0.0.1/hearsay/n1"],
	])("HTTP advertised as %s is reached at %s", (text, base) => {
		expect(options(["--http-advertise", text]).httpAdvertise).toBe(base);
	});

	test("gossip listens beyond this machine only where Redis is beyond it", () => {
		expect(options(["--redis", "redis://localhost"]).p2p.host).toBe(
			"127.0.0.1",
		);
		expect(options(["--redis", "unix:///run/r.sock"]).p2p.host).toBe(
			"127.0.0.1",
		);
		expect(options(["--redis", "redis://db:6379"]).p2p.host).toBe("0.0.0.0");
	});

	test.each([
		["--http", "5000"],
		["--http", "127.0.0.1:70000"],
		["--http", "http://127.0.0.1:5000"],
		["--p2p", "::1:5000"],
		["--p2p", "[1:2]:5"],
		["--advertise", "host"],
		["--advertise", "10.0.0.1:0"],
		["--advertise", "0.0.0.0:6001"],
		["--advertise", "0:6001"],
		["--advertise", "[::]:6001"],
		["--advertise", "[::ffff:0.0.0.0]:6001"],
		["--public-url", "example.com"],
		["--public-url", "https://example.com/v1"],
		["--public-url", "https://example.com/docs/here"],
		["--public-url", "https://example.com/a?b"],
		["--tls-cert", "cert.pem"],
		["--tls-key", "key.pem"],
		["--tls-client-ca", "ca.pem"],
		["--cors-origin", "*"],
		["--cors-origin", "null"],
		["--cors-origin", "https://*.example.com"],
		["--cors-origin", "https://example.com/"],
		["--cors-origin", "https://example.com/app"],
		["--cors-origin", "app.example.com"],
		["--http-advertise", "10.0.0.1"],
		["--http-advertise", `https://host/${"a".repeat(512)}`],
		["--http-advertise", "https://10.0.0.1:0"],
		["--http-advertise", "10.0.0.1:5000/"],
		["--http-advertise", "0.0.0.0:5000"],
		["--http-advertise", "http://0x0/"],
		["--http-advertise", "https://[::]:5000"],
		["--http-advertise", "ftp://host:5000"],
		["--http-advertise", "https://user@host"],
		["--http-advertise", "https://host/?a"],
		["--http-advertise", "https://host/a;b"],
		["--http-advertise", "https://a;b/"],
		["--http-advertise", "https://*.example.com"],
		["--redis", "http://localhost"],
		["--redis", "redis://a,b"],
		["--redis", "redis://:50%off@host"],
		["--cluster", "a b"],
		["--name", "a b"],
		["--name", ""],
		["--name", "x".repeat(65)],
		["--cluster", "x".repeat(65)],
		["--concurrency", "0"],
		["--concurrency", "1.5"],
		["--concurrency", "4097"],
		["--queues", "a,b/c"],
		["--queues", ""],
		["--queues", " , "],
		["--labels", ""],
		["--labels", "x".repeat(33)],
		["--shards", "257"],
		["--process-task-ms", "-1"],
		["--drain", "soon"],
		["--log", "loud"],
		["--rate", "0"],
	])("%s %s is refused with a sentence that names it", (flag, value) => {
		expect(() => options([`${flag}=${value}`])).toThrow(
			expect.objectContaining({
				name: "ConfigError",
				message: expect.stringMatching(new RegExp(`^${flag}[^\\n]+$`)),
			}),
		);
	});

	test("a bare number for --drain is refused, as it could be of seconds", () => {
		expect(() => options(["--drain", "5"])).toThrow(
			'--drain is "5", which could be seconds or milliseconds; give 5s or 5ms.',
		);
		expect(options(["--drain", "0"]).drainMs).toBe(0);
	});

	test("a password in Redis's address is not repeated in a refusal", () => {
		const refused = () => options(["--redis", "redes://u:secret@h"]);
		expect(refused).toThrow("--redis");
		expect(refused).not.toThrow("secret");
	});
});
