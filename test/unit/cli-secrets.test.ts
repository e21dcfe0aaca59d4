/** The secrets of a node do not reach the code of its tasks. */
import { expect, test } from "vitest";
import { takeEnvironment, titleOf } from "../../node/cli/secrets.ts";

test("the store's address, an access token and the service manager's socket are taken from the environment, and nothing else is", () => {
	const env = {
		HEARSAY_REDIS_URL: "redis://:password@host",
		HEARSAY_REDIS: "redis://:password@host",
		HEARSAY_TOKEN: "hs_operate_0",
		NOTIFY_SOCKET: "/run/systemd/notify",
		WATCHDOG_USEC: "30000000",
		WATCHDOG_PID: "1",
		HEARSAY_CLUSTER: "one",
		PATH: "/bin",
	};
	const before = { ...env };
	expect(takeEnvironment(env)).toEqual(before);
	expect(env).toEqual({ HEARSAY_CLUSTER: "one", PATH: "/bin" });
});

test.each<[string[], string | undefined]>([
	[["node", "--redis", "redis://host:6379"], undefined],
	[["node", "--http", "127.0.0.1:5000"], undefined],
	[
		["node", "--redis", "redis://ann:p@ss@host", "--drain", "5s"],
		"hearsay node --redis redis://***@host --drain 5s",
	],
	[
		["up", "--redis=rediss://:pass@host"],
		"hearsay up --redis=rediss://***@host",
	],
])("%j is called %s", (args, title) => {
	expect(titleOf(args)).toBe(title);
});
