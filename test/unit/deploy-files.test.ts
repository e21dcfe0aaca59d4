/** The files with which machines are set up agree with the program. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCloud } from "../../node/cli/cloud-place.ts";
import { readFlags } from "../../node/cli/flags.ts";
import { NODE_FLAGS } from "../../node/cli/node-flags.ts";
import { aclRules } from "../../node/store/redis/rights.ts";
import { DRAIN_MS, STOP_BOUND_MS } from "../../protocol/limits.ts";

const read = (name: string) => readFileSync(`scripts/deploy/${name}`, "utf8");
const UNIT = read("hearsay.service");

function setting(name: string): string {
	return new RegExp(`^${name}=(.*)$`, "m").exec(UNIT)?.[1] ?? "";
}

test("the unit waits longer than a node takes to stop", () => {
	const boundMs = Number(setting("TimeoutStopSec")) * 1_000;
	expect(boundMs).toBeGreaterThan(DRAIN_MS + STOP_BOUND_MS);
});

test("the unit's secrets are those that user data writes, for root alone", () => {
	const data = read("user-data.yaml");
	for (const name of ["redis-url", "token"]) {
		expect(UNIT).toContain(`\nLoadCredential=${name}:/etc/hearsay/${name}\n`);
		expect(setting("ExecStart")).toContain(` %d/${name}`);
		expect(data).toContain(
			`  - path: /etc/hearsay/${name}\n    permissions: "0600"\n`,
		);
	}
	expect(setting("EnvironmentFile")).toBe("-/etc/hearsay/hearsay.env");
	expect(data).toContain("  - path: /etc/hearsay/hearsay.env\n");
});

test("the unit's command is one that there is", () => {
	const [program, command, ...args] = setting("ExecStart").split(" ");
	expect([program, command]).toEqual(["/usr/bin/hearsay", "node"]);
	const flags = readFlags(NODE_FLAGS, args, {});
	expect(flags.text("data")).toBe(undefined);
	expect(readCloud(flags, {}).cloud?.kind).toBe("ec2");
});

test("the settings are variables that there are", () => {
	const known = Object.values(NODE_FLAGS).flatMap(({ env }): string[] => [
		...env,
	]);
	const named = `${read("hearsay.env")}${read("user-data.yaml")}${UNIT}`.match(
		/HEARSAY_[A-Z_]+/g,
	);
	expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual(
		[],
	);
});

test("the rights in Redis are exactly those that a node needs", () => {
	const [user, name, ...rules] = read("redis.acl").trim().split(" ");
	expect([user, name, ...rules.slice(0, 2)]).toEqual([
		...["user", "hearsay", "on", ">PASSWORD"],
	]);
	expect(rules.slice(2)).toEqual(aclRules("hearsay"));
});
