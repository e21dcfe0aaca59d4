/** The rights that a node needs in Redis are those of what it runs there, in the manual too. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { obstacleOf } from "../../node/store/redis/refusal.ts";
import { aclRules } from "../../node/store/redis/rights.ts";
import { loadScripts } from "../../node/store/scripts.ts";

/** Words in capitals in the scripts that are no commands. */
const OPTIONS = ["WITHSCORES", "LIMIT"];

test("the rights are exactly what scripts run, and what runs them", () => {
	const source = Object.values(loadScripts())
		.map((script) => script.source)
		.join("\n");
	const named = source.matchAll(/call\('([A-Z]+)'|'([HLZ][A-Z]{3,})'/g);
	const run = [...named].map(([, direct, passed]) => direct ?? passed ?? "");
	const commands = new Set(
		run.filter((word) => !OPTIONS.includes(word)).map((w) => w.toLowerCase()),
	);
	const granted = aclRules("any").filter((rule) => rule.startsWith("+"));
	expect(granted.sort()).toEqual(
		[...commands, "eval", "evalsha"].map((command) => `+${command}`).sort(),
	);
});

test("the manual asks for exactly these rights", () => {
	const chapter = readFileSync("dashboard/docs/redis.md", "utf8");
	const line = ["ACL SETUSER hearsay on '>PASSWORD'", ...aclRules("hearsay")];
	expect(chapter.replaceAll(/\s+/g, " ")).toContain(
		line.join(" ").replace("~{hearsay:*", "'~{hearsay:*'"),
	);
});

test.each([
	["DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", "certificate"],
	["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify", "certificate"],
	["ERR_TLS_CERT_ALTNAME_INVALID", "not in the cert's altnames", "certificate"],
	["CERT_HAS_EXPIRED", "certificate has expired", "certificate"],
	["EPROTO", "wrong version number", "does not speak TLS"],
])("%s is told as what it is", (code, message, clause) => {
	const error = Object.assign(new Error(message), { code });
	expect(obstacleOf(error)).toMatch(clause);
});

test("a Redis that is away is no obstacle", () => {
	const error = new Error("connect ECONNREFUSED 127.0.0.1:6379");
	expect(obstacleOf(Object.assign(error, { code: "ECONNREFUSED" }))).toBe(
		undefined,
	);
});
