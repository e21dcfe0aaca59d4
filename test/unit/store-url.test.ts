import { expect, test } from "vitest";
import { parseStoreUrl, redact } from "../../node/store/redis/url.ts";

const PASSWORDS = ["Zq", "Zq:Zq", "Zq@Zq", "Zq/Zq", "Zq%3AZq", "Zq é"];

test.each(PASSWORDS)("the password %s is taken whole", (password) => {
	const { hosts, options } = parseStoreUrl(`redis://ann:${password}@db:7000/3`);
	expect(hosts).toEqual([{ host: "db", port: 7_000 }]);
	expect(options).toEqual({
		username: "ann",
		password: decodeURIComponent(password),
		db: 3,
	});
	expect(parseStoreUrl(`redis://:${password}@db`).options).toEqual({
		password: decodeURIComponent(password),
	});
});

test.each(PASSWORDS.map((password) => `redis://ann:${password}@db:7000/3`))(
	"a log does not show the password in %s",
	(url) => {
		expect(redact(url)).toBe("redis://***@db:7000/3");
	},
);

test.each([
	"redis://:Zq%Zq@db",
	"http://:Zq@db",
	"redis://:Zq@Zq@db:x",
	"redis+sentinel://:Zq@a,b",
	":Zq@db",
])("the refusal of %s does not show the password", (url) => {
	expect(() => parseStoreUrl(url)).toThrow(
		expect.objectContaining({ message: expect.not.stringContaining("Zq") }),
	);
});

test("Sentinels have a user and a password of their own", () => {
	const { primary, options, sentinelAccess } = parseStoreUrl(
		"redis+sentinel://ann:Zq@a,b:7000/main?sentinel_password=p%26q%40r&sentinel_user=bob",
	);
	expect(primary).toBe("main");
	expect(options).toEqual({ username: "ann", password: "Zq" });
	expect(sentinelAccess).toEqual({ username: "bob", password: "p&q@r" });
	const bare = parseStoreUrl("redis+sentinel://a/main?sentinel_password=Zq");
	expect(bare.sentinelAccess).toEqual({ password: "Zq" });
	expect(bare.options).toEqual({});
});

test.each(["Zq", "Z@q", "Z?q", "Zq&sentinel_user=Zq"])(
	"a log does not show the Sentinels' password %s",
	(password) => {
		const url = `redis+sentinel://a/main?sentinel_password=${password}`;
		expect(redact(url)).not.toMatch(/Z/);
	},
);

test.each([
	"redis://db/3?sentinel_password=Zq",
	"redis+sentinel://a/main?password=Zq",
	"redis+sentinel://a/main?sentinel_password=Zq%",
])("what a %s says after its question mark is refused", (url) => {
	expect(() => parseStoreUrl(url)).toThrow(
		expect.objectContaining({ message: expect.not.stringContaining("Zq") }),
	);
});
