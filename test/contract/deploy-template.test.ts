/** The CloudFormation template, checked against what AWS publishes and against the other files of a deployment. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { aclRules } from "../../node/store/redis/rights.ts";
import {
	CLOUD_LOOK_MS,
	DRAIN_MS,
	STOP_BOUND_MS,
	WAIT_MS_MAX,
} from "../../protocol/limits.ts";
import { flawsOf, type Template } from "../template.ts";
import { parseYaml } from "../tools/yaml.ts";

const read = (name: string) => readFileSync(`scripts/deploy/${name}`, "utf8");
const TEXT = read("cloudformation.yaml");
const template: Template = parseYaml(TEXT);

/** What stands in user-data.yaml instead of what is known in the template. */
const KNOWN: Readonly<Record<string, string>> = {
	RedisPassword: "REDIS_PASSWORD",
	"Redis.PrimaryEndPoint.Address": "REDIS_HOST",
	"Redis.PrimaryEndPoint.Port": "6379",
	AccessToken: "ACCESS_TOKEN",
};

function propertiesOf(name: string): Readonly<Record<string, unknown>> {
	return template.Resources[name]?.Properties ?? {};
}

test("it has nothing that CloudFormation does not know, and everything that it requires", () => {
	expect(flawsOf(template)).toEqual([]);
});

test.each([
	["an unknown property", "HttpTokens:", "HttpToken:", /no property/],
	[
		"a value of another kind",
		"NumCacheClusters: 2",
		"NumCacheClusters: two",
		/no integer/,
	],
	[
		"a word that is none of the allowed",
		"Engine: valkey\n      Passwords",
		"Engine: keydb\n      Passwords",
		/no such text/,
	],
	[
		"a resource that there is not",
		"AWS::ElastiCache::UserGroup",
		"AWS::ElastiCache::Users",
		/there is no AWS/,
	],
	["a requirement left out", "MinSize:", "# MinSize:", /MinSize is missing/],
	[
		"a name that nothing has",
		"{ Ref: Image }",
		"{ Ref: Images }",
		/called Images/,
	],
	[
		"an attribute that there is not",
		"DNSName",
		"DnsName",
		/no attribute DnsName/,
	],
	[
		"such an attribute in a text",
		"PrimaryEndPoint.Port",
		"EndPoint.Port",
		/no attribute EndPoint/,
	],
])("%s is found", (_, right, wrong, flaw) => {
	expect(TEXT).toContain(right);
	const flaws = flawsOf(parseYaml(TEXT.replace(right, wrong)));
	expect(flaws.join("\n")).toMatch(flaw);
});

describe("it agrees with the other files", () => {
	test("the Redis user has exactly the rights that a node needs", () => {
		const { AccessString } = propertiesOf("RedisUser");
		const rules = aclRules("hearsay").filter((rule) => !/^reset/.test(rule));
		expect(String(AccessString).split(" ")).toEqual(["on", ...rules]);
	});

	test("its user data is user-data.yaml with the template's values filled in", () => {
		const data = TEXT.slice(TEXT.indexOf("#cloud-config"));
		const [own = ""] = data.split(/^ {2}NodeGroup:/m);
		const settled = own
			.replaceAll(/^ {14}/gm, "")
			.replace(/^ +HEARSAY_PUBLIC_URL=.*\n/m, "")
			.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => KNOWN[name] ?? name);
		expect(parseYaml(settled)).toEqual(parseYaml(read("user-data.yaml")));
	});

	test("machines have time to drain, and clients time to wait", () => {
		const { LifecycleHookSpecificationList: hooks } = propertiesOf("NodeGroup");
		const [{ HeartbeatTimeout }] = hooks as [{ HeartbeatTimeout: number }];
		const neededMs = CLOUD_LOOK_MS + DRAIN_MS + STOP_BOUND_MS;
		expect(HeartbeatTimeout * 1_000).toBeGreaterThan(2 * neededMs);
		const { LoadBalancerAttributes } = propertiesOf("LoadBalancer");
		const [{ Value }] = LoadBalancerAttributes as [{ Value: string }];
		expect(Number(Value) * 1_000).toBeGreaterThan(WAIT_MS_MAX);
	});
});
